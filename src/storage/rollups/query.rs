//! Which rollups are added up, and by what.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::profile::ProfileId;
use crate::storage::rollups::mark::RollupMark;
use crate::storage::rollups::range::{RollupRange, RollupStep};
use crate::storage::rollups::rollup::Rollup;

/// By what numbers are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollupBy {
    /// All together.
    Total,
    /// By profile.
    Profile,
    /// By the time of this step.
    Time(RollupStep),
    /// By profile and the time of this step.
    ProfileTime(RollupStep),
}

/// What a sum is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RollupKey {
    /// Everything.
    Total,
    /// A profile, by its id; empty for deliveries whose lane cannot be read.
    Profile(String),
    /// The period that begins with this minute, counted from 1970.
    Time(u32),
    /// Both.
    ProfileTime(String, u32),
}

/// Which rollups are added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollupQuery {
    /// Of what time.
    pub range: RollupRange,
    /// Of these profiles only.
    pub profiles: Option<Vec<ProfileId>>,
    /// By what.
    pub by: RollupBy,
}

impl RollupQuery {
    /// The rollups to read: their steps, and the numbers of their minutes or hours.
    #[must_use]
    pub fn pieces(&self) -> Vec<(RollupStep, Range<u32>)> {
        match self.by {
            RollupBy::Time(RollupStep::Minute) | RollupBy::ProfileTime(RollupStep::Minute) => {
                vec![(RollupStep::Minute, self.range.minutes())]
            }
            _ => self.range.pieces(),
        }
    }
}

/// What was read so far.
#[derive(Debug)]
pub struct RollupSum {
    query: RollupQuery,
    sums: BTreeMap<RollupKey, Rollup>,
}

impl RollupSum {
    /// Nothing yet.
    #[must_use]
    pub fn new(query: RollupQuery) -> Self {
        Self { query, sums: BTreeMap::new() }
    }

    fn is_of(&self, profile_id: &str) -> bool {
        let is_it = |profiles: &Vec<ProfileId>| profiles.iter().any(|id| id.as_str() == profile_id);
        self.query.profiles.as_ref().is_none_or(is_it)
    }

    fn sum(&mut self, profile_id: &str, minute: u32) -> &mut Rollup {
        let key = match self.query.by {
            RollupBy::Total => RollupKey::Total,
            RollupBy::Profile => RollupKey::Profile(profile_id.to_owned()),
            RollupBy::Time(step) => RollupKey::Time(step.first_minute(step.of_minute(minute))),
            RollupBy::ProfileTime(step) => {
                RollupKey::ProfileTime(profile_id.to_owned(), step.first_minute(step.of_minute(minute)))
            }
        };
        self.sums.entry(key).or_default()
    }

    /// Adds a stored rollup of one of the [pieces](RollupQuery::pieces). One that is damaged, or of a profile that is
    /// not meant, is skipped.
    pub fn add(&mut self, (step, at): (RollupStep, u32), profile_id: &str, counts: &[u8]) {
        if self.is_of(profile_id) {
            // There is nothing to be done about it, and the others count.
            let _ = self.sum(profile_id, step.first_minute(at)).add_encoded(counts);
        }
    }

    /// Adds what is not folded yet, if it is meant.
    pub fn add_mark(&mut self, profile_id: &str, mark: RollupMark, times: i64) {
        if self.query.range.minutes().contains(&mark.minute()) && self.is_of(profile_id) {
            self.sum(profile_id, mark.minute()).count(mark, times);
        }
    }

    /// All sums.
    #[must_use]
    pub fn finish(self) -> BTreeMap<RollupKey, Rollup> {
        self.sums
    }
}
