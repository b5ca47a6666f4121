//! Half-open: an auto-disabled profile that may be enabled by a probe (our decision).
//!
//! A minute after it was disabled, and then after waits that double up to half an hour, one of its queued events is
//! sent as a probe: the oldest one that is due. A failed probe stays queued and has used up no retry. A delivered one
//! enables the profile. Then its events are sent in the order of their acceptance, one at a time, and one more at a
//! time with each that is delivered, until the profile has its full width again. Several senders share all of that.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock;
use crate::profile::{AutoEnable, Profile, Status};

/// The wait from the moment at which a profile is disabled to its first probe.
pub const FIRST_WAIT: Duration = Duration::from_mins(1);

/// The longest wait for a probe.
const LONGEST_WAIT: Duration = Duration::from_mins(30);

/// A recovering profile has so many events in flight or read ahead at first.
pub const FIRST_WIDTH: u32 = 1;

/// With this width a profile is no longer recovering: an endpoint has no more slots.
pub const FULL_WIDTH: u32 = 16;

/// When a profile is probed next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextProbe {
    /// When it is due.
    pub at: Timestamp,
    /// How long it waits for that in all.
    pub wait: Duration,
}

impl NextProbe {
    /// The first probe of a profile that was disabled at `now`; none if it is not probed.
    #[must_use]
    pub fn first(profile: &Profile, now: Timestamp) -> Option<Self> {
        is_probed(profile).then(|| Self { at: clock::later(now, FIRST_WAIT), wait: FIRST_WAIT })
    }

    /// The next one after a probe that failed at `now`, for which the profile had waited so many seconds.
    #[must_use]
    pub fn after_failure(waited_s: u64, now: Timestamp) -> Self {
        let wait = Duration::from_secs(waited_s).saturating_mul(2).clamp(FIRST_WAIT, LONGEST_WAIT);
        Self { at: clock::later(now, wait), wait }
    }

    /// Whether a probe that is due at this time is due at `now`, both in milliseconds. A time that lies further ahead
    /// than any wait was stored by a clock that was ahead.
    #[must_use]
    pub fn is_due(at: i64, now: i64) -> bool {
        let longest = i64::try_from(LONGEST_WAIT.as_millis()).unwrap_or(i64::MAX);
        at <= now || at > now.saturating_add(longest)
    }
}

/// Whether a profile is probed: it is auto-disabled, and its document asks for that.
#[must_use]
pub fn is_probed(profile: &Profile) -> bool {
    profile.status == Status::AutoDisabled && profile.auto_enable == AutoEnable::Probe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::conformance::samples::profile;

    #[test]
    fn waits_double_up_to_half_an_hour() {
        let now = Timestamp::UNIX_EPOCH;
        let mut waits = Vec::new();
        let mut wait = FIRST_WAIT;
        for _ in 0..7 {
            let next = NextProbe::after_failure(wait.as_secs(), now);
            assert_eq!(next.at, now + next.wait);
            wait = next.wait;
            waits.push(wait.as_secs() / 60);
        }
        assert_eq!(waits, [2, 4, 8, 16, 30, 30, 30]);
        assert_eq!(NextProbe::after_failure(0, now).wait, FIRST_WAIT, "nothing sensible was stored");
        assert_eq!(NextProbe::after_failure(u64::MAX, now).wait, LONGEST_WAIT);
    }

    #[test]
    fn only_an_auto_disabled_profile_that_asks_for_it_is_probed() {
        for status in [Status::Active, Status::AutoDisabled, Status::Disabled] {
            for auto_enable in [AutoEnable::Off, AutoEnable::Probe] {
                let profile = Profile { auto_enable, status, ..profile(1, "Order SMS") };
                let is_probed = NextProbe::first(&profile, Timestamp::UNIX_EPOCH).is_some();
                assert_eq!(is_probed, status == Status::AutoDisabled && auto_enable == AutoEnable::Probe);
            }
        }
    }

    #[test]
    fn a_time_beyond_every_wait_is_due() {
        let is_due = |at| NextProbe::is_due(at, 1_000);
        assert!(is_due(1_000) && is_due(-5) && !is_due(1_001) && !is_due(1_000 + 1_800_000));
        assert!(is_due(1_000 + 1_800_001) && is_due(i64::MAX));
    }
}
