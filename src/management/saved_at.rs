//! When a profile is saved.

use jiff::{SignedDuration, Timestamp};

use crate::clock;

/// Now, to the millisecond, as in lists.
#[must_use]
pub fn saved_at() -> Timestamp {
    let now = clock::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// The same, but later than the version that is replaced: two versions of a profile never have one time, by which
/// [`save_profile_if`](crate::storage::Profiles::save_profile_if) tells them apart.
#[must_use]
pub fn saved_after(seen: Timestamp) -> Timestamp {
    saved_at().max(clock::later(seen, SignedDuration::from_millis(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_later_than_the_one_it_replaces() {
        let seen = clock::later(saved_at(), SignedDuration::from_hours(1));
        assert_eq!(saved_after(seen), seen + SignedDuration::from_millis(1));
        assert!(saved_after(Timestamp::UNIX_EPOCH) <= clock::now());
    }
}
