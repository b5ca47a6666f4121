//! Which text of a draft belongs to which field.

use crate::console::model::editor::rows::{Part, Rows};
use crate::profile::{Draft, DraftHeader, Field, is_secret_name};

/// The text of a field; empty for one that is no text.
#[must_use]
pub fn text(draft: &Draft, field: Field) -> &str {
    if let Some((rows, at, part)) = Rows::place(field) {
        return rows
            .of(draft)
            .get(at)
            .map_or("", |row| if part == Part::Name { &row.name } else { &row.value });
    }
    match field {
        Field::Title => &draft.title,
        Field::Channel => &draft.channel,
        Field::Method => &draft.method,
        Field::Endpoint => &draft.endpoint,
        Field::Body => &draft.body,
        Field::RetryCount => &draft.retry_count,
        Field::RetryInterval => &draft.retry_interval,
        Field::RetryTimeout => &draft.retry_timeout,
        Field::RetryBackoff => &draft.retry_backoff,
        Field::DataFormat => &draft.data_format,
        Field::AuthKind => &draft.auth_kind,
        Field::AuthUser => &draft.auth_user,
        Field::AuthPassword => &draft.auth_password,
        Field::AuthHeader => &draft.auth_header,
        Field::AuthKey => &draft.auth_key,
        Field::AuthTokenUrl => &draft.oauth2.token_url,
        Field::AuthClientId => &draft.oauth2.client_id,
        Field::AuthClientSecret => &draft.oauth2.client_secret,
        Field::AuthSentAs => &draft.oauth2.sent_as,
        Field::AuthScope => &draft.oauth2.scope,
        Field::EncAlgorithm => &draft.enc_algorithm,
        Field::EncKey => &draft.enc_key,
        Field::EncIv => &draft.enc_iv,
        Field::SigningSecret => &draft.signing_secret,
        Field::TlsCaFile => &draft.ca_file,
        Field::TlsCertificate => &draft.client_certificate,
        Field::TlsKey => &draft.client_key,
        Field::Status => &draft.status,
        Field::Events
        | Field::Encryption
        | Field::EncRandomIv
        | Field::EncParameters
        | Field::Http2
        | Field::HeaderName(_)
        | Field::HeaderValue(_)
        | Field::TokenFieldName(_)
        | Field::TokenFieldValue(_)
        | Field::TokenHeaderName(_)
        | Field::TokenHeaderValue(_) => "",
    }
}

/// Writes the text of a field. A row that is not there yet is made.
pub fn set_text(draft: &mut Draft, field: Field, text: String) {
    if let Some((rows, at, part)) = Rows::place(field) {
        let row = row(rows.of_mut(draft), at);
        *(if part == Part::Name { &mut row.name } else { &mut row.value }) = text;
        return;
    }
    let place = match field {
        Field::Title => &mut draft.title,
        Field::Channel => &mut draft.channel,
        Field::Method => &mut draft.method,
        Field::Endpoint => &mut draft.endpoint,
        Field::Body => &mut draft.body,
        Field::RetryCount => &mut draft.retry_count,
        Field::RetryInterval => &mut draft.retry_interval,
        Field::RetryTimeout => &mut draft.retry_timeout,
        Field::RetryBackoff => &mut draft.retry_backoff,
        Field::DataFormat => &mut draft.data_format,
        Field::AuthKind => &mut draft.auth_kind,
        Field::AuthUser => &mut draft.auth_user,
        Field::AuthPassword => &mut draft.auth_password,
        Field::AuthHeader => &mut draft.auth_header,
        Field::AuthKey => &mut draft.auth_key,
        Field::AuthTokenUrl => &mut draft.oauth2.token_url,
        Field::AuthClientId => &mut draft.oauth2.client_id,
        Field::AuthClientSecret => &mut draft.oauth2.client_secret,
        Field::AuthSentAs => &mut draft.oauth2.sent_as,
        Field::AuthScope => &mut draft.oauth2.scope,
        Field::EncAlgorithm => &mut draft.enc_algorithm,
        Field::EncKey => &mut draft.enc_key,
        Field::EncIv => &mut draft.enc_iv,
        Field::SigningSecret => &mut draft.signing_secret,
        Field::TlsCaFile => &mut draft.ca_file,
        Field::TlsCertificate => &mut draft.client_certificate,
        Field::TlsKey => &mut draft.client_key,
        Field::Status => &mut draft.status,
        Field::Events
        | Field::Encryption
        | Field::EncRandomIv
        | Field::EncParameters
        | Field::Http2
        | Field::HeaderName(_)
        | Field::HeaderValue(_)
        | Field::TokenFieldName(_)
        | Field::TokenFieldValue(_)
        | Field::TokenHeaderName(_)
        | Field::TokenHeaderValue(_) => return,
    };
    *place = text;
}

fn row(rows: &mut Vec<DraftHeader>, at: usize) -> &mut DraftHeader {
    if rows.len() <= at {
        rows.resize_with(at + 1, DraftHeader::default);
    }
    &mut rows[at]
}

/// Whether a field holds a secret, whose text is hidden unless asked for.
#[must_use]
pub fn is_secret(draft: &Draft, field: Field) -> bool {
    if let Some((rows, at, Part::Value)) = Rows::place(field) {
        return rows.of(draft).get(at).is_some_and(|row| is_secret_name(&row.name));
    }
    matches!(
        field,
        Field::AuthPassword
            | Field::AuthKey
            | Field::AuthClientSecret
            | Field::EncKey
            | Field::EncIv
            | Field::SigningSecret
    )
}
