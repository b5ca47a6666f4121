//! Where the time of many attempts went.

use crate::record::Attempt;
use crate::storage::rollups::attempt_part::{self, AttemptPart};

/// The parts of attempts, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PhaseSums {
    /// The attempts whose parts these are. Those that earlier versions recorded are not among them.
    pub attempts: u64,
    /// Those of them for which a connection was dialled, and no kept one was used.
    pub new_connections: u64,
    /// By [`AttemptPart`].
    micros: [u64; 6],
}

impl PhaseSums {
    /// Of so many attempts, with so many new connections, and no time yet.
    #[must_use]
    pub fn of(attempts: u64, new_connections: u64) -> Self {
        Self { attempts, new_connections, micros: [0; 6] }
    }

    /// Adds microseconds to a part.
    pub fn add(&mut self, part: AttemptPart, micros: u64) {
        let sum = &mut self.micros[part as usize];
        *sum = sum.saturating_add(micros);
    }

    /// Adds an attempt.
    pub fn add_attempt(&mut self, attempt: &Attempt) {
        self.attempts = self.attempts.saturating_add(1);
        let has_connected = attempt_part::has_connected(attempt);
        self.new_connections = self.new_connections.saturating_add(has_connected.into());
        for (part, micros) in attempt_part::parts(attempt) {
            self.add(part, micros.into());
        }
    }

    /// The microseconds of a part.
    #[must_use]
    pub fn micros(&self, part: AttemptPart) -> u64 {
        self.micros[part as usize]
    }

    /// The parts that took time, the slowest first, each with its share of all of it, above 0 and up to 1.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a ratio")]
    pub fn shares(&self) -> Vec<(AttemptPart, f64)> {
        let whole = self.micros.iter().fold(0_u64, |sum, micros| sum.saturating_add(*micros)) as f64;
        let took = AttemptPart::ALL.into_iter().filter(|part| self.micros(*part) > 0);
        let mut all: Vec<_> = took.map(|part| (part, self.micros(part) as f64 / whole)).collect();
        // Stable: of equal ones the earlier comes first.
        all.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        all
    }

    /// The slowest part; none if none took time.
    #[must_use]
    pub fn slowest(&self) -> Option<AttemptPart> {
        self.shares().first().map(|(part, _)| *part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_part_is_first() {
        let mut sums = PhaseSums::default();
        assert_eq!((sums.shares(), sums.slowest()), (Vec::new(), None));
        for (part, micros) in [(AttemptPart::Connect, 10), (AttemptPart::Wait, 70), (AttemptPart::Other, 20)]
        {
            sums.add(part, micros);
        }
        let shares = sums.shares();
        assert_eq!(
            shares,
            [(AttemptPart::Wait, 0.7), (AttemptPart::Other, 0.2), (AttemptPart::Connect, 0.1)]
        );
        assert_eq!(sums.slowest(), Some(AttemptPart::Wait));
        sums.add(AttemptPart::Read, u64::MAX);
        assert_eq!(sums.slowest(), Some(AttemptPart::Read));
    }
}
