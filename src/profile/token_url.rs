//! The authentication URL, where tokens are requested.

use super::endpoint::Endpoint;

/// A checked authentication URL: like an endpoint, but without placeholders and user.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenUrl(String);

impl TokenUrl {
    /// Parses an authentication URL. The rules for scheme, host and length are the endpoint's.
    ///
    /// # Errors
    /// The sentence to show beside the field.
    pub fn parse(text: &str, plain_http_anywhere: bool) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("enter an authentication URL, such as https://auth.example/oauth/token".to_owned());
        }
        let (endpoint, user) = Endpoint::parse(text, plain_http_anywhere)?;
        if user.is_some() {
            return Err("user and password are not allowed here: use client ID and secret".to_owned());
        }
        if let Some(variable) = endpoint.template().variables().next() {
            return Err(format!(
                "{variable}: placeholders are not allowed here, one token serves many deliveries"
            ));
        }
        Ok(Self(endpoint.template().to_string()))
    }

    /// The URL as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        TokenUrl::parse(text, false).unwrap_err()
    }

    #[test]
    fn the_rules_of_an_endpoint_and_its_own() {
        for good in ["https://auth.example/oauth/token?tenant=a", "http://127.0.0.1:8080/token"] {
            assert_eq!(TokenUrl::parse(good, false).unwrap().as_str(), good);
        }
        assert!(error(" ").contains("authentication URL"));
        assert!(error("http://auth.example/token").contains("plain http"));
        assert!(TokenUrl::parse("http://auth.example/token", true).is_ok());
        assert!(error("https://me:pw@auth.example/token").contains("client ID and secret"));
        assert!(error("https://auth.example/<id>").starts_with("<id>: placeholders are not allowed"));
    }
}
