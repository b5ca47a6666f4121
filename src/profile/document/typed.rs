//! A profile that is being typed, as JSON: invalid numbers are written as text.

use serde_json::{Map, Number, Value, json};

use super::Secrets;
use crate::profile::auto_enable::AutoEnable;
use crate::profile::choice::Choice as _;
use crate::profile::draft::{Draft, DraftHeader};
use crate::profile::headers::is_secret_name;
use crate::profile::status::Status;

/// Writes a draft as JSON that [`Document::read`](super::Document::read) parses to the same draft, if nothing in it
/// is of a wrong type. It has no id and no times.
///
/// # Errors
/// A name that two rows have: an object can contain only one of them.
pub fn write_draft(draft: &Draft, secrets: Secrets) -> Result<Value, String> {
    let secret = |text: &str| match secrets {
        Secrets::Hidden if !text.is_empty() => Value::Null,
        _ => Value::from(text),
    };
    let mut out = json!({
        "title": draft.title, "channel": draft.channel, "events": draft.events,
        "http_method": draft.method, "url": draft.endpoint, "body": draft.body,
    });
    if !draft.data_format.is_empty() {
        out["data_format"] = json!(draft.data_format);
    }
    out["headers"] = rows(&draft.headers, &secret)?;
    if let Some(auth) = auth(draft, &secret)? {
        out["auth"] = auth;
    }
    if draft.encryption {
        let iv = if draft.enc_random_iv { Value::Null } else { secret(&draft.enc_iv) };
        out["enc"] = json!({"algo": draft.enc_algorithm, "key": secret(&draft.enc_key), "IV": iv,
                            "parameters": draft.enc_parameters, "random_iv": draft.enc_random_iv});
    }
    out["retry"] = retry(draft);
    if !draft.signing_secret.is_empty() {
        out["signing_secret"] = secret(&draft.signing_secret);
    }
    if !draft.older_secrets.is_empty() {
        let all = std::iter::once(&draft.signing_secret).chain(&draft.older_secrets);
        out["signing_secrets"] = all.map(|text| secret(text)).collect();
    }
    if let Some(tls) = tls(draft) {
        out["tls"] = tls;
    }
    if draft.http2 {
        out["http2"] = json!(true);
    }
    if !draft.expires_after.is_empty() {
        out["expires_after_s"] = number(&draft.expires_after);
    }
    if !draft.max_in_flight.is_empty() {
        out["max_in_flight"] = number(&draft.max_in_flight);
    }
    if !draft.rate_limit.is_empty() {
        out["rate_limit"] = number(&draft.rate_limit);
    }
    if draft.ordered {
        out["ordered"] = json!(true);
    }
    if draft.probe {
        out["auto_enable"] = json!(AutoEnable::Probe.name());
    }
    if let Some(status) = Status::from_name(&draft.status) {
        out["status"] = json!(status.number());
    }
    Ok(out)
}

/// The typed paths; none if there are none.
fn tls(draft: &Draft) -> Option<Value> {
    let paths = [
        ("ca_file", &draft.ca_file),
        ("client_certificate", &draft.client_certificate),
        ("client_key", &draft.client_key),
    ];
    let typed = paths.into_iter().filter(|(_, path)| !path.is_empty());
    let members: Map<String, Value> = typed.map(|(name, path)| (name.to_owned(), json!(path))).collect();
    (!members.is_empty()).then_some(Value::Object(members))
}

fn rows(rows: &[DraftHeader], secret: &dyn Fn(&str) -> Value) -> Result<Value, String> {
    let mut out = Map::new();
    for row in rows {
        let value = if is_secret_name(&row.name) { secret(&row.value) } else { json!(row.value) };
        if out.insert(row.name.clone(), value).is_some() {
            return Err(row.name.clone());
        }
    }
    Ok(Value::Object(out))
}

fn auth(draft: &Draft, secret: &dyn Fn(&str) -> Value) -> Result<Option<Value>, String> {
    let mut out = json!({"type": draft.auth_kind});
    match draft.auth_kind.as_str() {
        "basic" => {
            out["user"] = json!(draft.auth_user);
            out["password"] = secret(&draft.auth_password);
        }
        "api-key" => {
            out["header"] = json!(draft.auth_header);
            out["key"] = secret(&draft.auth_key);
        }
        "oauth2" => {
            let oauth2 = &draft.oauth2;
            out["token_url"] = json!(oauth2.token_url);
            out["client_id"] = json!(oauth2.client_id);
            out["client_secret"] = secret(&oauth2.client_secret);
            out["sent_as"] = json!(oauth2.sent_as);
            out["scope"] = json!(oauth2.scope);
            out["fields"] = rows(&oauth2.fields, secret)?;
            out["headers"] = rows(&oauth2.headers, secret)?;
        }
        _ => return Ok(None),
    }
    Ok(Some(out))
}

fn retry(draft: &Draft) -> Value {
    let mut out = json!({"count": number(&draft.retry_count)});
    if draft.retry_count != "0" {
        for (name, text) in [("interval_s", &draft.retry_interval), ("timeout_ms", &draft.retry_timeout)] {
            if !text.is_empty() {
                out[name] = number(text);
            }
        }
        if !draft.retry_backoff.is_empty() {
            out["backoff"] = json!(draft.retry_backoff);
        }
    }
    out
}

/// A number as written; an invalid one stays text.
fn number(text: &str) -> Value {
    match text.trim().parse::<Number>() {
        Ok(number) if number.to_string() == text => Value::Number(number),
        _ => json!(text),
    }
}
