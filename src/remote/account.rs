//! An account of the platform's callback-profile API, and the URLs of its profiles.

use std::fmt;

use url::{Host, Url};

use crate::profile::{ProfileId, Region};

/// The longest account id in bytes, as `ringback serve` has it (our decision).
const MAX_SID_BYTES: usize = 64;

/// An account: where its profiles are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// `…/v1/SID/callback/profiles`.
    profiles: Url,
}

/// Why there is no such account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The URL cannot be used.
    #[error("the URL of the account {0}: write it as in https://api.in.kaleyra.io")]
    Url(String),
    /// The account id has another form.
    #[error("the account id must be 1 to 64 letters, digits, '-', '_' or '.'")]
    Sid,
}

/// The platform's host for a region (public page).
#[must_use]
pub fn usual_url(region: Region) -> &'static str {
    match region {
        Region::In => "https://api.in.kaleyra.io",
        Region::Sg => "https://api.kaleyra.io",
        Region::Eu => "https://api.eu.kaleyra.io",
        Region::Us | Region::Na => "https://api.na.kaleyra.ai",
    }
}

impl Account {
    /// An account by the URL before `/v1/…` and its id. Plain http is for this machine only, unless
    /// `allow_insecure_http`: the key would be readable on the way.
    ///
    /// # Errors
    /// Either has another form.
    pub fn new(base: &str, sid: &str, allow_insecure_http: bool) -> Result<Self, AccountError> {
        let refused = |why: &str| AccountError::Url(why.to_owned());
        let mut url =
            Url::parse(base.trim()).map_err(|error| refused(&format!("cannot be read ({error})")))?;
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
        let is_fine = |c: u8| c.is_ascii_alphanumeric() || b"-_.".contains(&c);
        let is_path = sid == "." || sid == "..";
        if !(1..=MAX_SID_BYTES).contains(&sid.len()) || !sid.bytes().all(is_fine) || is_path {
            return Err(AccountError::Sid);
        }
        url.path_segments_mut()
            .map_err(|()| refused("has no host"))?
            .pop_if_empty()
            .extend(["v1", sid, "callback", "profiles"]);
        Ok(Self { profiles: url })
    }

    /// The name of the account, by which links to it are kept: the URL of its profiles.
    #[must_use]
    pub fn name(&self) -> &str {
        self.profiles.as_str()
    }

    /// The URL of a page of the list.
    pub(super) fn page(&self, limit: usize, offset: usize) -> Url {
        let mut url = self.profiles.clone();
        url.query_pairs_mut()
            .append_pair("limit", &limit.to_string())
            .append_pair("offset", &offset.to_string());
        url
    }

    /// The URL of all of them, to create one.
    pub(super) fn all(&self) -> Url {
        self.profiles.clone()
    }

    /// The URL of a profile.
    pub(super) fn one(&self, id: &ProfileId) -> Url {
        let mut url = self.profiles.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(id.as_str());
        }
        url
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
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
    fn an_account_has_its_urls() {
        let account = Account::new("https://api.in.kaleyra.io", "HX1", false).unwrap();
        assert_eq!(account.name(), "https://api.in.kaleyra.io/v1/HX1/callback/profiles");
        let page = account.page(25, 50);
        assert_eq!(page.as_str(), "https://api.in.kaleyra.io/v1/HX1/callback/profiles?limit=25&offset=50");
        let id = ProfileId::new(Region::In, uuid::Uuid::nil());
        assert!(account.one(&id).as_str().ends_with("/profiles/IN_00000000-0000-0000-0000-000000000000"));
        for base in ["http://127.0.0.1:9979/", "http://localhost:9979", "http://[::1]:9979//"] {
            Account::new(base, "a", false).unwrap();
        }
        let below = Account::new("https://proxy.example/kaleyra/", "a", false).unwrap();
        assert_eq!(below.name(), "https://proxy.example/kaleyra/v1/a/callback/profiles");
    }

    #[test]
    fn what_could_leak_the_key_or_is_no_account_is_refused() {
        let refused = |base: &str, sid: &str| Account::new(base, sid, false).unwrap_err().to_string();
        for (base, why) in [
            ("http://api.example", "https://, or the key"),
            ("ftp://api.example", "must begin with https://"),
            ("api.example", "cannot be read"),
            ("https://me:hush@api.example", "no user"),
            ("https://api.example?x=1", "without ?"),
            ("https://api.example#x", "without ?"),
        ] {
            assert!(refused(base, "a").contains(why), "{base}: {}", refused(base, "a"));
        }
        Account::new("http://api.example", "a", true).unwrap();
        for sid in ["", "a/b", "a b", "..", ".", "ä", &"x".repeat(65)] {
            assert_eq!(Account::new("https://api.example", sid, false), Err(AccountError::Sid), "{sid}");
        }
    }
}
