//! The senders of one store, and how they share the slots of each origin.
//!
//! Nothing is stored or sent for that: each sender ranks the living ones for an origin by a hash of both
//! (rendezvous hashing), and slot `i` belongs to the one of rank `i` modulo their number. So their shares add up
//! to the slots, no two shares differ by more than one, and the slots that do not divide evenly fall to other
//! senders at each origin. Where there are more senders than slots, the first in rank have one each.
//!
//! A sender that joins takes slots and gives none: no share of the others grows before it has started. They
//! bring their attempts down to their new shares, say so by [`Queue::renew`](super::Queue::renew), and then it
//! starts.

use std::sync::Arc;

/// The living senders of a store, as seen by one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fleet {
    /// This sender.
    own: i64,
    /// All of them, including this one, in ascending order.
    members: Arc<[i64]>,
    /// How many machines they run on.
    hosts: usize,
}

impl Fleet {
    /// A sender that shares with nobody.
    #[must_use]
    pub fn alone() -> Self {
        Self::new(0, [], 1)
    }

    /// This sender among others. Each has a number that is never reused, and that all of them know.
    #[must_use]
    pub fn new(own: i64, members: impl IntoIterator<Item = i64>, hosts: usize) -> Self {
        let mut members: Vec<i64> = members.into_iter().chain([own]).collect();
        members.sort_unstable();
        members.dedup();
        Self { own, members: members.into(), hosts: hosts.max(1) }
    }

    /// How many senders.
    #[must_use]
    pub fn senders(&self) -> usize {
        self.members.len()
    }

    /// How many machines.
    #[must_use]
    pub fn hosts(&self) -> usize {
        self.hosts
    }

    /// The last sender that joined.
    #[must_use]
    pub fn newest(&self) -> i64 {
        self.members.last().copied().unwrap_or(self.own)
    }

    /// How many of an origin's slots are this sender's.
    #[must_use]
    pub fn share(&self, origin: &str, slots: usize) -> usize {
        let Some(evenly) = slots.checked_div(self.members.len()).filter(|_| self.members.len() > 1) else {
            return slots;
        };
        let left_over = slots.checked_rem(self.members.len()).unwrap_or(0);
        let has_one_more = left_over > 0 && self.rank(origin) < left_over;
        evenly.saturating_add(usize::from(has_one_more))
    }

    /// How many senders come before this one at an origin.
    #[must_use]
    pub fn rank(&self, origin: &str) -> usize {
        let origin = hash(origin.bytes());
        let weight = |member: i64| (mix(origin ^ mix(member.cast_unsigned())), member);
        let own = weight(self.own);
        self.members.iter().filter(|member| weight(**member) > own).count()
    }
}

/// FNV-1a: every version of the program on every machine must compute the same result.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// The finalizer of `SplitMix64`: close inputs give unrelated results.
fn mix(input: u64) -> u64 {
    let half = (input ^ (input >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let all = (half ^ (half >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    all ^ (all >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// The share of each of them.
    fn shares(members: &BTreeSet<i64>, origin: &str, slots: usize) -> Vec<usize> {
        let of = |own: &i64| Fleet::new(*own, members.iter().copied(), 1).share(origin, slots);
        members.iter().map(of).collect()
    }

    proptest! {
        #[test]
        fn shares_add_up_to_the_slots_and_differ_by_one_at_most(
            members in prop::collection::btree_set(1_i64..10_000, 1..40),
            origin in "https?://[a-z]{1,12}\\.example(:[0-9]{2,5})?",
            slots in 0_usize..70,
        ) {
            let shares = shares(&members, &origin, slots);
            prop_assert_eq!(shares.iter().sum::<usize>(), slots);
            prop_assert!(shares.iter().max().unwrap() - shares.iter().min().unwrap() <= 1);
        }

        #[test]
        fn who_joins_only_takes_and_who_leaves_only_gives(
            members in prop::collection::btree_set(1_i64..10_000, 1..40),
            newcomer in 1_i64..10_000,
            origin in "https://[a-z]{1,12}\\.example",
            slots in 0_usize..70,
        ) {
            let mut more = members.clone();
            prop_assume!(more.insert(newcomer));
            for own in &members {
                let before = Fleet::new(*own, members.iter().copied(), 1).share(&origin, slots);
                let with = Fleet::new(*own, more.iter().copied(), 1).share(&origin, slots);
                prop_assert!(with <= before, "{own} had {before}, and {with} beside {newcomer}");
            }
        }
    }

    #[test]
    fn ranks_are_all_there_and_others_at_each_origin() {
        let members: BTreeSet<i64> = (1..=4).collect();
        let mut first = BTreeSet::new();
        for n in 0..64 {
            let origin = format!("https://{n}.example");
            let rank = |own: &i64| Fleet::new(*own, members.iter().copied(), 1).rank(&origin);
            let ranks: Vec<usize> = members.iter().map(rank).collect();
            assert_eq!(ranks.iter().copied().collect::<BTreeSet<_>>(), (0..4).collect());
            first.extend(ranks.iter().position(|rank| *rank == 0));
        }
        assert_eq!(first.len(), 4, "each of them is the first of some");
    }

    /// Processes of two versions must agree, or they would have more attempts in flight together than there are
    /// slots.
    #[test]
    fn the_ranks_are_these_in_every_version() {
        let rank = |own| Fleet::new(own, 1..=5, 1).rank("https://hooks.example");
        assert_eq!([1, 2, 3, 4, 5].map(rank), [2, 1, 4, 0, 3]);
    }

    #[test]
    fn of_more_senders_than_slots_the_first_in_rank_have_one_each() {
        let members: BTreeSet<i64> = (1..=20).collect();
        let shares = shares(&members, "https://hooks.example", 16);
        assert_eq!(shares.iter().filter(|share| **share == 1).count(), 16);
        assert_eq!(shares.iter().max(), Some(&1));
    }

    #[test]
    fn alone_it_has_all_slots() {
        assert_eq!(Fleet::alone().share("https://hooks.example", 16), 16);
        assert_eq!(Fleet::new(7, [], 0).share("https://hooks.example", usize::MAX), usize::MAX);
        assert_eq!(Fleet::new(7, [7], 0).hosts(), 1);
    }
}
