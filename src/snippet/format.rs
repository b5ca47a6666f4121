//! The format in which the values of a callback arrive.

use crate::profile::{BodyForm, DataFormat, Profile, Syntax};

/// Where the values are, and how they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Form,
    Multipart,
    Xml,
    Text,
    /// In the URL: there is no body.
    Query,
}

impl Format {
    /// That of this profile's requests.
    pub(super) fn of(profile: &Profile) -> Self {
        if !profile.method.has_body() {
            return Self::Query;
        }
        let fields = |usual| match profile.data_format.unwrap_or(usual) {
            DataFormat::Json => Self::Json,
            DataFormat::UrlEncoded => Self::Form,
            DataFormat::FormData => Self::Multipart,
        };
        match profile.body.form() {
            BodyForm::Empty => Self::Query,
            BodyForm::Json(_) => fields(DataFormat::Json),
            BodyForm::Pairs(_) => fields(DataFormat::UrlEncoded),
            BodyForm::Markup(markup) if markup.syntax() == Syntax::Xml => Self::Xml,
            BodyForm::Markup(_) | BodyForm::Text { .. } => Self::Text,
        }
    }

    /// Its word in the templates.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Form => "form",
            Self::Multipart => "multipart",
            Self::Xml => "xml",
            Self::Text => "text",
            Self::Query => "query",
        }
    }
}
