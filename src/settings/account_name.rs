//! The URL and the ID of an account, as they are in the settings and on the command line. Pure.

use std::fmt;

use url::{Host, Url};

/// The longest account ID in bytes, as `ringback serve` has it (our decision).
const MAX_ID_BYTES: usize = 64;

/// The URL of an account: what is before `/v1/…`.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountUrl(Url);

/// The ID of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountId(String);

/// Why a text does not name an account. Displayed without the text, which may contain a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountNameError {
    /// The URL cannot be used.
    #[error("the URL of the account {0}: write it as in https://api.in.kaleyra.io")]
    Url(String),
    /// The ID has another form.
    #[error("the account ID must be 1 to 64 letters, digits, '-', '_' or '.'")]
    Id,
}

impl fmt::Debug for AccountUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl AccountUrl {
    /// Reads a URL. Plain http is for this machine only, unless `allow_insecure_http`: the key could be read on the
    /// way.
    ///
    /// # Errors
    /// It is none, or has a part that the URL of an account has not.
    pub fn parse(text: &str, allow_insecure_http: bool) -> Result<Self, AccountNameError> {
        let refused = |why: &str| AccountNameError::Url(why.to_owned());
        let url = Url::parse(text.trim()).map_err(|error| refused(&format!("cannot be read ({error})")))?;
        match url.scheme() {
            "https" => {}
            "http" if allow_insecure_http || is_loopback(&url) => {}
            "http" => return Err(refused("must begin with https://, or the key could be read on the way")),
            _ => return Err(refused("must begin with https://")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("must contain no user and no password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refused("must end with its path, without ? and #"));
        }
        if is_whole(&url) {
            return Err(refused("must end before /v1/"));
        }
        Ok(Self(url))
    }

    /// The URL of the profiles of an account: `…/v1/ID/callback/profiles`.
    #[must_use]
    pub fn profiles(&self, id: &AccountId) -> Url {
        let mut url = self.0.clone();
        // One with http or https has a path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["v1", &id.0, "callback", "profiles"]);
        }
        url
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl AccountId {
    /// Reads an ID.
    ///
    /// # Errors
    /// It has another form.
    pub fn parse(text: &str) -> Result<Self, AccountNameError> {
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let is_path = text == "." || text == "..";
        if !(1..=MAX_ID_BYTES).contains(&text.len()) || !text.bytes().all(is_fine) || is_path {
            return Err(AccountNameError::Id);
        }
        Ok(Self(text.to_owned()))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether its path ends in what is added to the URL of an account: `/v1`, `/v1/ID` or `/v1/ID/callback…`.
fn is_whole(url: &Url) -> bool {
    let parts: Vec<&str> =
        url.path_segments().into_iter().flatten().filter(|part| !part.is_empty()).collect();
    matches!(parts.as_slice(), [.., "v1"] | [.., "v1", _])
        || parts.windows(3).any(|parts| matches!(parts, ["v1", _, "callback"]))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_its_url() {
        let url = |base: &str| AccountUrl::parse(base, false).unwrap();
        let id = AccountId::parse("HX1").unwrap();
        let of = |base: &str| String::from(url(base).profiles(&id));
        assert_eq!(of("https://api.in.kaleyra.io"), "https://api.in.kaleyra.io/v1/HX1/callback/profiles");
        assert_eq!(
            of(" https://proxy.example/kaleyra/ "),
            "https://proxy.example/kaleyra/v1/HX1/callback/profiles"
        );
        for base in [
            "http://127.0.0.1:9979/",
            "http://localhost:9979",
            "http://[::1]:9979//",
            "https://proxy.example/v1/of/kaleyra",
        ] {
            url(base);
        }
    }

    #[test]
    fn what_could_leak_the_key_or_is_no_account_is_refused() {
        for (base, why) in [
            ("http://api.example", "https://, or the key"),
            ("ftp://api.example", "must begin with https://"),
            ("api.example", "cannot be read"),
            ("https://me:hush@api.example", "no user"),
            ("https://api.example?x=1", "without ?"),
            ("https://api.example#x", "without ?"),
            ("https://api.example/v1", "must end before /v1/"),
            ("https://api.example/v1/HX1/", "must end before /v1/"),
            ("https://api.example/v1/HX1/callback/profiles", "must end before /v1/"),
        ] {
            let error = AccountUrl::parse(base, false).unwrap_err().to_string();
            assert!(error.contains(why) && !error.contains("hush"), "{base}: {error}");
        }
        AccountUrl::parse("http://api.example", true).unwrap();
        for id in ["", "a/b", "a b", "..", ".", "ä", &"x".repeat(65)] {
            assert_eq!(AccountId::parse(id), Err(AccountNameError::Id), "{id}");
        }
    }
}
