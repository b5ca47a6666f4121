//! The same profile with another endpoint, for a single test.

use super::Profile;
use super::check::{Rules, address_faults};
use super::endpoint::Endpoint;

impl Profile {
    /// The profile with this URL as its endpoint, which is checked as if it were typed into the profile. A URL without
    /// a `?` keeps the query of the profile, which with GET and DELETE carries the values (our decision).
    ///
    /// # Errors
    /// The sentence to show: the URL is not allowed in a profile.
    pub fn with_endpoint(self, url: &str, rules: &Rules) -> Result<Self, String> {
        let own = self.endpoint.template().to_string();
        let url = match own.split_once('?') {
            Some((_, query)) if !url.contains('?') => format!("{}?{query}", url.trim()),
            _ => url.to_owned(),
        };
        let (endpoint, user) = Endpoint::parse(&url, rules.allow_insecure_http)?;
        if user.is_some() {
            return Err(
                "must not contain user and password: the authentication of the profile is used".to_owned()
            );
        }
        match address_faults(rules, endpoint.origin()).into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(Self { endpoint, ..self }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::profile::network::Network;
    use crate::profile::{Channel, Draft, Identity, ProfileId, Region};

    fn profile(endpoint: &str) -> Profile {
        let mut draft = Draft::new(Channel::Sms);
        (draft.title, draft.endpoint) = ("Order SMS".into(), endpoint.into());
        let now = Timestamp::UNIX_EPOCH;
        let id = ProfileId::new(Region::In, uuid::Uuid::nil());
        draft.check(Rules::default(), Identity { id, created_at: now, modified_at: now }).unwrap()
    }

    fn sent_to(own: &str, other: &str, rules: &Rules) -> Result<String, String> {
        profile(own).with_endpoint(other, rules).map(|profile| profile.endpoint.template().to_string())
    }

    #[test]
    fn the_query_of_the_profile_is_kept_unless_there_is_another() {
        let own = "https://hooks.example/cb?id=<id>&status=<status>";
        for (other, url) in [
            ("http://localhost:9977/x", "http://localhost:9977/x?id=<id>&status=<status>"),
            (" http://localhost:9977 ", "http://localhost:9977?id=<id>&status=<status>"),
            ("http://localhost:9977/<id>?a=<id>", "http://localhost:9977/<id>?a=<id>"),
            ("http://localhost:9977/x?", "http://localhost:9977/x?"),
        ] {
            assert_eq!(sent_to(own, other, &Rules::default()).as_deref(), Ok(url));
        }
        assert_eq!(
            sent_to("https://x.example/<<id>", "https://y.example/<<id>", &Rules::default()).as_deref(),
            Ok("https://y.example/<<id>")
        );
    }

    #[test]
    fn the_rules_of_a_profile_hold() {
        let public = Rules { network: Some(Arc::new(Network::default())), ..Rules::default() };
        for (other, why) in [
            ("", "enter an endpoint"),
            ("hooks.example", "must start with https://"),
            ("http://hooks.example/", "allow_insecure_http"),
            ("https://me:pw@x.example/", "the authentication of the profile is used"),
            ("https://x.example:0/", "nothing listens on port 0"),
            ("https://169.254.169.254/", "169.254.169.254"),
        ] {
            let error = sent_to("https://x.example/", other, &public).unwrap_err();
            assert!(error.contains(why), "{other}: {error}");
        }
    }
}
