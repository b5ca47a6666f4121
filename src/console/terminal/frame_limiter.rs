//! When the next frame may be drawn: immediately after a quiet time, at most thirty per second overall. Streaming
//! updates leave room for frames caused by a person, which are not delayed.

use std::time::{Duration, Instant};

/// How many frames may follow each other without delay.
const BURST: u32 = 5;

/// How many of these are reserved for frames caused by a person.
const RESERVED: u32 = 2;

/// The time after which one more frame is allowed: with those at once, thirty per second.
const ROOM: Duration = Duration::from_millis(40);

/// The cause of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Something arrived, or time passed.
    Update,
    /// A person did something, and expects to see the result.
    Person,
}

impl Cause {
    /// The minimum gap to the last frame: updates within it are drawn together.
    fn gap(self) -> Duration {
        Duration::from_millis(match self {
            Self::Update => 8,
            Self::Person => 4,
        })
    }

    /// How many frames it must leave available.
    fn reserved(self) -> u32 {
        match self {
            Self::Update => RESERVED,
            Self::Person => 0,
        }
    }
}

/// A limiter of frames.
#[derive(Debug, Default)]
pub struct FrameLimiter {
    last: Option<Instant>,
    /// When the full number of frames is available again.
    free_at: Option<Instant>,
}

impl FrameLimiter {
    /// Notes that a frame was drawn.
    pub fn drew(&mut self, now: Instant) {
        self.last = Some(now);
        self.free_at = Some(self.free_at.map_or(now, |at| at.max(now)) + ROOM);
    }

    /// How long the next frame must wait; zero if it need not.
    #[must_use]
    pub fn wait(&self, now: Instant, cause: Cause) -> Duration {
        let taken = self.free_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        let room = ROOM * (BURST - 1 - cause.reserved());
        let gap = self.last.map_or(Duration::ZERO, |at| cause.gap().saturating_sub(now - at));
        taken.saturating_sub(room).max(gap)
    }

    /// The time since the last frame was drawn; a long time if there was none.
    #[must_use]
    pub fn since_last(&self, now: Instant) -> Duration {
        self.last.map_or(Duration::MAX, |at| now - at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_first_frames_are_not_delayed() {
        let (mut pace, start) = (FrameLimiter::default(), Instant::now());
        for cause in [Cause::Update, Cause::Person] {
            assert_eq!(pace.wait(start, cause), Duration::ZERO);
        }
        pace.drew(start);
        for cause in [Cause::Update, Cause::Person] {
            assert_eq!(pace.wait(start, cause), cause.gap());
            assert_eq!(pace.wait(start + cause.gap(), cause), Duration::ZERO);
        }
    }

    #[test]
    fn streaming_updates_do_not_delay_input() {
        let (mut pace, mut now) = (FrameLimiter::default(), Instant::now());
        for frame in 0..1000 {
            now += pace.wait(now, Cause::Update);
            pace.drew(now);
            // Ten keys a second.
            if frame % 3 == 0 {
                assert!(pace.wait(now, Cause::Person) <= Cause::Person.gap());
                now += Cause::Person.gap();
                pace.drew(now);
            }
        }
    }

    proptest! {
        #[test]
        fn at_most_thirty_frames_per_second(
            asks in prop::collection::vec((0u64..60, prop::bool::ANY), 1..400)
        ) {
            let (mut pace, mut now) = (FrameLimiter::default(), Instant::now());
            let mut frames = Vec::new();
            for (ask, person) in asks {
                now += Duration::from_millis(ask);
                now += pace.wait(now, if person { Cause::Person } else { Cause::Update });
                pace.drew(now);
                frames.push(now);
            }
            for (at, first) in frames.iter().enumerate() {
                let within = frames[at..].iter().filter(|f| f.duration_since(*first) < SECOND).count();
                prop_assert!(within <= 30, "{} frames in a second", within);
            }
        }
    }
}
