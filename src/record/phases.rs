//! Where the time of an attempt went.

use std::time::Duration;

/// A part of an attempt. They follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
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
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [Self::Dns, Self::Connect, Self::Tls, Self::Wait, Self::Read];

    /// Its name, for scripts and people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Wait => "wait",
            Self::Read => "read",
        }
    }
}

/// How long each phase of an attempt took, in microseconds: of the last request that was sent in it. A token that was
/// fetched, and a request that was sent before it in vain (over a kept connection that had been closed, or with a token
/// that was no longer valid), are in none (our decision).
///
/// The last one that happened is the one in which the attempt ended. The sum in whole milliseconds never exceeds the
/// duration of the attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Phases {
    /// By [`Phase`]; none if it did not happen.
    micros: [Option<u32>; 5],
    /// Whether the request was sent over a connection that another request had opened.
    pub reused: bool,
}

impl Phases {
    /// None yet, over a reused connection or not.
    #[must_use]
    pub fn over(reused: bool) -> Self {
        Self { micros: [None; 5], reused }
    }

    /// Adds to a phase. 71 minutes are the maximum.
    pub fn add(&mut self, phase: Phase, time: Duration) {
        let sum = self.duration(phase).unwrap_or_default().saturating_add(time);
        self.micros[phase as usize] = Some(u32::try_from(sum.as_micros()).unwrap_or(u32::MAX));
    }

    /// Its duration in microseconds; none if it did not happen.
    #[must_use]
    pub fn micros(&self, phase: Phase) -> Option<u32> {
        self.micros[phase as usize]
    }

    /// Its duration; none if it did not happen.
    #[must_use]
    pub fn duration(&self, phase: Phase) -> Option<Duration> {
        self.micros(phase).map(|micros| Duration::from_micros(micros.into()))
    }

    /// Those that happened, in order, with their durations in microseconds.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Phase, u32)> {
        Phase::ALL.into_iter().zip(self.micros).filter_map(|(phase, micros)| Some((phase, micros?)))
    }

    /// The phase in which the attempt ended; none if it ended before the first.
    #[must_use]
    pub fn last(&self) -> Option<Phase> {
        self.iter().next_back().map(|(phase, _)| phase)
    }

    /// How much of a duration belongs to no phase, in microseconds; none if that is less than a millisecond.
    #[must_use]
    pub fn other_micros(&self, duration_ms: u32) -> Option<u32> {
        let named: u64 = self.iter().map(|(_, micros)| u64::from(micros)).sum();
        let other = (u64::from(duration_ms) * 1000).saturating_sub(named);
        (other >= 1000).then(|| u32::try_from(other).unwrap_or(u32::MAX))
    }

    /// The phases of an attempt of this duration, such as `dns 2 · connect 11 · tls 24 · wait 43 · read <1 ms`, or
    /// `reused connection · wait 43 · read 4 · other 120 ms`.
    #[must_use]
    pub fn words(&self, duration_ms: u32) -> String {
        let reused = self.reused.then(|| "reused connection".to_owned());
        let part = |name: &str, micros| format!("{name} {}", phase_millis(micros));
        let named = self.iter().map(|(phase, micros)| part(phase.name(), micros));
        let other = self.other_micros(duration_ms).map(|micros| part("other", micros));
        let parts: Vec<String> = reused.into_iter().chain(named).chain(other).collect();
        format!("{} ms", parts.join(" · "))
    }
}

/// Whole milliseconds, such as `43`; less than one is never shown as zero.
#[must_use]
pub fn phase_millis(micros: u32) -> String {
    match micros / 1000 {
        0 => "<1".to_owned(),
        ms => ms.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_in_words() {
        let mut phases = Phases::default();
        assert_eq!(phases.last(), None);
        phases.add(Phase::Connect, Duration::from_micros(11_900));
        phases.add(Phase::Wait, Duration::from_millis(40));
        phases.add(Phase::Wait, Duration::from_micros(3_999));
        assert_eq!((phases.last(), phases.micros(Phase::Wait)), (Some(Phase::Wait), Some(43_999)));
        assert_eq!(phases.words(56), "connect 11 · wait 43 ms");
        phases.add(Phase::Read, Duration::from_micros(999));
        assert_eq!(phases.words(57), "connect 11 · wait 43 · read <1 ms");
        assert_eq!(phases.words(177), "connect 11 · wait 43 · read <1 · other 120 ms");
        let mut kept = Phases::over(true);
        kept.add(Phase::Wait, Duration::from_secs(5000));
        assert_eq!(kept.micros(Phase::Wait), Some(u32::MAX));
        assert_eq!(kept.words(9), "reused connection · wait 4294967 ms");
    }
}
