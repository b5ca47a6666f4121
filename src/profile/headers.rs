//! The headers that a profile adds to its requests.

use std::fmt;

use super::template::Template;

/// One header row of a profile. Debug output hides secret values.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// As typed.
    pub name: String,
    /// May contain placeholders.
    pub value: Template,
}

impl Header {
    /// Whether the value is secret by the name of its header (our decision).
    #[must_use]
    pub fn is_secret(&self) -> bool {
        is_secret_name(&self.name)
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Header");
        shown.field("name", &self.name);
        if self.is_secret() {
            shown.finish_non_exhaustive()
        } else {
            shown.field("value", &self.value).finish()
        }
    }
}

/// Names set by Ringback or by HTTP itself, which a profile cannot set.
const RESERVED: &[&str] = &[
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
];

/// Parts of a header's name that mark its value as secret.
const SECRET_WORDS: &[&str] = &["auth", "cookie", "credential", "key", "passw", "secret", "session", "token"];

/// Whether a header with this name is secret: its value is then kept out of the delivery log.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// Checks a header's name.
///
/// # Errors
/// The sentence to show beside the field.
pub fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("enter a header name".to_owned());
    }
    // The characters of a token, RFC 9110 section 5.6.2.
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if let Some(bad) = name.chars().find(|&c| !token(c)) {
        return Err(format!("{} is not allowed in a header name", super::title::shown(bad)));
    }
    if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(format!("{name} is set by Ringback itself"));
    }
    Ok(())
}

/// Checks a header's value as typed.
///
/// # Errors
/// The sentence to show beside the field.
pub fn check_value(value: &str) -> Result<(), String> {
    match value.chars().find(|&c| c.is_control() && c != '\t') {
        Some(bad) => Err(format!("{} is not allowed in a header", super::title::shown(bad))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tokens_and_not_ours() {
        assert!(check_name("X-Api-Key").is_ok());
        for bad in ["", "a b", "a:b", "ü", "Content-Length", "webhook-id"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn values_stay_on_one_line() {
        assert!(check_value("Bearer <token>\tx ü").is_ok());
        assert!(check_value("a\r\nb").is_err());
        assert!(check_value("a\0b").is_err());
    }

    #[test]
    fn secret_headers_are_detected_by_name() {
        for name in ["Authorization", "X-API-KEY", "X-Access-Token", "Cookie"] {
            assert!(is_secret_name(name), "{name}");
        }
        assert!(!is_secret_name("Content-Type"));
    }
}
