//! How the receiver responds.

use std::time::Duration;

use bytes::Bytes;

use super::planned::PlannedResponse;
use super::reply::Reply;
use super::response_header::ResponseHeader;
use super::script::Script;

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
    /// The responses to the attempts of each delivery, instead of `status`, `fail_first`, `hang` and `reset`.
    pub script: Option<Script>,
    /// Added to every response.
    pub headers: Vec<ResponseHeader>,
    /// The body of every response whose status has one; otherwise a line that says the status.
    pub body: Option<Bytes>,
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
            script: None,
            headers: Vec::new(),
            body: None,
        }
    }
}

impl Behaviour {
    /// The response to a delivery's attempt, counted from 1.
    #[must_use]
    pub fn response(&self, attempt: u32) -> PlannedResponse {
        let (reply, retry_after) = match &self.script {
            Some(script) => {
                let step = script.step(attempt);
                (step.reply, step.retry_after)
            }
            None => (self.reply(attempt), None),
        };
        PlannedResponse::new(reply, retry_after, &self.headers, self.body.as_ref(), self.delay)
    }

    /// Whether an attempt's number means the same to another behaviour.
    pub(super) fn counts_as(&self, other: &Self) -> bool {
        self.fail_first == other.fail_first && self.script == other.script
    }

    /// The reply without a script.
    fn reply(&self, attempt: u32) -> Reply {
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
        (1..=3).map(|attempt| behaviour.response(attempt).reply).collect()
    }

    #[test]
    fn a_script_takes_precedence_and_delay_headers_and_body_apply_to_it() {
        let behaviour = Behaviour {
            fail_first: 5,
            hang: true,
            delay: Duration::from_millis(7),
            script: Some("429:5,reset,200".parse().unwrap()),
            headers: vec!["X-A: b".parse().unwrap()],
            body: Some(Bytes::from_static(b"[]")),
            ..Behaviour::default()
        };
        assert_eq!(answers(&behaviour), [Reply::Status(429), Reply::Reset, Reply::Status(200)]);
        let first = behaviour.response(1);
        assert_eq!((first.delay, &first.body[..]), (behaviour.delay, &b"[]"[..]));
        let names: Vec<_> = first.headers.iter().map(ResponseHeader::name).collect();
        assert_eq!(names, ["x-a", "retry-after", "content-type"]);
        let other = Behaviour { script: Some("200".parse().unwrap()), ..behaviour.clone() };
        assert!(!behaviour.counts_as(&other) && behaviour.counts_as(&behaviour));
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
