//! Profiles that are on both sides without anybody knowing: an earlier push may have ended between the request and its
//! record.

use super::comparison::Comparison;
use super::pairs::Pair;
use super::side::RemoteSide;
use crate::management::ProfileCheck;
use crate::profile::Profile;

/// Which profiles here are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adopted {
    /// Those that a push was creating when it was interrupted.
    Interrupted,
    /// All: a push must create none of them twice.
    All,
}

/// Joins each profile here that has no counterpart with an equal one on the account that has none: same title, same
/// channel, and no difference in what the account carries.
#[must_use]
pub fn adopted(mut pairs: Vec<Pair>, which: Adopted, check: &ProfileCheck<'_>) -> Vec<Pair> {
    for at in 0..pairs.len() {
        let is_meant = |pair: &&Pair| is_lonely_here(pair) && (which == Adopted::All || pair.link.is_some());
        let Some(local) = pairs.get(at).filter(is_meant).and_then(|pair| pair.local.clone()) else {
            continue;
        };
        let equal = pairs.iter().position(|other| is_lonely_there(other) && is_equal(&local, other, check));
        let Some(remote) = equal.and_then(|found| pairs.get_mut(found)?.remote.take()) else { continue };
        if let Some(pair) = pairs.get_mut(at) {
            pair.remote = Some(remote);
        }
    }
    pairs.retain(|pair| pair.local.is_some() || pair.remote.is_some());
    pairs
}

/// The profiles of the account that have no counterpart and the title of this one.
#[must_use]
pub fn namesakes(pairs: &[Pair], title: &str) -> Vec<String> {
    let found = pairs.iter().filter(|pair| is_lonely_there(pair) && pair.title() == title);
    found.filter_map(|pair| pair.remote_id().map(ToString::to_string)).collect()
}

fn is_lonely_here(pair: &Pair) -> bool {
    pair.local.is_some() && pair.remote.is_none() && pair.remote_id().is_none()
}

fn is_lonely_there(pair: &Pair) -> bool {
    pair.local.is_none() && pair.remote.is_some() && pair.link.is_none()
}

fn is_equal(local: &Profile, other: &Pair, check: &ProfileCheck<'_>) -> bool {
    let Some(remote) = other.remote.as_ref().filter(|_| other.title() == local.title.as_str()) else {
        return false;
    };
    let Ok(side) = RemoteSide::read(check, remote, Some(local)) else { return false };
    side.profile.channel == local.channel && Comparison::new(local, &side, None).differences.is_empty()
}
