//! Why an attempt failed.

use crate::profile::Choice;

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The class, for scripts.
    pub class: ErrorClass,
    /// The sentence, for people.
    pub message: String,
}

/// The classes of failure (our decision).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// No complete response within the profile's timeout.
    Timeout,
    /// No connection, or a broken one.
    Connect,
    /// The name does not resolve.
    Dns,
    /// No secure connection: certificate, version, …
    Tls,
    /// An address that must not be dialled.
    RefusedAddress,
    /// The response is not HTTP.
    Protocol,
    /// A status other than 2xx.
    Status,
    /// The request cannot be made, so it is never retried.
    Request,
    /// It was not sent: its profile says that it is too old.
    Expired,
}

impl Choice for ErrorClass {
    const ALL: &'static [Self] = &[
        Self::Timeout,
        Self::Connect,
        Self::Dns,
        Self::Tls,
        Self::RefusedAddress,
        Self::Protocol,
        Self::Status,
        Self::Request,
        Self::Expired,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Connect => "connect",
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::RefusedAddress => "refused-address",
            Self::Protocol => "protocol",
            Self::Status => "status",
            Self::Request => "request",
            Self::Expired => "expired",
        }
    }
}

impl ErrorClass {
    /// Whether a retry could succeed (our decision).
    #[must_use]
    pub fn is_retried(self) -> bool {
        !matches!(self, Self::RefusedAddress | Self::Request | Self::Expired)
    }
}

impl Failure {
    /// No complete response in time.
    #[must_use]
    pub fn timed_out(timeout_ms: u32) -> Self {
        Self { class: ErrorClass::Timeout, message: format!("timed out after {timeout_ms} ms") }
    }

    /// The request cannot be made, and no retry would change that.
    #[must_use]
    pub fn no_request(message: impl Into<String>) -> Self {
        Self { class: ErrorClass::Request, message: message.into() }
    }

    /// No token could be obtained for the request.
    #[must_use]
    pub fn no_token(why: &Self) -> Self {
        Self { class: why.class, message: format!("no token: {}", why.message) }
    }
}
