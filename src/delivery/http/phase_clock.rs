//! Measures the phases of a request. A clock is read where one begins, and at the end.

use std::time::Instant;

use crate::record::{Phase, Phases};

/// The phases of a request so far, and the current one.
#[derive(Debug, Default)]
pub struct PhaseClock {
    phases: Phases,
    current: Option<(Phase, Instant)>,
}

impl PhaseClock {
    /// The current phase ends, and this one begins. Nothing changes if it is the current one.
    pub fn begin(&mut self, phase: Phase) {
        if self.current.is_none_or(|(current, _)| current != phase) {
            self.begin_at(phase, Instant::now());
        }
    }

    /// The same at a time that is known already.
    pub fn begin_at(&mut self, phase: Phase, now: Instant) {
        self.end_at(now);
        self.current = Some((phase, now));
    }

    /// The response began at this time: nothing changes where it is being read already.
    pub fn begin_reading_at(&mut self, at: Instant) {
        if let Some((Phase::Wait, _)) = self.current {
            self.begin_at(Phase::Read, at);
        }
    }

    /// The current phase ends: what follows belongs to none.
    pub fn end(&mut self) {
        if self.current.is_some() {
            self.end_at(Instant::now());
        }
    }

    fn end_at(&mut self, now: Instant) {
        if let Some((phase, began)) = self.current.take() {
            self.phases.add(phase, now.saturating_duration_since(began));
        }
    }

    /// The connection was opened by another request.
    pub fn note_reused(&mut self) {
        self.phases.reused = true;
    }

    /// The phases until now; none if the request ended before the first.
    pub fn until(mut self, now: Instant) -> Option<Phases> {
        self.end_at(now);
        self.phases.last().map(|_| self.phases)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_phase_ends_where_the_next_one_begins() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut clock = PhaseClock::default();
        clock.begin_at(Phase::Connect, at(0));
        clock.begin_at(Phase::Wait, at(20));
        clock.begin(Phase::Wait);
        clock.begin_at(Phase::Read, at(50));
        let phases = clock.until(at(57)).unwrap();
        let all: Vec<_> = phases.iter().collect();
        assert_eq!(all, [(Phase::Connect, 20_000), (Phase::Wait, 30_000), (Phase::Read, 7_000)]);
        assert_eq!(PhaseClock::default().until(at(5)), None);
    }

    #[test]
    fn what_is_between_two_phases_belongs_to_none() {
        let start = Instant::now();
        let mut clock = PhaseClock::default();
        clock.begin_at(Phase::Dns, start);
        clock.end();
        let dns = clock.phases;
        clock.end();
        assert_eq!(clock.until(start + Duration::from_hours(1)), Some(dns));
    }
}
