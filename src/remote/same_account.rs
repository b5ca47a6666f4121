//! Links that were made under another URL of the same account, such as `localhost` in place of `127.0.0.1`. Pure.
//!
//! A profile ID is a UUID, so a profile that is listed here and is linked under another name with the same account ID
//! is the same profile. Without its link, a pull would create it a second time.

use std::collections::HashSet;

use super::listing::RemoteList;
use crate::profile::ProfileId;
use crate::storage::RemoteLink;

/// How many parts of its path name an account: `v1/SID/callback/profiles`.
const PARTS: usize = 4;

/// Whether two names of accounts have the same account ID.
#[must_use]
pub fn has_same_id(one: &str, other: &str) -> bool {
    let id = |name: &str| -> Vec<String> { name.rsplit('/').take(PARTS).map(str::to_owned).collect() };
    one != other && id(one) == id(other)
}

/// The links of `other`, another name of `account`, that apply to what it lists, as links of `account`; none if it lists
/// no profile that is linked there. Where `account` has a link of its own, that one stays.
///
/// The first time, links of profiles that are not listed apply too: those were deleted on the account. Later they may
/// be out of date.
#[must_use]
pub fn moved_links(
    account: &str,
    own: &[RemoteLink],
    other: Vec<RemoteLink>,
    remotes: &RemoteList,
) -> Vec<RemoteLink> {
    let listed: HashSet<&ProfileId> = remotes.profiles.iter().map(|remote| &remote.id).collect();
    let here: HashSet<&ProfileId> = own.iter().map(|link| &link.profile_id).collect();
    let there: HashSet<&ProfileId> = own.iter().filter_map(|link| link.remote_id.as_ref()).collect();
    let is_listed = |link: &RemoteLink| link.remote_id.as_ref().is_some_and(|id| listed.contains(id));
    let is_new = |link: &RemoteLink| {
        let is_taken = link.remote_id.as_ref().is_some_and(|id| there.contains(id));
        !here.contains(&link.profile_id) && !is_taken
    };
    if !other.iter().any(|link| is_listed(link) && is_new(link)) {
        return Vec::new();
    }
    let applies = |link: &RemoteLink| is_new(link) && (own.is_empty() || is_listed(link));
    let moved = other.into_iter().filter(applies);
    moved.map(|link| RemoteLink { account: account.to_owned(), ..link }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::profile::Region;
    use crate::remote::RemoteDocument;

    const NEW: &str = "http://localhost:9979/v1/HX1/callback/profiles";
    const OLD: &str = "http://127.0.0.1:9979/v1/HX1/callback/profiles";

    fn id(n: u128) -> ProfileId {
        ProfileId::new(Region::In, Uuid::from_u128(n))
    }

    fn link(account: &str, here: u128, there: u128) -> RemoteLink {
        let (account, seen) = (account.to_owned(), String::new());
        RemoteLink { account, profile_id: id(here), remote_id: Some(id(there)), creation: None, seen }
    }

    fn listed(ids: &[u128]) -> RemoteList {
        let one = |n: &u128| RemoteDocument { id: id(*n), document: json!({}) };
        RemoteList { profiles: ids.iter().map(one).collect(), is_limited: false }
    }

    #[test]
    fn names_with_the_same_account_id_may_be_one_account() {
        assert!(has_same_id(NEW, OLD) && !has_same_id(NEW, NEW));
        assert!(!has_same_id(NEW, "http://127.0.0.1:9979/v1/HX2/callback/profiles"));
    }

    #[test]
    fn links_move_if_a_listed_profile_has_one() {
        let old = || vec![link(OLD, 1, 11), link(OLD, 2, 12)];
        assert_eq!(moved_links(NEW, &[], old(), &listed(&[13])), []);
        // One was deleted on the account.
        let all = [link(NEW, 1, 11), link(NEW, 2, 12)];
        assert_eq!(moved_links(NEW, &[], old(), &listed(&[11, 13])), all);
    }

    #[test]
    fn own_links_stay() {
        let own = [link(NEW, 1, 21), link(NEW, 3, 12)];
        let old = vec![link(OLD, 1, 11), link(OLD, 2, 12), link(OLD, 4, 14), link(OLD, 5, 15)];
        assert_eq!(moved_links(NEW, &own, old, &listed(&[11, 12, 14, 21])), [link(NEW, 4, 14)]);
    }
}
