//! A profile in the platform's shape.

use serde_json::{Value, json};

use crate::documents;
use crate::profile::{BodyForm, Profile, Syntax};
use crate::storage::{Blocks, FailingProfiles};

/// A profile's document with what the platform's has besides: `headers` as text, `enc` also where there is none,
/// `body_type` and `response_message` (public page). Secrets are null.
pub(super) fn platform_profile(profile: &Profile, blocks: &Blocks, failing: &FailingProfiles) -> Value {
    let mut all = documents::profile(profile, blocks, failing);
    all["headers"] = json!(all["headers"].to_string());
    if profile.encryption.is_none() {
        all["enc"] = Value::Null;
    }
    all["body_type"] = json!(body_type(profile.body.form()));
    all["response_message"] = json!("");
    all
}

/// The platform's name for a kind of body (public page).
fn body_type(form: &BodyForm) -> &'static str {
    match form {
        BodyForm::Json(_) => "json",
        BodyForm::Markup(markup) => match markup.syntax() {
            Syntax::Xml => "xml",
            Syntax::Html => "html",
        },
        BodyForm::Empty | BodyForm::Pairs(_) | BodyForm::Text { .. } => "text",
    }
}
