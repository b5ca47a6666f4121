//! How often and when a failed callback is retried.

use std::borrow::Cow;

use super::choice::Choice;

/// How the wait grows from one retry to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Backoff {
    /// A constant wait: profiles with a channel (seed).
    Fixed,
    /// Delay = Initial Delay × 2^`retry_count`: Default profiles (seed).
    #[default]
    Exponential,
}

impl Choice for Backoff {
    const ALL: &'static [Self] = &[Self::Fixed, Self::Exponential];

    fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Exponential => "exponential",
        }
    }
}

/// A first attempt, then up to `count` retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RetryPolicy {
    count: u8,
    interval_s: u32,
    timeout_ms: u32,
    backoff: Backoff,
}

impl RetryPolicy {
    /// The retry counts offered to everyone (seed).
    pub const COUNTS: [u8; 3] = [0, 1, 2];
    /// Minimum and maximum interval in seconds (our decision).
    pub const INTERVAL_S: (u32, u32) = (1, 86_400);
    /// Minimum and maximum timeout in milliseconds (our decision).
    pub const TIMEOUT_MS: (u32, u32) = (100, 60_000);
    /// The default timeout in milliseconds (our decision).
    pub const USUAL_TIMEOUT_MS: u32 = 10_000;

    /// One attempt without retries.
    #[must_use]
    pub fn none(backoff: Backoff) -> Self {
        Self { count: 0, interval_s: 1, timeout_ms: Self::USUAL_TIMEOUT_MS, backoff }
    }

    /// A policy from checked numbers, or from the store; they are clamped to their limits.
    #[must_use]
    pub fn new(count: u8, interval_s: u32, timeout_ms: u32, backoff: Backoff) -> Self {
        Self {
            count,
            interval_s: interval_s.clamp(Self::INTERVAL_S.0, Self::INTERVAL_S.1),
            timeout_ms: timeout_ms.clamp(Self::TIMEOUT_MS.0, Self::TIMEOUT_MS.1),
            backoff,
        }
    }

    /// The number of retries after the first attempt.
    #[must_use]
    pub fn count(self) -> u8 {
        self.count
    }

    /// The interval as typed, in seconds.
    #[must_use]
    pub fn interval_s(self) -> u32 {
        self.interval_s
    }

    /// From before connecting to the last byte of the response, in milliseconds.
    #[must_use]
    pub fn timeout_ms(self) -> u32 {
        self.timeout_ms
    }

    /// How the wait grows.
    #[must_use]
    pub fn backoff(self) -> Backoff {
        self.backoff
    }

    /// The delay of an attempt in seconds, 0 being the first attempt.
    #[must_use]
    pub fn delay_s(self, attempt: u8) -> u64 {
        let initial = u64::from(self.interval_s);
        match self.backoff {
            Backoff::Fixed => initial,
            Backoff::Exponential => initial.saturating_mul(1u64 << attempt.min(32)),
        }
    }

    /// The wait after attempt `attempt` (0 being the first) failed; `None` if it was the last.
    #[must_use]
    pub fn wait_after(self, attempt: u8) -> Option<u64> {
        (attempt < self.count).then(|| self.delay_s(attempt))
    }

    /// The platform's retry table for this policy, one row per attempt.
    #[must_use]
    pub fn table(self) -> Vec<RetryRow> {
        let mut sent_at_s = 0;
        (0..=self.count)
            .map(|attempt| {
                let delay_s = self.delay_s(attempt);
                let row = RetryRow { attempt, delay_s, cumulative_s: sent_at_s + delay_s, sent_at_s };
                sent_at_s = row.cumulative_s;
                row
            })
            .collect()
    }
}

/// A row of the retry table (seed): an attempt, its delay, the cumulative delay, and when it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryRow {
    /// 0 is the first attempt.
    pub attempt: u8,
    /// The wait after this attempt failed, in seconds.
    pub delay_s: u64,
    /// All waits up to and including this one, in seconds.
    pub cumulative_s: u64,
    /// When this attempt is sent, in seconds after the first, if responses take no time.
    pub sent_at_s: u64,
}

/// `1st attempt`, `1st retry`, `2nd retry`, …
#[must_use]
pub fn attempt_label(attempt: u8) -> Cow<'static, str> {
    match attempt {
        0 => "1st attempt".into(),
        1 => "1st retry".into(),
        2 => "2nd retry".into(),
        3 => "3rd retry".into(),
        n => format!("{n}th retry").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_table() {
        let table = RetryPolicy::new(2, 60, 5000, Backoff::Exponential).table();
        let rows: Vec<_> = table.iter().map(|r| (r.delay_s, r.cumulative_s)).collect();
        assert_eq!(rows, [(60, 60), (120, 180), (240, 420)]);
        let sent: Vec<_> = table.iter().map(|r| r.sent_at_s).collect();
        assert_eq!(sent, [0, 60, 180]);
    }

    #[test]
    fn a_channel_has_a_constant_interval() {
        let policy = RetryPolicy::new(2, 10, 5000, Backoff::Fixed);
        let sent: Vec<_> = policy.table().iter().map(|r| r.sent_at_s).collect();
        assert_eq!(sent, [0, 10, 20]);
        assert_eq!(policy.wait_after(1), Some(10));
        assert_eq!(policy.wait_after(2), None);
    }
}
