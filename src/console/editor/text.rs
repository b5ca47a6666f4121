//! Which text of a draft belongs to which field.

use crate::profile::{Draft, DraftHeader, Field};

/// The text of a field; empty for one that is no text.
#[must_use]
pub fn text(draft: &Draft, field: Field) -> &str {
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
        Field::HeaderName(at) => draft.headers.get(at).map_or("", |h| &h.name),
        Field::HeaderValue(at) => draft.headers.get(at).map_or("", |h| &h.value),
        Field::AuthKind => &draft.auth_kind,
        Field::AuthUser => &draft.auth_user,
        Field::AuthPassword => &draft.auth_password,
        Field::AuthHeader => &draft.auth_header,
        Field::AuthKey => &draft.auth_key,
        Field::EncAlgorithm => &draft.enc_algorithm,
        Field::EncKey => &draft.enc_key,
        Field::EncIv => &draft.enc_iv,
        Field::SigningSecret => &draft.signing_secret,
        Field::Status => &draft.status,
        Field::Events | Field::Encryption | Field::EncRandomIv | Field::EncParameters => "",
    }
}

/// Writes the text of a field. A header row that is not there yet is made.
pub fn set_text(draft: &mut Draft, field: Field, text: String) {
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
        Field::HeaderName(at) => &mut header(draft, at).name,
        Field::HeaderValue(at) => &mut header(draft, at).value,
        Field::AuthKind => &mut draft.auth_kind,
        Field::AuthUser => &mut draft.auth_user,
        Field::AuthPassword => &mut draft.auth_password,
        Field::AuthHeader => &mut draft.auth_header,
        Field::AuthKey => &mut draft.auth_key,
        Field::EncAlgorithm => &mut draft.enc_algorithm,
        Field::EncKey => &mut draft.enc_key,
        Field::EncIv => &mut draft.enc_iv,
        Field::SigningSecret => &mut draft.signing_secret,
        Field::Status => &mut draft.status,
        Field::Events | Field::Encryption | Field::EncRandomIv | Field::EncParameters => return,
    };
    *place = text;
}

fn header(draft: &mut Draft, at: usize) -> &mut DraftHeader {
    if draft.headers.len() <= at {
        draft.headers.resize_with(at + 1, DraftHeader::default);
    }
    &mut draft.headers[at]
}

/// Whether a field holds a secret, whose text is hidden unless asked for.
#[must_use]
pub fn is_secret(draft: &Draft, field: Field) -> bool {
    match field {
        Field::AuthPassword | Field::AuthKey | Field::EncKey | Field::EncIv | Field::SigningSecret => true,
        Field::HeaderValue(at) => {
            draft.headers.get(at).is_some_and(|h| crate::profile::is_secret_name(&h.name))
        }
        _ => false,
    }
}
