//! The claims that this process knows of. Of a claim whose response was lost with its connection nobody knows, and
//! it lasts as long as the seat: it is found as one that the database has and this process has not, and freed.

use std::collections::HashSet;
use std::time::{Duration, Instant};

/// A statement whose connection was lost may still take this long to end at the server, which allows it five
/// seconds.
const LATEST: Duration = Duration::from_secs(10);

/// The claims that this process knows of.
#[derive(Debug, Default)]
pub struct HeldClaims {
    /// Positions of deliveries.
    seqs: HashSet<i64>,
    /// When to look for claims that are not among them.
    looks: Vec<Instant>,
}

impl HeldClaims {
    /// These were claimed.
    pub fn add(&mut self, seqs: impl IntoIterator<Item = i64>) {
        self.seqs.extend(seqs);
    }

    /// These were released or recorded.
    pub fn remove(&mut self, seqs: impl IntoIterator<Item = i64>) {
        for seq in seqs {
            self.seqs.remove(&seq);
        }
    }

    /// A claim or a release may have been made at the server, and failed here.
    pub fn note_strays(&mut self, now: Instant) {
        let later = now.checked_add(LATEST).unwrap_or(now);
        self.looks = vec![now, later];
    }

    /// Those that are held, if there can be no others.
    pub fn known(&self) -> Option<Vec<i64>> {
        self.looks.is_empty().then(|| self.seqs.iter().copied().collect())
    }

    /// Those that are held, once the database must be searched for others.
    pub fn take_look(&mut self, now: Instant) -> Option<Vec<i64>> {
        let before = self.looks.len();
        self.looks.retain(|at| *at > now);
        (self.looks.len() < before).then(|| self.seqs.iter().copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strays_are_looked_for_at_once_and_when_no_statement_can_be_running() {
        let (mut held, now) = (HeldClaims::default(), Instant::now());
        held.add([1, 2, 3]);
        held.remove([2]);
        assert_eq!(held.take_look(now), None);
        assert_eq!(held.known().map(|known| known.len()), Some(2));
        held.note_strays(now);
        assert_eq!(held.known(), None);
        let mut first = held.take_look(now).unwrap();
        first.sort_unstable();
        assert_eq!((first, held.take_look(now)), (vec![1, 3], None));
        assert!(held.take_look(now + LATEST).is_some() && held.take_look(now + 2 * LATEST).is_none());
    }
}
