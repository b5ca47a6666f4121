//! When the next frame may be drawn: at once where there were few, at most thirty a second in all.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// In any second so many frames may follow each other closely.
const AT_ONCE: usize = 5;
/// The gap between those.
const CLOSE: Duration = Duration::from_millis(8);
/// The gap between all others: with those at once it makes 29 a second.
const APART: Duration = Duration::from_millis(40);
const SECOND: Duration = Duration::from_secs(1);

/// The frames of the last second.
#[derive(Debug, Default)]
pub struct Pace {
    drawn: VecDeque<Instant>,
}

impl Pace {
    /// Notes a frame.
    pub fn drew(&mut self, now: Instant) {
        self.drawn.retain(|at| now.duration_since(*at) < SECOND);
        self.drawn.push_back(now);
    }

    /// How long the next frame has to wait; zero when it need not.
    #[must_use]
    pub fn wait(&self, now: Instant) -> Duration {
        let lately = self.drawn.iter().filter(|at| now.duration_since(**at) < SECOND).count();
        let gap = if lately < AT_ONCE { CLOSE } else { APART };
        gap.saturating_sub(self.since_last(now))
    }

    /// How long ago the last frame was drawn; a long time where there was none lately.
    #[must_use]
    pub fn since_last(&self, now: Instant) -> Duration {
        self.drawn.back().map_or(SECOND, |at| now.duration_since(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_frames_come_at_once() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        assert_eq!(pace.wait(start), Duration::ZERO);
        pace.drew(start);
        assert_eq!(pace.wait(start), CLOSE);
        assert_eq!(pace.wait(start + CLOSE), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn no_second_has_more_than_thirty(asks in prop::collection::vec(0u64..60, 1..400)) {
            let (mut pace, mut now) = (Pace::default(), Instant::now());
            let mut frames = Vec::new();
            for ask in asks {
                now += Duration::from_millis(ask);
                now += pace.wait(now);
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
