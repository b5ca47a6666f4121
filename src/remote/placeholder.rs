//! Values in place of secrets that neither side gives: with them a profile can be compared, never saved.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::profile::document::Document;
use crate::profile::{Algorithm, Choice as _, DraftHeader, Field, IV_BYTES};

/// In place of a text.
const TEXT: &str = "(not returned by the account)";

/// The bytes of a signing secret.
const SIGNING_BYTES: usize = 24;

/// Fills in the secrets that are left out, and returns their paths, such as `headers.X-Key`.
pub(super) fn fill(document: &mut Document) -> Vec<String> {
    let left_out = std::mem::take(&mut document.left_out);
    left_out.into_iter().map(|field| (path(field, document), fill_one(field, document)).0).collect()
}

fn fill_one(field: Field, document: &mut Document) {
    let draft = &mut document.draft;
    let row = |rows: &mut Vec<DraftHeader>, at: usize| {
        if let Some(row) = rows.get_mut(at) {
            TEXT.clone_into(&mut row.value);
        }
    };
    let signing = |n: usize| {
        let byte = u8::try_from(n).unwrap_or(u8::MAX);
        format!("whsec_{}", STANDARD.encode([byte; SIGNING_BYTES]))
    };
    match field {
        Field::AuthPassword => TEXT.clone_into(&mut draft.auth_password),
        Field::AuthKey => TEXT.clone_into(&mut draft.auth_key),
        Field::AuthClientSecret => TEXT.clone_into(&mut draft.oauth2.client_secret),
        Field::HeaderValue(at) => row(&mut draft.headers, at),
        Field::TokenFieldValue(at) => row(&mut draft.oauth2.fields, at),
        Field::TokenHeaderValue(at) => row(&mut draft.oauth2.headers, at),
        Field::EncIv => draft.enc_iv = "x".repeat(IV_BYTES),
        Field::EncKey => {
            let length = Algorithm::from_name(&draft.enc_algorithm).map_or(0, Algorithm::key_bytes);
            draft.enc_key = "x".repeat(length);
        }
        Field::SigningSecret => draft.signing_secret = signing(0),
        Field::OlderSecret(at) => {
            if let Some(secret) = draft.older_secrets.get_mut(at) {
                *secret = signing(at.saturating_add(1));
            }
        }
        _ => {}
    }
}

/// The path of a secret, with the name of a header instead of its number.
pub(super) fn path(field: Field, document: &Document) -> String {
    let named = |rows: &[DraftHeader], at: usize, member: &str| {
        rows.get(at).map(|row| format!("{member}.{}", row.name))
    };
    let named = match field {
        Field::HeaderValue(at) => named(&document.draft.headers, at, "headers"),
        Field::TokenFieldValue(at) => named(&document.draft.oauth2.fields, at, "auth.fields"),
        Field::TokenHeaderValue(at) => named(&document.draft.oauth2.headers, at, "auth.headers"),
        _ => None,
    };
    named.unwrap_or_else(|| field.to_string())
}
