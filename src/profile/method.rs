//! The HTTP method of a callback.

use super::choice::Choice;

/// GET and POST are the suggested ones (seed); PUT and DELETE are accepted too (public page).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Method {
    /// Variables are sent in the query.
    Get,
    /// Variables are sent in the body.
    #[default]
    Post,
    /// Like POST.
    Put,
    /// Like GET.
    Delete,
}

impl Choice for Method {
    const ALL: &'static [Self] = &[Self::Get, Self::Post, Self::Put, Self::Delete];

    fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

impl Method {
    /// Whether a body is sent: with POST and PUT (seed, our decision for DELETE).
    #[must_use]
    pub fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Put)
    }
}
