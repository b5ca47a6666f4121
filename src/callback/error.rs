//! Why a request cannot be made, as sentences for the person who must fix it.

use super::cipher::CipherError;

/// A profile and values that make no request: which position, which variable, why; never a value, which may be
/// secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A header value with a control character: it could end the header and start another.
    #[error("header {header}: the value of <{variable}> holds {found}, which is not allowed in a header")]
    HeaderValue {
        /// The header's name.
        header: String,
        /// The placeholder, without `<` and `>`.
        variable: String,
        /// The character, such as `a line feed`.
        found: String,
    },
    /// A value that makes a path segment `.` or `..`, which every URL parser removes.
    #[error(
        "URL: the value of <{variable}> makes the path segment '{segment}', so the request would go to \
         another path"
    )]
    DotSegment {
        /// The placeholder, without `<` and `>`.
        variable: String,
        /// The segment as it would be sent.
        segment: String,
    },
    /// The result is not a URL, or one of another origin.
    #[error("URL: with its values it no longer leads to {origin}; check the endpoint")]
    Url {
        /// Scheme, host and port of the endpoint.
        origin: String,
    },
    /// A form is configured, and the body's JSON has no fields.
    #[error(
        "body: a form needs a JSON object to take its fields from ({reason}); check body and data format"
    )]
    Fields {
        /// The actual type of the body, or its first syntax error.
        reason: String,
    },
    /// A value that cannot be encrypted.
    #[error("value of <{variable}>: it cannot be encrypted: {source}")]
    Encryption {
        /// The placeholder, without `<` and `>`.
        variable: String,
        /// The reason.
        source: CipherError,
    },
    /// An invalid signing secret.
    #[error("signing secret: it is not whsec_ and base64; enter it again in the profile")]
    SigningSecret,
}
