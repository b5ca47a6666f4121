//! The platform's `body_type`.

use crate::profile::body::BodyForm;
use crate::profile::draft::Draft;
use crate::profile::elements::Syntax;
use crate::profile::field::{Field, FieldError};

/// The names that Ringback has a body for.
const NAMES: [&str; 4] = ["json", "xml", "html", "text"];

/// The platform's name for a kind of body (public page).
#[must_use]
pub fn body_type(form: &BodyForm) -> &'static str {
    match form {
        BodyForm::Json(_) => NAMES[0],
        BodyForm::Markup(markup) => match markup.syntax() {
            Syntax::Xml => NAMES[1],
            Syntax::Html => NAMES[2],
        },
        BodyForm::Empty | BodyForm::Pairs(_) | BodyForm::Text { .. } => NAMES[3],
    }
}

/// Whether a name is one of these.
pub(super) fn is_known(name: &str) -> bool {
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// What to report if the platform calls the body otherwise than Ringback sends it, which goes by its text.
pub(super) fn differs(name: &str, draft: &Draft) -> Option<FieldError> {
    let body = draft.parsed_body();
    let found = body_type(body.form());
    let is_sent =
        draft.method().is_none_or(crate::profile::Method::has_body) && !draft.body.trim().is_empty();
    let message =
        format!("body_type is {}, but the body is {found} and is sent so", name.to_ascii_lowercase());
    (is_sent && !found.eq_ignore_ascii_case(name)).then_some(FieldError { field: Field::Body, message })
}
