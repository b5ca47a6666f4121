//! The name-value rows of the editor: headers, and additional fields and headers of the token request.

use crate::profile::{Draft, DraftHeader, Field};

/// A list of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// The callback's headers.
    Headers,
    /// Additional fields of the token request.
    TokenFields,
    /// Additional headers of the token request.
    TokenHeaders,
}

/// A half of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named for what they are")]
pub enum Part {
    Name,
    Value,
}

impl Rows {
    /// All lists.
    pub const ALL: [Self; 3] = [Self::Headers, Self::TokenFields, Self::TokenHeaders];

    /// The label before the first row.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Headers => "Headers",
            Self::TokenFields => "Token fields",
            Self::TokenHeaders => "Token headers",
        }
    }

    /// The separator between name and value.
    #[must_use]
    pub fn joint(self) -> &'static str {
        if self == Self::TokenFields { "= " } else { ": " }
    }

    /// The field of a row's name.
    #[must_use]
    pub fn name(self, at: usize) -> Field {
        match self {
            Self::Headers => Field::HeaderName(at),
            Self::TokenFields => Field::TokenFieldName(at),
            Self::TokenHeaders => Field::TokenHeaderName(at),
        }
    }

    /// The field of a row's value.
    #[must_use]
    pub fn value(self, at: usize) -> Field {
        match self {
            Self::Headers => Field::HeaderValue(at),
            Self::TokenFields => Field::TokenFieldValue(at),
            Self::TokenHeaders => Field::TokenHeaderValue(at),
        }
    }

    /// The list, row and half of a field; `None` for a field that is in no row.
    #[must_use]
    pub fn place(field: Field) -> Option<(Self, usize, Part)> {
        match field {
            Field::HeaderName(at) => Some((Self::Headers, at, Part::Name)),
            Field::HeaderValue(at) => Some((Self::Headers, at, Part::Value)),
            Field::TokenFieldName(at) => Some((Self::TokenFields, at, Part::Name)),
            Field::TokenFieldValue(at) => Some((Self::TokenFields, at, Part::Value)),
            Field::TokenHeaderName(at) => Some((Self::TokenHeaders, at, Part::Name)),
            Field::TokenHeaderValue(at) => Some((Self::TokenHeaders, at, Part::Value)),
            _ => None,
        }
    }

    /// The rows of a draft.
    #[must_use]
    pub fn of(self, draft: &Draft) -> &[DraftHeader] {
        match self {
            Self::Headers => &draft.headers,
            Self::TokenFields => &draft.oauth2.fields,
            Self::TokenHeaders => &draft.oauth2.headers,
        }
    }

    /// The rows of a draft, mutable.
    pub fn of_mut(self, draft: &mut Draft) -> &mut Vec<DraftHeader> {
        match self {
            Self::Headers => &mut draft.headers,
            Self::TokenFields => &mut draft.oauth2.fields,
            Self::TokenHeaders => &mut draft.oauth2.headers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_rows_round_trip() {
        for rows in Rows::ALL {
            assert_eq!(Rows::place(rows.name(2)), Some((rows, 2, Part::Name)));
            assert_eq!(Rows::place(rows.value(0)), Some((rows, 0, Part::Value)));
        }
        assert_eq!(Rows::place(Field::AuthScope), None);
    }
}
