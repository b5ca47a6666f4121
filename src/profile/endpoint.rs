//! The URL a callback goes to.

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::sizes;
use super::template::Template;
use super::title::shown;

/// A checked endpoint: scheme, host and port are fixed; path and query may contain placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    template: Template,
    origin: String,
    /// The whole normalized URL (URL standard), if it has no placeholder.
    fixed: Option<String>,
}

/// User and password from a URL; they move to Basic authentication (our decision).
pub type UserInfo = (String, String);

impl Endpoint {
    /// The maximum length in characters.
    pub const MAX: usize = sizes::URL;

    /// Parses an endpoint. Also returns the user and password in it, which it removes.
    ///
    /// # Errors
    /// The sentence to show beside the field.
    pub fn parse(text: &str, plain_http_anywhere: bool) -> Result<(Self, Option<UserInfo>), String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("enter an endpoint, such as https://hooks.example/callbacks".to_owned());
        }
        let length = text.chars().count();
        if length > Self::MAX {
            return Err(format!("{length} characters, {} at most", Self::MAX));
        }
        if let Some(bad) = text.chars().find(|c| c.is_control()) {
            return Err(format!("{} is not allowed in a URL", shown(bad)));
        }
        if text.contains('#') {
            return Err("a fragment (#…) is never sent to a server: remove it".to_owned());
        }
        let (scheme, rest) = text
            .split_once("://")
            .filter(|(scheme, _)| matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https"))
            .ok_or("must start with https:// (or http:// for this machine)")?;
        let host_end = rest.find(['/', '?', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(host_end);
        if Template::parse(authority).variables().next().is_some() {
            return Err("placeholders are allowed in path and query only, not in host or port".to_owned());
        }
        let origin =
            Url::parse(&format!("{scheme}://{authority}")).map_err(|error| format!("not a URL: {error}"))?;
        if origin.scheme() == "http" && !plain_http_anywhere && !is_loopback(&origin) {
            return Err("plain http is allowed to this machine only: use https, or set allow_insecure_http"
                .to_owned());
        }
        let user = user_info(&origin)?;
        let origin = origin.origin().ascii_serialization();
        let template = Template::parse(&format!("{origin}{path}"));
        let fixed = template.fixed().and_then(|whole| Url::parse(&whole).ok()).map(String::from);
        Ok((Self { template, origin, fixed }, user))
    }

    /// Scheme, host and port: what the deliveries to one endpoint have in common.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The whole normalized URL (URL standard), if it has no placeholder: that of every request.
    #[must_use]
    pub fn fixed(&self) -> Option<&str> {
        self.fixed.as_deref()
    }

    /// The whole URL with its placeholders.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.template
    }
}

/// Whether the URL names this machine: `localhost`, `*.localhost`, or a loopback address.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost") || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback()),
        None => false,
    }
}

fn user_info(url: &Url) -> Result<Option<UserInfo>, String> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let decode = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| "user and password in the URL are not UTF-8".to_owned())
    };
    Ok(Some((decode(url.username())?, decode(url.password().unwrap_or(""))?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Endpoint::parse(text, false).expect_err(text)
    }

    #[test]
    fn https_anywhere_and_http_on_this_machine() {
        for good in [
            "https://hooks.example/cb?id=<id>",
            "http://127.0.0.1:9977/cb",
            "http://localhost",
            "http://[::1]:80/x",
            "http://127.1/x",
        ] {
            assert!(Endpoint::parse(good, false).is_ok(), "{good}");
        }
        assert!(error("http://hooks.example/cb").contains("allow_insecure_http"));
        assert!(Endpoint::parse("http://hooks.example/cb", true).is_ok());
        assert!(error("http://127.0.0.1.example/").contains("plain http"));
    }

    #[test]
    fn each_rule_has_its_message() {
        assert!(error("").contains("enter an endpoint"));
        assert!(error("ftp://x/").contains("https://"));
        assert!(error("https://").contains("not a URL"));
        assert!(error("https://<host>/x").contains("placeholders"));
        assert!(error("https://x.example:<port>/x").contains("placeholders"));
        assert!(error("https://x.example:99999/").contains("not a URL"));
        assert!(error("https://x.example/#top").contains("fragment"));
        assert!(error("https://x.example/a\tb").contains("U+0009"));
        let long = format!("https://x.example/{}", "a".repeat(Endpoint::MAX));
        assert!(error(&long).contains("8000 at most"));
    }

    #[test]
    fn user_and_password_are_taken_out() {
        let (endpoint, user) = Endpoint::parse("https://me:s%40t@x.example/cb", false).expect("good");
        assert_eq!(endpoint.template().to_string(), "https://x.example/cb");
        assert_eq!(user, Some(("me".to_owned(), "s@t".to_owned())));
    }

    #[test]
    fn the_origin_names_the_endpoint() {
        let (endpoint, _) = Endpoint::parse("HTTPS://X.example:443/a?b=<c>", false).expect("good");
        assert_eq!(endpoint.origin(), "https://x.example");
    }
}
