//! The fields of a profile, and their errors.

use std::fmt;

/// A field of a draft. Rows are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is named for its field in the JSON")]
pub enum Field {
    Title,
    Channel,
    Events,
    Method,
    Endpoint,
    Body,
    RetryCount,
    RetryInterval,
    RetryTimeout,
    RetryBackoff,
    DataFormat,
    HeaderName(usize),
    HeaderValue(usize),
    AuthKind,
    AuthUser,
    AuthPassword,
    AuthHeader,
    AuthKey,
    AuthTokenUrl,
    AuthClientId,
    AuthClientSecret,
    AuthSentAs,
    AuthScope,
    TokenFieldName(usize),
    TokenFieldValue(usize),
    TokenHeaderName(usize),
    TokenHeaderValue(usize),
    Encryption,
    EncAlgorithm,
    EncKey,
    EncIv,
    EncRandomIv,
    EncParameters,
    SigningSecret,
    OlderSecret(usize),
    TlsCaFile,
    TlsCertificate,
    TlsKey,
    Http2,
    ExpiresAfter,
    MaxInFlight,
    RateLimit,
    Ordered,
    AutoEnable,
    Status,
}

impl Field {
    /// The label in the editor, as on the platform's page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::Channel => "Channel",
            Self::Events => "Events",
            Self::Method => "HTTP Method",
            Self::Endpoint => "Endpoint",
            Self::Body => "Request Body",
            Self::RetryCount => "Retry",
            Self::RetryInterval => "Time Interval (secs)",
            Self::RetryTimeout => "Timeout (milli-secs)",
            Self::RetryBackoff => "Backoff",
            Self::DataFormat => "Data Format",
            Self::HeaderValue(_) | Self::TokenFieldValue(_) | Self::TokenHeaderValue(_) => "Value",
            Self::AuthKind => "Authentication",
            Self::AuthUser => "User",
            Self::AuthPassword => "Password",
            Self::HeaderName(_) | Self::AuthHeader => "Header",
            Self::AuthKey | Self::EncKey => "Key",
            Self::AuthTokenUrl => "Token URL",
            Self::AuthClientId => "Client id",
            Self::AuthClientSecret => "Client secret",
            Self::AuthSentAs => "Sent as",
            Self::AuthScope => "Scope",
            Self::TokenFieldName(_) => "Token field",
            Self::TokenHeaderName(_) => "Token header",
            Self::Encryption => "Enable Encryption",
            Self::EncAlgorithm => "Algorithm",
            Self::EncIv => "Initialization Vector",
            Self::EncRandomIv => "Random vector",
            Self::EncParameters => "Parameters",
            Self::SigningSecret => "Signing secret",
            Self::OlderSecret(_) => "Older secret",
            Self::TlsCaFile => "CA file",
            Self::TlsCertificate => "Client cert.",
            Self::TlsKey => "Client key",
            Self::Http2 => "HTTP/2",
            Self::ExpiresAfter => "Expires after (secs)",
            Self::MaxInFlight => "Max. in flight",
            Self::RateLimit => "Rate limit (per sec)",
            Self::Ordered => "One at a time",
            Self::AutoEnable => "Auto-enable",
            Self::Status => "Status",
        }
    }
}

/// The path in the JSON, such as `retry.interval_s`.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = match self {
            Self::Title => "title",
            Self::Channel => "channel",
            Self::Events => "events",
            Self::Method => "http_method",
            Self::Endpoint => "url",
            Self::Body => "body",
            Self::RetryCount => "retry.count",
            Self::RetryInterval => "retry.interval_s",
            Self::RetryTimeout => "retry.timeout_ms",
            Self::RetryBackoff => "retry.backoff",
            Self::DataFormat => "data_format",
            Self::HeaderName(n) => return write!(f, "headers (name {})", n + 1),
            Self::HeaderValue(n) => return write!(f, "headers (value {})", n + 1),
            Self::AuthKind => "auth.type",
            Self::AuthUser => "auth.user",
            Self::AuthPassword => "auth.password",
            Self::AuthHeader => "auth.header",
            Self::AuthKey => "auth.key",
            Self::AuthTokenUrl => "auth.token_url",
            Self::AuthClientId => "auth.client_id",
            Self::AuthClientSecret => "auth.client_secret",
            Self::AuthSentAs => "auth.sent_as",
            Self::AuthScope => "auth.scope",
            Self::TokenFieldName(n) => return write!(f, "auth.fields (name {})", n + 1),
            Self::TokenFieldValue(n) => return write!(f, "auth.fields (value {})", n + 1),
            Self::TokenHeaderName(n) => return write!(f, "auth.headers (name {})", n + 1),
            Self::TokenHeaderValue(n) => return write!(f, "auth.headers (value {})", n + 1),
            Self::Encryption => "enc",
            Self::EncAlgorithm => "enc.algo",
            Self::EncKey => "enc.key",
            Self::EncIv => "enc.IV",
            Self::EncRandomIv => "enc.random_iv",
            Self::EncParameters => "enc.parameters",
            Self::SigningSecret => "signing_secret",
            // The first in the list is the current one.
            Self::OlderSecret(n) => return write!(f, "signing_secrets ({})", n + 2),
            Self::TlsCaFile => "tls.ca_file",
            Self::TlsCertificate => "tls.client_certificate",
            Self::TlsKey => "tls.client_key",
            Self::Http2 => "http2",
            Self::ExpiresAfter => "expires_after_s",
            Self::MaxInFlight => "max_in_flight",
            Self::RateLimit => "rate_limit",
            Self::Ordered => "ordered",
            Self::AutoEnable => "auto_enable",
            Self::Status => "status",
        };
        f.write_str(path)
    }
}

/// An error of a field, or advice, as a sentence to show beside it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct FieldError {
    /// The field.
    pub field: Field,
    /// The sentence.
    pub message: String,
}
