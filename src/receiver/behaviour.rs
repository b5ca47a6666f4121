//! How the receiver answers.

use std::time::Duration;

use super::received::Answer;

/// How the receiver answers. Can be changed while it runs.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// The status of its answers; held to 200..=599.
    pub status: u16,
    /// The first so many tries of each delivery fail. Tries belong together by their `webhook-id`;
    /// those without one are counted together.
    pub fail_first: u32,
    /// The status of those failures, unless `hang` or `reset` says that they fail another way; held
    /// to 200..=599.
    pub fail_status: u16,
    /// How long it waits before it answers or resets.
    pub delay: Duration,
    /// Never answers: each time, or the first `fail_first` tries when that is more than 0.
    pub hang: bool,
    /// Closes the connection without an answer: each time, or the first `fail_first` tries when that
    /// is more than 0. Goes before `hang`.
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
    /// The answer to a delivery's try, 1 being the first.
    #[must_use]
    pub fn answer(&self, attempt: u32) -> Answer {
        let fails = attempt <= self.fail_first;
        let without_answer = fails || self.fail_first == 0;
        if self.reset && without_answer {
            Answer::Reset
        } else if self.hang && without_answer {
            Answer::Hung
        } else {
            let status = if fails { self.fail_status } else { self.status };
            Answer::Status(status.clamp(200, 599))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(behaviour: &Behaviour) -> Vec<Answer> {
        (1..=3).map(|attempt| behaviour.answer(attempt)).collect()
    }

    #[test]
    fn the_first_tries_fail_and_the_next_is_answered() {
        let mut behaviour = Behaviour { fail_first: 2, status: 202, ..Behaviour::default() };
        let ok = Answer::Status(202);
        assert_eq!(answers(&behaviour), [Answer::Status(500), Answer::Status(500), ok]);
        behaviour.hang = true;
        assert_eq!(answers(&behaviour), [Answer::Hung, Answer::Hung, ok]);
        behaviour.reset = true;
        assert_eq!(answers(&behaviour), [Answer::Reset, Answer::Reset, ok]);
    }

    #[test]
    fn without_a_number_every_try_is_treated_alike() {
        let hang = Behaviour { hang: true, ..Behaviour::default() };
        assert_eq!(answers(&hang), [Answer::Hung; 3]);
        assert_eq!(answers(&Behaviour::default()), [Answer::Status(200); 3]);
    }

    #[test]
    fn a_status_that_cannot_be_sent_is_brought_into_range() {
        let low = Behaviour { status: 100, ..Behaviour::default() };
        let high = Behaviour { status: 999, ..Behaviour::default() };
        assert_eq!(low.answer(1), Answer::Status(200));
        assert_eq!(high.answer(1), Answer::Status(599));
    }
}
