//! *Advanced* authentication: a token from an authentication URL, by OAuth 2.0 client credentials
//! (RFC 6749, section 4.4).

use super::choice::Choice;
use super::headers::is_secret_name;
use super::secret::Secret;
use super::token_url::TokenUrl;

/// Everything that a token depends on, so that profiles with equal settings share one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OAuth2 {
    /// Where the token is requested.
    pub token_url: TokenUrl,
    /// Not empty, no control characters.
    pub client_id: String,
    /// Not empty, no control characters.
    pub client_secret: Secret,
    /// How client id and secret are sent in the token request.
    pub sent_as: SentAs,
    /// Names separated by spaces; none leaves the scope to the server.
    pub scope: Option<String>,
    /// Additional fields of the form, such as `audience`.
    pub fields: Vec<Extra>,
    /// Additional headers of the token request.
    pub headers: Vec<Extra>,
}

/// How client id and secret are sent in the token request (RFC 6749, section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SentAs {
    /// As the form fields `client_id` and `client_secret`.
    #[default]
    Body,
    /// As `Authorization: Basic`.
    Basic,
}

impl Choice for SentAs {
    const ALL: &'static [Self] = &[Self::Body, Self::Basic];

    fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Basic => "basic",
        }
    }
}

impl SentAs {
    /// The label in the list.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Body => "In the body",
            Self::Basic => "As Basic",
        }
    }
}

/// An additional field or header of the token request. It is sent as typed: a token is used for many deliveries, so
/// there are no placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Extra {
    /// As typed.
    pub name: String,
    /// Hidden by default, whatever its name.
    pub value: Secret,
}

impl Extra {
    /// Whether the value is secret by its name (our decision, as for headers).
    #[must_use]
    pub fn is_secret(&self) -> bool {
        is_secret_name(&self.name)
    }
}

/// The form fields that are derived from other settings.
const RESERVED_FIELDS: &[&str] = &["grant_type", "client_id", "client_secret", "scope"];

/// Checks the name of an additional field.
///
/// # Errors
/// The sentence to show beside the field.
pub(super) fn check_field_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("enter a field name".to_owned());
    }
    if let Some(bad) = name.chars().find(|c| c.is_control()) {
        return Err(format!("{} is not allowed in a field name", super::title::shown(bad)));
    }
    if RESERVED_FIELDS.contains(&name) {
        return Err(format!("{name} is set by Ringback itself"));
    }
    Ok(())
}

/// Checks the name of an additional header.
///
/// # Errors
/// The sentence to show beside the field.
pub(super) fn check_header_name(name: &str, sent_as: SentAs) -> Result<(), String> {
    super::headers::check_name(name)?;
    if name.eq_ignore_ascii_case("content-type") {
        return Err("the token request is a form, and sets this itself".to_owned());
    }
    if sent_as == SentAs::Basic && name.eq_ignore_ascii_case("authorization") {
        return Err("it carries client ID and secret: send them in the body, or remove this row".to_owned());
    }
    Ok(())
}

/// Checks a scope: names of visible ASCII without `"` and `\`, separated by spaces (RFC 6749, section 3.3). An empty
/// one counts as none.
///
/// # Errors
/// The sentence to show beside the field.
pub(super) fn check_scope(text: &str) -> Result<Option<String>, String> {
    let allowed = |c: char| c == ' ' || (c.is_ascii_graphic() && !matches!(c, '"' | '\\'));
    let text = text.trim();
    match text.chars().find(|&c| !allowed(c)) {
        Some(bad) => Err(format!("{} is not allowed in a scope", super::title::shown(bad))),
        None => Ok((!text.is_empty()).then(|| text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_not_ours() {
        assert!(check_field_name("audience").is_ok());
        for bad in ["", "a\nb", "grant_type", "client_secret", "scope"] {
            assert!(check_field_name(bad).is_err(), "{bad}");
        }
        assert!(check_header_name("X-Tenant", SentAs::Basic).is_ok());
        assert!(check_header_name("Authorization", SentAs::Body).is_ok());
        assert!(check_header_name("authorization", SentAs::Basic).unwrap_err().contains("in the body"));
        assert!(check_header_name("Content-Type", SentAs::Body).is_err());
        assert!(check_header_name("Host", SentAs::Body).is_err());
    }

    #[test]
    fn scopes_are_those_of_the_rfc() {
        assert_eq!(check_scope("  ").unwrap(), None);
        let usual = "callbacks.write https://graph.example/.default";
        assert_eq!(check_scope(usual).unwrap().as_deref(), Some(usual));
        for bad in ["a\"b", "a\\b", "ü", "a\tb"] {
            assert!(check_scope(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let extra = |name: &str| Extra { name: name.to_owned(), value: Secret::new("hush") };
        let auth = OAuth2 {
            token_url: TokenUrl::parse("https://auth.example/token", false).unwrap(),
            client_id: "me".to_owned(),
            client_secret: Secret::new("hush"),
            sent_as: SentAs::Body,
            scope: None,
            fields: vec![extra("audience")],
            headers: vec![extra("X-Key")],
        };
        let printed = format!("{auth:?}");
        assert!(printed.contains("audience") && !printed.contains("hush"), "{printed}");
    }
}
