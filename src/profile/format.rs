//! The data format of a body.

use super::choice::Choice;

/// How the values of a body are sent (seed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataFormat {
    /// `multipart/form-data`, one part per field.
    FormData,
    /// `application/x-www-form-urlencoded`.
    UrlEncoded,
    /// `application/json`.
    Json,
}

impl Choice for DataFormat {
    const ALL: &'static [Self] = &[Self::FormData, Self::UrlEncoded, Self::Json];

    fn name(self) -> &'static str {
        match self {
            Self::FormData => "form-data",
            Self::UrlEncoded => "url-encoded",
            Self::Json => "json",
        }
    }
}

impl DataFormat {
    /// The label in the list, as in the seed.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::FormData => "Form Data",
            Self::UrlEncoded => "URL Encoded",
            Self::Json => "JSON",
        }
    }
}
