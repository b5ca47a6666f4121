//! Something that is read again now and then while it is on the screen, one request at a time.

use jiff::Timestamp;

/// When it was last asked for, and whether the result is awaited.
#[derive(Debug, Default)]
pub struct Refresh {
    asked_at: Option<Timestamp>,
    is_asked: bool,
}

impl Refresh {
    /// Whether to ask now, as the last request is this many milliseconds old: then its result is awaited.
    pub fn asks(&mut self, now: Timestamp, ms: u64) -> bool {
        let is_old = self.asked_at.is_none_or(|at| now.duration_since(at).as_millis() >= i128::from(ms));
        let asks = is_old && !self.is_asked;
        if asks {
            self.ask(now);
        }
        asks
    }

    /// It is asked for now, for another reason.
    pub fn ask(&mut self, now: Timestamp) {
        (self.asked_at, self.is_asked) = (Some(now), true);
    }

    /// The result has arrived.
    pub fn arrived(&mut self) {
        self.is_asked = false;
    }
}
