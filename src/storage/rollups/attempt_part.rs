//! The parts of attempts whose times are added up.

use crate::record::{Attempt, Phase};

/// A part of attempts: a phase, or what is in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AttemptPart {
    /// The name of the endpoint is resolved.
    Dns,
    /// Its addresses are dialled.
    Connect,
    /// The TLS handshake.
    Tls,
    /// The request is sent, and the first byte of the response awaited.
    Wait,
    /// The response is read.
    Read,
    /// What is in no phase, such as fetching a token.
    Other,
}

impl AttemptPart {
    /// All of them, in the order in which they follow each other.
    pub const ALL: [Self; 6] = [Self::Dns, Self::Connect, Self::Tls, Self::Wait, Self::Read, Self::Other];

    /// The part that is this phase.
    #[must_use]
    pub fn of(phase: Phase) -> Self {
        match phase {
            Phase::Dns => Self::Dns,
            Phase::Connect => Self::Connect,
            Phase::Tls => Self::Tls,
            Phase::Wait => Self::Wait,
            Phase::Read => Self::Read,
        }
    }

    /// The phase that it is; none of what is in no phase.
    #[must_use]
    pub fn phase(self) -> Option<Phase> {
        Phase::ALL.into_iter().find(|phase| Self::of(*phase) == self)
    }

    /// Its name, for scripts and people.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.phase().map_or("other", Phase::name)
    }

    /// What happens in it, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Dns => "resolving the name",
            Self::Connect => "connecting",
            Self::Tls => "TLS handshake",
            Self::Wait => "waiting for the response",
            Self::Read => "reading the response",
            Self::Other => "other",
        }
    }
}

/// The parts of an attempt with their microseconds. One that ended before its first phase is in none as a whole.
pub fn parts(attempt: &Attempt) -> impl Iterator<Item = (AttemptPart, u32)> {
    let phases = attempt.phases.unwrap_or_default();
    let other = phases.other_micros(attempt.duration_ms).map(|micros| (AttemptPart::Other, micros));
    let of_phase = move |at: usize| {
        let phase = Phase::ALL.get(at).copied()?;
        Some((AttemptPart::of(phase), phases.micros(phase)?))
    };
    (0..Phase::ALL.len()).filter_map(of_phase).chain(other)
}

/// Whether a connection was dialled for an attempt, and none that was there was used.
#[must_use]
pub fn has_connected(attempt: &Attempt) -> bool {
    attempt.phases.is_some_and(|phases| !phases.reused && phases.micros(Phase::Connect).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::conformance::samples;

    #[test]
    fn an_attempt_is_the_sum_of_its_parts() {
        let attempt = Attempt { duration_ms: 84, ..samples::attempt(1, 200) };
        let told: Vec<_> = parts(&attempt).map(|(part, micros)| (part.name(), micros)).collect();
        assert_eq!(
            told,
            [("connect", 300), ("tls", 24_500), ("wait", 55_000), ("read", 0), ("other", 4_200)]
        );
        assert!(has_connected(&attempt));
        let without = Attempt { phases: None, ..attempt };
        assert_eq!(parts(&without).collect::<Vec<_>>(), [(AttemptPart::Other, 84_000)]);
        assert!(!has_connected(&without));
    }
}
