//! The check of a draft's sizes. Titles, URLs, bodies, keys and vectors check their own.

use super::Check;
use crate::profile::draft::DraftHeader;
use crate::profile::field::Field;
use crate::profile::sizes::{ALL_ROWS, CREDENTIAL, NAME, NAMES, PATH, ROWS, VALUE, within};

/// The rows of a draft, with their fields.
struct Rows<'a> {
    all: &'a [DraftHeader],
    /// The name of the rows, for a sentence.
    of: &'static str,
    name: fn(usize) -> Field,
    value: fn(usize) -> Field,
}

impl Check<'_> {
    /// Checks everything of unlimited length, in the order of the editor.
    pub(super) fn sizes(&mut self) {
        let draft = self.draft;
        let oauth2 = &draft.oauth2;
        let texts = [
            (Field::Channel, &draft.channel, NAME),
            (Field::Method, &draft.method, NAME),
            (Field::RetryCount, &draft.retry_count, NAME),
            (Field::RetryInterval, &draft.retry_interval, NAME),
            (Field::RetryTimeout, &draft.retry_timeout, NAME),
            (Field::RetryBackoff, &draft.retry_backoff, NAME),
            (Field::DataFormat, &draft.data_format, NAME),
            (Field::AuthKind, &draft.auth_kind, NAME),
            (Field::AuthUser, &draft.auth_user, CREDENTIAL),
            (Field::AuthPassword, &draft.auth_password, CREDENTIAL),
            (Field::AuthHeader, &draft.auth_header, NAME),
            (Field::AuthKey, &draft.auth_key, VALUE),
            (Field::AuthClientId, &oauth2.client_id, CREDENTIAL),
            (Field::AuthClientSecret, &oauth2.client_secret, CREDENTIAL),
            (Field::AuthSentAs, &oauth2.sent_as, NAME),
            (Field::AuthScope, &oauth2.scope, CREDENTIAL),
            (Field::EncAlgorithm, &draft.enc_algorithm, NAME),
            (Field::TlsCaFile, &draft.ca_file, PATH),
            (Field::TlsCertificate, &draft.client_certificate, PATH),
            (Field::TlsKey, &draft.client_key, PATH),
            (Field::ExpiresAfter, &draft.expires_after, NAME),
            (Field::MaxInFlight, &draft.max_in_flight, NAME),
            (Field::RateLimit, &draft.rate_limit, NAME),
            (Field::Status, &draft.status, NAME),
        ];
        for (field, text, most) in texts {
            self.take(field, within(text, most));
        }
        self.names(Field::Events, &draft.events);
        self.names(Field::EncParameters, &draft.enc_parameters);
        self.rows(&Rows {
            all: &draft.headers,
            of: "headers",
            name: Field::HeaderName,
            value: Field::HeaderValue,
        });
        self.rows(&Rows {
            all: &oauth2.fields,
            of: "fields",
            name: Field::TokenFieldName,
            value: Field::TokenFieldValue,
        });
        self.rows(&Rows {
            all: &oauth2.headers,
            of: "headers",
            name: Field::TokenHeaderName,
            value: Field::TokenHeaderValue,
        });
    }

    fn names(&mut self, field: Field, names: &[String]) {
        if names.len() > NAMES {
            self.error(field, format!("{} names, {NAMES} at most", names.len()));
        }
        if let Some(Err(message)) = names.iter().map(|name| within(name, NAME)).find(Result::is_err) {
            self.error(field, format!("a name of {message}"));
        }
    }

    fn rows(&mut self, Rows { all, of, name, value }: &Rows) {
        if all.len() > ROWS {
            self.error(name(ROWS), format!("{} {of}, {ROWS} at most", all.len()));
            return;
        }
        let mut bytes = 0;
        for (at, row) in all.iter().enumerate() {
            self.take(name(at), within(&row.name, NAME));
            self.take(value(at), within(&row.value, VALUE));
            let before = bytes;
            bytes += row.name.len() + row.value.len();
            if before <= ALL_ROWS && bytes > ALL_ROWS {
                let message = format!("with this one all {of} have {bytes} bytes, {ALL_ROWS} at most");
                self.error(value(at), message);
            }
        }
    }
}
