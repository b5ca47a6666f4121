//! The codes of responses: the platform's where it has one (public page), else ours, which begin with `RBK` and
//! the status.

use axum::http::StatusCode;

/// A code, with its status and its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// Success (platform).
    Done,
    /// Accepted and stored.
    Accepted,
    /// The request cannot be understood.
    BadRequest,
    /// No valid key.
    Unauthorized,
    /// The key does not allow this.
    Forbidden,
    /// No such path or object.
    NotFound,
    /// No profile with this id (platform).
    NoProfile,
    /// The path does not have this method.
    MethodNotAllowed,
    /// The request did not arrive in time.
    TooSlow,
    /// The state of the object, or the key of an earlier request, does not allow this.
    Conflict,
    /// The request is longer than allowed.
    TooLarge,
    /// The body has another type than allowed.
    MediaType,
    /// The request was understood, and its contents are invalid.
    Invalid,
    /// Too much at once.
    TooMany,
    /// A bug.
    Internal,
    /// Storage cannot be used.
    Unavailable,
}

impl Code {
    /// All of them, once.
    pub const ALL: &'static [Self] = &[
        Self::Done,
        Self::Accepted,
        Self::BadRequest,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::NoProfile,
        Self::MethodNotAllowed,
        Self::TooSlow,
        Self::Conflict,
        Self::TooLarge,
        Self::MediaType,
        Self::Invalid,
        Self::TooMany,
        Self::Internal,
        Self::Unavailable,
    ];

    /// The table: text, status, message.
    fn row(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::Done => ("RBC024", StatusCode::OK, "Done"),
            Self::Accepted => ("RBK202", StatusCode::ACCEPTED, "Events accepted"),
            Self::BadRequest => ("RBK400", StatusCode::BAD_REQUEST, "The request cannot be read"),
            Self::Unauthorized => ("RBK401", StatusCode::UNAUTHORIZED, "A valid API key is required"),
            Self::Forbidden => ("RBK403", StatusCode::FORBIDDEN, "The request is not allowed"),
            Self::NotFound => ("RBK404", StatusCode::NOT_FOUND, "Not found"),
            Self::NoProfile => ("RBC302", StatusCode::NOT_FOUND, "No profile exists with this id"),
            Self::MethodNotAllowed => {
                ("RBK405", StatusCode::METHOD_NOT_ALLOWED, "The path does not have this method")
            }
            Self::TooSlow => ("RBK408", StatusCode::REQUEST_TIMEOUT, "The request did not arrive in time"),
            Self::Conflict => ("RBK409", StatusCode::CONFLICT, "The request conflicts with what is stored"),
            Self::TooLarge => ("RBK413", StatusCode::PAYLOAD_TOO_LARGE, "The request is too large"),
            Self::MediaType => {
                ("RBK415", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body has an unsupported type")
            }
            Self::Invalid => ("RBK422", StatusCode::UNPROCESSABLE_ENTITY, "The request is invalid"),
            Self::TooMany => ("RBK429", StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
            Self::Internal => ("RBK500", StatusCode::INTERNAL_SERVER_ERROR, "Internal error"),
            Self::Unavailable => ("RBK503", StatusCode::SERVICE_UNAVAILABLE, "Storage cannot be used"),
        }
    }

    /// As in `code` of a response.
    #[must_use]
    pub fn text(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.row().1
    }

    /// The message if there is no better one.
    #[must_use]
    pub fn message(self) -> &'static str {
        self.row().2
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_code_is_there_once_and_ours_name_their_status() {
        let texts: HashSet<&str> = Code::ALL.iter().map(|code| code.text()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for code in Code::ALL.iter().filter(|code| code.text().starts_with("RBK")) {
            assert_eq!(code.text()[3..6], *code.status().as_str(), "{code:?}");
        }
    }
}
