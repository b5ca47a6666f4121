//! Which text of a draft belongs to which field.

use crate::console::model::editor::rows::{Part, Rows};
use crate::profile::{Draft, DraftHeader, Field, is_secret_name};

/// A field's text in a draft, borrowed as requested; `None` for a field without text.
macro_rules! slot {
    ($draft:ident, $field:ident, ($($borrow:tt)+)) => {
        match $field {
            Field::Title => Some($($borrow)+ $draft.title),
            Field::Channel => Some($($borrow)+ $draft.channel),
            Field::Method => Some($($borrow)+ $draft.method),
            Field::Endpoint => Some($($borrow)+ $draft.endpoint),
            Field::Body => Some($($borrow)+ $draft.body),
            Field::RetryCount => Some($($borrow)+ $draft.retry_count),
            Field::RetryInterval => Some($($borrow)+ $draft.retry_interval),
            Field::RetryTimeout => Some($($borrow)+ $draft.retry_timeout),
            Field::RetryBackoff => Some($($borrow)+ $draft.retry_backoff),
            Field::DataFormat => Some($($borrow)+ $draft.data_format),
            Field::AuthKind => Some($($borrow)+ $draft.auth_kind),
            Field::AuthUser => Some($($borrow)+ $draft.auth_user),
            Field::AuthPassword => Some($($borrow)+ $draft.auth_password),
            Field::AuthHeader => Some($($borrow)+ $draft.auth_header),
            Field::AuthKey => Some($($borrow)+ $draft.auth_key),
            Field::AuthTokenUrl => Some($($borrow)+ $draft.oauth2.token_url),
            Field::AuthClientId => Some($($borrow)+ $draft.oauth2.client_id),
            Field::AuthClientSecret => Some($($borrow)+ $draft.oauth2.client_secret),
            Field::AuthSentAs => Some($($borrow)+ $draft.oauth2.sent_as),
            Field::AuthScope => Some($($borrow)+ $draft.oauth2.scope),
            Field::EncAlgorithm => Some($($borrow)+ $draft.enc_algorithm),
            Field::EncKey => Some($($borrow)+ $draft.enc_key),
            Field::EncIv => Some($($borrow)+ $draft.enc_iv),
            Field::SigningSecret => Some($($borrow)+ $draft.signing_secret),
            Field::TlsCaFile => Some($($borrow)+ $draft.ca_file),
            Field::TlsCertificate => Some($($borrow)+ $draft.client_certificate),
            Field::TlsKey => Some($($borrow)+ $draft.client_key),
            Field::ExpiresAfter => Some($($borrow)+ $draft.expires_after),
            Field::MaxInFlight => Some($($borrow)+ $draft.max_in_flight),
            Field::RateLimit => Some($($borrow)+ $draft.rate_limit),
            Field::Status => Some($($borrow)+ $draft.status),
            Field::Events
            | Field::Encryption
            | Field::EncRandomIv
            | Field::EncParameters
            | Field::Http2
            | Field::Ordered
            | Field::AutoEnable
            | Field::OlderSecret(_)
            | Field::HeaderName(_)
            | Field::HeaderValue(_)
            | Field::TokenFieldName(_)
            | Field::TokenFieldValue(_)
            | Field::TokenHeaderName(_)
            | Field::TokenHeaderValue(_) => None,
        }
    };
}

/// The text of a field; empty for a field without text.
#[must_use]
pub fn text(draft: &Draft, field: Field) -> &str {
    if let Some((rows, at, part)) = Rows::place(field) {
        return rows
            .of(draft)
            .get(at)
            .map_or("", |row| if part == Part::Name { &row.name } else { &row.value });
    }
    if let Field::OlderSecret(at) = field {
        return draft.older_secrets.get(at).map_or("", String::as_str);
    }
    slot!(draft, field, (&)).map_or("", String::as_str)
}

/// Sets the text of a field. Adds the row if it does not exist.
pub fn set_text(draft: &mut Draft, field: Field, text: String) {
    if let Some((rows, at, part)) = Rows::place(field) {
        let row = row(rows.of_mut(draft), at);
        *(if part == Part::Name { &mut row.name } else { &mut row.value }) = text;
        return;
    }
    if let Field::OlderSecret(at) = field {
        let older = &mut draft.older_secrets;
        older.resize(older.len().max(at + 1), String::new());
        older[at] = text;
        // A row that was emptied is the row that is offered.
        older.truncate(older.iter().rposition(|text| !text.is_empty()).map_or(0, |last| last + 1));
        return;
    }
    if let Some(place) = slot!(draft, field, (&mut)) {
        *place = text;
    }
}

fn row(rows: &mut Vec<DraftHeader>, at: usize) -> &mut DraftHeader {
    if rows.len() <= at {
        rows.resize_with(at + 1, DraftHeader::default);
    }
    &mut rows[at]
}

/// Whether a field contains a secret, which is hidden by default.
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
            | Field::OlderSecret(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::model::editor::item::{Item, Step, items};
    use crate::profile::Channel;

    #[test]
    fn a_row_for_an_older_secret_appears_below_the_current_one_and_goes_when_emptied() {
        let mut draft = Draft::new(Channel::Sms);
        let rows = |draft: &Draft| {
            let of_secrets = |item: &Item| matches!(item, Item::Text(Field::OlderSecret(_)));
            items(draft, &[], Step::Advanced, true).into_iter().filter(of_secrets).count()
        };
        assert_eq!(rows(&draft), 0);
        set_text(&mut draft, Field::SigningSecret, "new".to_owned());
        assert_eq!(rows(&draft), 1);
        for at in 0..3 {
            set_text(&mut draft, Field::OlderSecret(at), format!("old {at}"));
        }
        assert_eq!((rows(&draft), text(&draft, Field::OlderSecret(2))), (3, "old 2"));
        assert!(is_secret(&draft, Field::OlderSecret(2)));
        set_text(&mut draft, Field::OlderSecret(1), String::new());
        assert_eq!(draft.older_secrets, ["old 0", "", "old 2"], "a row keeps its place while it is typed in");
        set_text(&mut draft, Field::OlderSecret(2), String::new());
        assert_eq!(draft.older_secrets, ["old 0"]);
    }
}
