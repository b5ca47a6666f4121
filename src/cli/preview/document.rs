//! A preview as one JSON object.

use serde_json::{Map, Value, json};

use crate::callback::{Preview, PreviewVariable, RequestPart, ValueOrigin, WireHeader};
use crate::profile::{Choice, Event, Profile};

/// The request in the form of `test --json`, with every header that is sent; and the variables. A secret is null
/// unless requested, and so is a token that is fetched later.
pub(super) fn document(profile: &Profile, event: Option<Event>, preview: &Preview, secrets: bool) -> Value {
    json!({
        "profile_id": profile.id.as_str(),
        "event": event.map(Choice::name),
        "request": {
            "method": preview.callback.method.name(),
            "url": preview.callback.url,
            "headers": headers(&preview.headers, secrets),
            "body": preview.body_text(),
        },
        "variables": preview.variables.iter().map(|v| variable(v, secrets)).collect::<Value>(),
        "renewed": preview.renewed,
    })
}

/// In sending order, each once: a profile has no header twice.
fn headers(rows: &[WireHeader], secrets: bool) -> Map<String, Value> {
    let value = |row: &WireHeader| {
        if row.fetched || (row.secret && !secrets) { Value::Null } else { json!(row.value) }
    };
    rows.iter().map(|row| (row.name.clone(), value(row))).collect()
}

fn variable(variable: &PreviewVariable, secrets: bool) -> Value {
    let used = &variable.used;
    let hidden = variable.is_secret() && !secrets;
    let shown = |value: Value| if hidden { Value::Null } else { value };
    let place = match &used.part {
        RequestPart::Url => "url".to_owned(),
        RequestPart::Header { name, .. } => format!("header {}", name.to_ascii_lowercase()),
        RequestPart::Body => "body".to_owned(),
    };
    json!({
        "name": used.path.name(),
        "path": used.path.as_str(),
        "value": shown(used.value.clone().unwrap_or_default()),
        "origin": variable.origin.map(ValueOrigin::name),
        "place": place,
        "escaping": used.escaping.name(),
        "escaped": shown(used.sent.clone().into()),
        "encrypted": used.encrypted,
        "missing": variable.is_missing(),
        "hidden": hidden,
    })
}
