//! When news of more to send is worth a claim. Usually at once. But while all that comes cannot be sent, since it is
//! paused or its endpoints have no free slot, a claim after each commit finds nothing each time.

use std::time::{Duration, Instant};

/// So many claims in succession must find nothing before news waits: one or two also do after a claim that saw more
/// than the news was about.
const IN_VAIN: u32 = 4;

/// How long news waits after such a claim.
const REST: Duration = Duration::from_millis(5);

/// News of more to send.
#[derive(Debug, Default)]
pub struct News {
    is_new: bool,
    /// How many claims in succession found nothing.
    in_vain: u32,
    /// No claim is made for news before this time.
    rests_until: Option<Instant>,
}

impl News {
    /// There is more to send, perhaps.
    pub fn came(&mut self) {
        self.is_new = true;
    }

    /// When a claim is to be made for the news; none if there is none.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        self.is_new.then(|| self.rests_until.unwrap_or(now))
    }

    /// Whether there is some, and it waits: more of it changes nothing.
    pub fn rests(&self) -> bool {
        self.is_new && self.rests_until.is_some()
    }

    /// Whether a claim is to be made for it now. It is no news then.
    pub fn take(&mut self, now: Instant) -> bool {
        let is_due = self.due(now).is_some_and(|due| due <= now);
        self.is_new &= !is_due;
        is_due
    }

    /// A claim has ended.
    pub fn claimed(&mut self, found_any: bool, now: Instant) {
        self.in_vain = if found_any { 0 } else { self.in_vain.saturating_add(1) };
        self.rests_until = (self.in_vain >= IN_VAIN).then(|| now + REST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_waits_a_moment_while_claims_find_nothing() {
        let (mut news, now) = (News::default(), Instant::now());
        assert_eq!(news.due(now), None);
        for _ in 0..IN_VAIN {
            news.came();
            assert!(news.take(now));
            assert!(!news.take(now), "it is no news any more");
            news.claimed(false, now);
        }
        assert!(!news.rests());
        news.came();
        assert!(news.rests() && !news.take(now));
        assert_eq!(news.due(now), Some(now + REST));
        assert!(news.take(now + REST));
        news.claimed(true, now + REST);
        news.came();
        assert!(news.take(now + REST), "something was found");
    }
}
