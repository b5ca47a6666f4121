//! The check of a draft's authentication.

use super::Check;
use crate::profile::auth::{Auth, AuthKind};
use crate::profile::draft::DraftHeader;
use crate::profile::endpoint::UserInfo;
use crate::profile::field::Field;
use crate::profile::headers::{Header, check_name, check_value};
use crate::profile::oauth2::{Extra, OAuth2, SentAs, check_field_name, check_header_name, check_scope};
use crate::profile::secret::Secret;
use crate::profile::token_url::TokenUrl;

impl Check<'_> {
    pub(super) fn auth(&mut self, in_url: Option<UserInfo>, headers: &[Header]) -> Auth {
        let draft = self.draft;
        let Some(kind) = self.one_of::<AuthKind>(Field::AuthKind, &draft.auth_kind) else {
            return Auth::None;
        };
        let (kind, user, password) = match (kind, in_url) {
            (AuthKind::None, Some((user, password))) => (AuthKind::Basic, user, password),
            (_, Some(_)) => {
                self.error(
                    Field::Endpoint,
                    "user and password are in the URL, and an authentication is set too",
                );
                return Auth::None;
            }
            (kind, None) => (kind, draft.auth_user.clone(), draft.auth_password.clone()),
        };
        if matches!(kind, AuthKind::Basic | AuthKind::OAuth2) && has(headers, "authorization") {
            self.error(Field::AuthKind, "an Authorization header is set too: keep one of the two");
        }
        match kind {
            AuthKind::None => Auth::None,
            AuthKind::Basic => self.basic(user, password),
            AuthKind::ApiKey => self.api_key(headers),
            AuthKind::OAuth2 => self.oauth2().map_or(Auth::None, |oauth2| Auth::OAuth2(Box::new(oauth2))),
        }
    }

    fn basic(&mut self, user: String, password: String) -> Auth {
        if user.is_empty() {
            self.error(Field::AuthUser, "enter a user");
        } else if user.contains(':') || user.chars().any(char::is_control) {
            self.error(Field::AuthUser, "a colon or control character is not allowed in a user (RFC 7617)");
        }
        if password.chars().any(char::is_control) {
            self.error(Field::AuthPassword, "a control character is not allowed in a password (RFC 7617)");
        }
        Auth::Basic { user, password: Secret::new(password) }
    }

    fn api_key(&mut self, headers: &[Header]) -> Auth {
        let draft = self.draft;
        let header = draft.auth_header.trim().to_owned();
        self.take(Field::AuthHeader, check_name(&header));
        if header.eq_ignore_ascii_case("content-type") {
            self.error(Field::AuthHeader, "Content-Type cannot carry a key");
        }
        if has(headers, &header) {
            self.error(
                Field::AuthHeader,
                format!("{header} is also set in the headers: keep one of the two"),
            );
        }
        if draft.auth_key.trim().is_empty() {
            self.error(Field::AuthKey, "enter a key");
        }
        self.take(Field::AuthKey, check_value(&draft.auth_key));
        Auth::ApiKey { header, key: Secret::new(draft.auth_key.trim()) }
    }

    fn oauth2(&mut self) -> Option<OAuth2> {
        let draft = &self.draft.oauth2;
        let token_url = TokenUrl::parse(&draft.token_url, self.rules.allow_insecure_http);
        let token_url = self.take(Field::AuthTokenUrl, token_url);
        if let Some(url) = &token_url {
            self.address(Field::AuthTokenUrl, url.as_str());
        }
        let client_id = draft.client_id.trim().to_owned();
        self.credential(Field::AuthClientId, &client_id, "enter a client ID");
        let client_secret = draft.client_secret.trim();
        self.credential(Field::AuthClientSecret, client_secret, "enter a client secret");
        let sent_as = self.one_of::<SentAs>(Field::AuthSentAs, &draft.sent_as);
        let scope = self.take(Field::AuthScope, check_scope(&draft.scope));
        let fields = self.token_fields(&draft.fields);
        let headers = self.token_headers(&draft.headers, sent_as.unwrap_or_default());
        Some(OAuth2 {
            token_url: token_url?,
            client_id,
            client_secret: Secret::new(client_secret),
            sent_as: sent_as?,
            scope: scope?,
            fields,
            headers,
        })
    }

    fn credential(&mut self, field: Field, text: &str, missing: &str) {
        if text.is_empty() {
            self.error(field, missing);
        } else if text.chars().any(char::is_control) {
            self.error(field, "a control character is not allowed here (RFC 6749)");
        }
    }

    fn token_fields(&mut self, rows: &[DraftHeader]) -> Vec<Extra> {
        let mut fields: Vec<Extra> = Vec::new();
        for (at, name, value) in filled(rows) {
            self.take(Field::TokenFieldName(at), check_field_name(name));
            // A field must not be repeated (RFC 6749, section 3.2).
            if fields.iter().any(|field| field.name == name) {
                self.error(Field::TokenFieldName(at), format!("{name} is here twice"));
            }
            fields.push(Extra { name: name.to_owned(), value: Secret::new(value) });
        }
        fields
    }

    fn token_headers(&mut self, rows: &[DraftHeader], sent_as: SentAs) -> Vec<Extra> {
        let mut headers: Vec<Extra> = Vec::new();
        for (at, name, value) in filled(rows) {
            self.take(Field::TokenHeaderName(at), check_header_name(name, sent_as));
            self.take(Field::TokenHeaderValue(at), check_value(value));
            if headers.iter().any(|header| header.name.eq_ignore_ascii_case(name)) {
                self.error(Field::TokenHeaderName(at), format!("{name} is here twice"));
            }
            headers.push(Extra { name: name.to_owned(), value: Secret::new(value) });
        }
        headers
    }
}

fn has(headers: &[Header], name: &str) -> bool {
    headers.iter().any(|h| h.name.eq_ignore_ascii_case(name))
}

/// The rows that are not empty, with their indices.
fn filled(rows: &[DraftHeader]) -> impl Iterator<Item = (usize, &str, &str)> {
    let trimmed = rows.iter().enumerate().map(|(at, row)| (at, row.name.trim(), row.value.trim()));
    trimmed.filter(|(_, name, value)| !name.is_empty() || !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Channel, Draft, Identity, Profile, ProfileId, Region, Rules};
    use jiff::Timestamp;

    fn checked(change: impl FnOnce(&mut Draft)) -> Result<Profile, Vec<String>> {
        let mut draft = Draft::new(Channel::Sms);
        draft.title = "Order SMS".into();
        draft.endpoint = "https://hooks.example/cb".into();
        draft.auth_kind = "oauth2".into();
        draft.oauth2.token_url = "https://auth.example/token".into();
        draft.oauth2.client_id = " me ".into();
        draft.oauth2.client_secret = "hush".into();
        change(&mut draft);
        let id = ProfileId::new(Region::In, uuid::Uuid::nil());
        let identity = Identity { id, created_at: Timestamp::UNIX_EPOCH, modified_at: Timestamp::UNIX_EPOCH };
        draft
            .check(Rules::default(), identity)
            .map_err(|errors| errors.iter().map(ToString::to_string).collect())
    }

    fn row(name: &str, value: &str) -> DraftHeader {
        DraftHeader { name: name.into(), value: value.into() }
    }

    #[test]
    fn valid_drafts_are_accepted_unchanged() {
        let profile = checked(|draft| {
            draft.oauth2.fields = vec![row("", " "), row("audience", "https://api.example")];
            draft.oauth2.scope = "callbacks.write".into();
        })
        .unwrap();
        let Auth::OAuth2(oauth2) = &profile.auth else { panic!("{:?}", profile.auth) };
        assert_eq!((oauth2.client_id.as_str(), oauth2.client_secret.reveal()), ("me", "hush"));
        assert_eq!((oauth2.sent_as, oauth2.scope.as_deref()), (SentAs::Body, Some("callbacks.write")));
        assert_eq!(oauth2.fields.len(), 1, "an empty row is none");
        assert_eq!(Draft::from(&profile).oauth2.fields[0].value, "https://api.example");
    }

    #[test]
    fn all_errors_are_reported_at_once() {
        let errors = checked(|draft| {
            draft.headers = vec![row("Authorization", "x")];
            draft.oauth2 = crate::profile::DraftOAuth2 {
                sent_as: "post".into(),
                scope: "a\"b".into(),
                fields: vec![row("scope", "x"), row("a", "1"), row("a", "2")],
                headers: vec![row("X-A", "a\nb"), row("x-a", "")],
                ..Default::default()
            };
        })
        .unwrap_err();
        let fields: Vec<&str> = errors.iter().filter_map(|e| e.split_once(": ").map(|(f, _)| f)).collect();
        assert_eq!(
            fields,
            [
                "auth.type",
                "auth.token_url",
                "auth.client_id",
                "auth.client_secret",
                "auth.sent_as",
                "auth.scope",
                "auth.fields (name 1)",
                "auth.fields (name 3)",
                "auth.headers (name 2)",
                "auth.headers (value 1)",
            ]
        );
    }
}
