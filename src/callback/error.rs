//! Why a request cannot be made, as sentences for whoever must mend it.

use super::cipher::CipherError;

/// A profile and values that make no request. Which place, which variable, why; never a value, as
/// it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A value with a control character in a header: it could end the header and start another.
    #[error("header {header}: the value of <{variable}> holds {found}, which is not allowed in a header")]
    HeaderValue {
        /// The header's name.
        header: String,
        /// The placeholder, without `<` and `>`.
        variable: String,
        /// The character, such as `a line feed`.
        found: String,
    },
    /// A value that makes a path segment `.` or `..`, which every URL parser resolves away.
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
    /// The whole is no URL, or one of another origin.
    #[error("URL: with its values it no longer leads to {origin}; check the endpoint")]
    Url {
        /// Scheme, host and port of the endpoint.
        origin: String,
    },
    /// A form was asked for, and the body's JSON has no fields.
    #[error(
        "body: a form needs a JSON object to take its fields from ({reason}); check body and data format"
    )]
    Fields {
        /// What the body is in place of an object, or the first mistake in it.
        reason: String,
    },
    /// A value that cannot be encrypted.
    #[error("value of <{variable}>: it cannot be encrypted: {source}")]
    Encryption {
        /// The placeholder, without `<` and `>`.
        variable: String,
        /// Why.
        source: CipherError,
    },
    /// A signing secret of another form.
    #[error("signing secret: it is not whsec_ and base64; enter it again in the profile")]
    SigningSecret,
}
