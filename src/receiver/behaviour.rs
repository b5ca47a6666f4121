//! How the receiver responds.

use std::time::Duration;

use super::received::Reply;

/// How the receiver responds. Can be changed while it is running.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// The status of its responses; clamped to 200..=599.
    pub status: u16,
    /// How many attempts of each delivery fail first. Attempts are grouped by their `webhook-id`; those without one
    /// are counted together.
    pub fail_first: u32,
    /// The status of those failures, unless `hang` or `reset` is set; clamped to 200..=599.
    pub fail_status: u16,
    /// How long it waits before it responds or resets.
    pub delay: Duration,
    /// Never responds: always, or for the first `fail_first` attempts if that is more than 0.
    pub hang: bool,
    /// Closes the connection without a response: always, or for the first `fail_first` attempts if that is more than
    /// 0. Takes precedence over `hang`.
    pub reset: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            status: 200,
            fail_first: 0,
            fail_status: 500,
            delay: Duration::ZERO,
            hang: false,
            reset: false,
        }
    }
}

impl Behaviour {
    /// The response to a delivery's attempt, counted from 1.
    #[must_use]
    pub fn reply(&self, attempt: u32) -> Reply {
        let fails = attempt <= self.fail_first;
        let without_answer = fails || self.fail_first == 0;
        if self.reset && without_answer {
            Reply::Reset
        } else if self.hang && without_answer {
            Reply::Hung
        } else {
            let status = if fails { self.fail_status } else { self.status };
            Reply::Status(status.clamp(200, 599))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(behaviour: &Behaviour) -> Vec<Reply> {
        (1..=3).map(|attempt| behaviour.reply(attempt)).collect()
    }

    #[test]
    fn the_first_attempts_fail_and_the_next_succeeds() {
        let mut behaviour = Behaviour { fail_first: 2, status: 202, ..Behaviour::default() };
        let ok = Reply::Status(202);
        assert_eq!(answers(&behaviour), [Reply::Status(500), Reply::Status(500), ok]);
        behaviour.hang = true;
        assert_eq!(answers(&behaviour), [Reply::Hung, Reply::Hung, ok]);
        behaviour.reset = true;
        assert_eq!(answers(&behaviour), [Reply::Reset, Reply::Reset, ok]);
    }

    #[test]
    fn without_fail_first_every_attempt_is_treated_alike() {
        let hang = Behaviour { hang: true, ..Behaviour::default() };
        assert_eq!(answers(&hang), [Reply::Hung; 3]);
        assert_eq!(answers(&Behaviour::default()), [Reply::Status(200); 3]);
    }

    #[test]
    fn an_invalid_status_is_clamped() {
        let low = Behaviour { status: 100, ..Behaviour::default() };
        let high = Behaviour { status: 999, ..Behaviour::default() };
        assert_eq!(low.reply(1), Reply::Status(200));
        assert_eq!(high.reply(1), Reply::Status(599));
    }
}
