//! Marks become rollups of minutes and hours.

use std::collections::BTreeMap;

use crate::storage::rollups::mark::RollupMark;
use crate::storage::rollups::range::RollupStep;
use crate::storage::rollups::rollup::Rollup;

/// The period of a rollup, and its profile: step, number of the minute or hour, id of the profile.
pub type RollupSlot = (RollupStep, u32, String);

/// Marks that are being folded, by lane and minute.
#[derive(Debug, Default)]
pub struct Folding(BTreeMap<(i64, u32), Rollup>);

impl Folding {
    /// Adds something that happened so many times to deliveries of a lane.
    pub fn add(&mut self, lane: i64, mark: RollupMark, times: i64) {
        self.0.entry((lane, mark.minute())).or_default().count(mark, times);
    }

    /// The lanes, in ascending order.
    #[must_use]
    pub fn lanes(&self) -> Vec<i64> {
        let mut lanes: Vec<i64> = self.0.keys().map(|(lane, _)| *lane).collect();
        lanes.dedup();
        lanes
    }

    /// What is to be added to each stored rollup, in one order. The profile of an unknown lane is the empty text.
    #[must_use]
    pub fn slots(&self, profiles: &BTreeMap<i64, String>) -> BTreeMap<RollupSlot, Rollup> {
        let mut slots: BTreeMap<RollupSlot, Rollup> = BTreeMap::new();
        for ((lane, minute), rollup) in &self.0 {
            let profile = profiles.get(lane).cloned().unwrap_or_default();
            for step in RollupStep::ALL {
                slots.entry((step, step.of_minute(*minute), profile.clone())).or_default().add(rollup);
            }
        }
        slots
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mark_is_in_its_minute_and_its_hour() {
        let mut folding = Folding::default();
        let at = |minute: i64| RollupMark::accepted(minute * 60_000, None);
        folding.add(4, at(61), 2);
        folding.add(4, at(62), 1);
        // Another endpoint of the same profile.
        folding.add(9, at(62), 5);
        folding.add(11, at(0), 1);
        assert_eq!(folding.lanes(), [4, 9, 11]);
        let profiles = BTreeMap::from([(4, "A".to_owned()), (9, "A".to_owned())]);
        let slots = folding.slots(&profiles);
        let told: Vec<_> = slots
            .iter()
            .map(|((step, at, id), rollup)| (*step, *at, id.as_str(), rollup.accepted()))
            .collect();
        assert_eq!(
            told,
            [
                (RollupStep::Minute, 0, "", 1),
                (RollupStep::Minute, 61, "A", 2),
                (RollupStep::Minute, 62, "A", 6),
                (RollupStep::Hour, 0, "", 1),
                (RollupStep::Hour, 1, "A", 8),
            ]
        );
    }
}
