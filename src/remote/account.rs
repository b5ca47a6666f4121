//! An account of the platform's callback-profile API, and the URLs of its profiles.

use std::fmt;

use url::Url;

use crate::profile::{ProfileId, Region};
use crate::settings::{AccountId, AccountUrl};

/// An account: where its profiles are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// `…/v1/SID/callback/profiles`.
    profiles: Url,
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
    /// An account by its URL and its ID.
    #[must_use]
    pub fn new(base: &AccountUrl, id: &AccountId) -> Self {
        Self { profiles: base.profiles(id) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_its_urls() {
        let url = AccountUrl::parse("https://api.in.kaleyra.io", false).unwrap();
        let account = Account::new(&url, &AccountId::parse("HX1").unwrap());
        assert_eq!(account.name(), "https://api.in.kaleyra.io/v1/HX1/callback/profiles");
        let page = account.page(25, 50);
        assert_eq!(page.as_str(), "https://api.in.kaleyra.io/v1/HX1/callback/profiles?limit=25&offset=50");
        let id = ProfileId::new(Region::In, uuid::Uuid::nil());
        assert!(account.one(&id).as_str().ends_with("/profiles/IN_00000000-0000-0000-0000-000000000000"));
    }

    #[test]
    fn the_hosts_of_the_platform_are_urls_of_accounts() {
        for region in [Region::In, Region::Sg, Region::Eu, Region::Us, Region::Na] {
            AccountUrl::parse(usual_url(region), false).unwrap();
        }
    }
}
