//! A profile as text for an editor: JSON with comments above it, and back.

use std::fmt::Write as _;

use crate::json;
use crate::profile::document::{Document, Secrets, write_draft};
use crate::profile::{Draft, Field, ProfileId};

/// The comment above the JSON.
const REMARKS: &str = "\
// A callback profile. What is written here comes back into the editor, and is not saved yet.
// A hidden secret is shown as null: leave it to keep it, or replace it.
";

/// The text for an editor.
///
/// # Errors
/// JSON cannot express two rows with the same name.
pub fn text(id: &ProfileId, draft: &Draft, show_secrets: bool) -> Result<String, String> {
    let secrets = if show_secrets { Secrets::Shown } else { Secrets::Hidden };
    let mut document = write_draft(draft, secrets).map_err(|name| {
        format!("two rows are named {name}, which JSON cannot hold: give one of them another name first")
    })?;
    if let Some(members) = document.as_object_mut() {
        members.shift_insert(0, "profile_id".to_owned(), id.as_str().into());
    }
    Ok(format!("{REMARKS}{document:#}\n"))
}

/// The same text with the errors above it.
pub fn with_error(text: &str, error: &str) -> String {
    let mut out = String::new();
    for line in error.lines() {
        let _ = writeln!(out, "// ✗ {line}");
    }
    out + &without_errors(text)
}

fn without_errors(text: &str) -> String {
    text.split_inclusive('\n').skip_while(|line| line.starts_with("// ✗")).collect()
}

/// The draft described by a text, based on the draft that the text was made from.
///
/// # Errors
/// The error and its position, without any secret.
pub fn read(text: &str, id: &ProfileId, before: &Draft, is_new: bool) -> Result<Draft, String> {
    let value = json::read(&without_remarks(text)).map_err(|error| error.to_string())?;
    let mut document = Document::read(value).map_err(|error| error.to_string())?;
    if document.id.as_ref().is_some_and(|named| named != id) {
        return Err(format!("profile_id: is {id} and cannot be changed"));
    }
    if !is_new && document.draft.channel != before.channel {
        return Err(format!("{}: is {} and cannot be changed", Field::Channel, before.channel));
    }
    document.keep_secrets_of(before);
    Ok(document.draft)
}

/// Removes the comments at the top; their lines stay, so that errors have the right line numbers.
fn without_remarks(text: &str) -> String {
    let mut top = true;
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let start = line.trim_start();
        top &= start.is_empty() || start.starts_with("//");
        out.push_str(if top { "\n" } else { line });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Channel, DraftHeader, Region};

    fn id() -> ProfileId {
        ProfileId::new(Region::In, uuid::Uuid::from_u128(7))
    }

    fn draft() -> Draft {
        let mut draft = Draft::new(Channel::Sms);
        draft.title = "Order SMS".to_owned();
        draft.endpoint = "https://hooks.example/cb".to_owned();
        draft.body = "{\n  \"id\": \"<id>\"\n}".to_owned();
        draft.retry_count = "2".to_owned();
        draft.retry_timeout = "soon".to_owned();
        draft.headers = vec![
            DraftHeader { name: "X-Token".to_owned(), value: "hush".to_owned() },
            DraftHeader { name: "X-Tenant".to_owned(), value: "north".to_owned() },
        ];
        draft.auth_kind = "basic".to_owned();
        draft.auth_user = "me".to_owned();
        draft.auth_password = "hush".to_owned();
        draft.signing_secret = "whsec_hush".to_owned();
        draft.ca_file = "/etc/ringback/ca.pem".to_owned();
        draft.client_certificate = "/etc/ringback/client.pem".to_owned();
        draft.client_key = "/etc/ringback/client.key".to_owned();
        draft.http2 = true;
        draft.data_format = "json".to_owned();
        draft.encryption = true;
        draft.enc_key = "hush".to_owned();
        draft.enc_iv = "hush".to_owned();
        draft.enc_parameters = vec!["id".to_owned()];
        draft.retry_backoff = "exponential".to_owned();
        draft.status = "disabled".to_owned();
        draft
    }

    #[test]
    fn unchanged_text_yields_the_same_draft() {
        let mut draft = draft();
        draft.retry_timeout = "5000".to_owned();
        for shown in [false, true] {
            let text = text(&id(), &draft, shown).unwrap();
            assert_eq!(text.contains("hush"), shown, "{text}");
            let back = read(&text, &id(), &draft, false).unwrap();
            assert!(back == draft, "{text}");
        }
    }

    #[test]
    fn invalid_values_are_kept_as_text_and_reported_when_read() {
        let text = text(&id(), &draft(), false).unwrap();
        assert!(text.contains("\"timeout_ms\": \"soon\""), "{text}");
        let error = read(&text, &id(), &draft(), false).unwrap_err();
        assert_eq!(error, "retry.timeout_ms: must be a number");
        let again = with_error(&with_error(&text, "an older one"), &error);
        assert!(again.starts_with("// ✗ retry.timeout_ms: must be a number\n// A callback"), "{again}");
        let mended = again.replace("\"soon\"", "400");
        assert_eq!(read(&mended, &id(), &draft(), false).unwrap().retry_timeout, "400");
    }

    #[test]
    fn errors_name_the_line_of_the_file() {
        let text = "// one\n// two\n{\n  \"title\": }\n";
        let error = read(text, &id(), &draft(), false).unwrap_err();
        assert_eq!(error, "invalid JSON at line 4 column 12: a value is missing before '}'");
        let text = text.replace('}', "1, \"title\": 2}");
        let error = read(&text, &id(), &draft(), false).unwrap_err();
        assert!(error.starts_with("invalid JSON at line 4 column 15: repeated name \"title\""), "{error}");
    }

    #[test]
    fn changes_of_fixed_fields_are_reported() {
        let text = text(&id(), &draft(), false).unwrap().replace("\"soon\"", "400");
        let other = text.replace("\"sms\"", "\"voice\"");
        assert_eq!(
            read(&other, &id(), &draft(), false).unwrap_err(),
            "channel: is sms and cannot be changed"
        );
        assert!(read(&other, &id(), &draft(), true).is_ok());
        let other = text.replace(id().as_str(), "IN_00000000-0000-4000-8000-000000000000");
        assert!(read(&other, &id(), &draft(), true).unwrap_err().starts_with("profile_id: is IN_"));
    }

    #[test]
    fn two_rows_with_one_name_are_reported() {
        let mut draft = draft();
        draft.headers[1].name = "X-Token".to_owned();
        assert!(text(&id(), &draft, false).unwrap_err().starts_with("two rows are named X-Token"));
    }
}
