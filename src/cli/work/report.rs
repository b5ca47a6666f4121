//! The reports of `work`: each attempt, the progress, and what is left at the end.

use std::fmt::{self, Write as _};

use serde_json::{Value, json};

use crate::cli::test::{attempt_label_of, push_outcome, wait_until};
use crate::profile::Choice;
use crate::record::{DeliveryState, Next, Outcome};
use crate::storage::Counts;
use crate::text::time::push_utc_time_of_day;
use crate::text::{push_escaped, rfc3339};

/// How many failures of one page are printed above the progress line.
const FAILURES: usize = 10;

/// The usual length of a line in bytes.
const LINE: usize = 160;

/// The counts so far.
#[derive(Debug)]
pub struct Report {
    json: bool,
    /// Attempts that ended.
    attempts: u64,
    delivered: u64,
    failed: u64,
}

impl Report {
    pub fn new(json: bool) -> Self {
        Self { json, attempts: 0, delivered: 0, failed: 0 }
    }

    /// The number of attempts that ended so far.
    pub fn attempts(&self) -> u64 {
        self.attempts
    }

    /// Counts attempts, and returns the lines that report them. Above a progress line only failures are reported, and
    /// not all of many.
    pub fn lines(&mut self, outcomes: &[Outcome], beside_progress: bool) -> String {
        for outcome in outcomes {
            self.attempts += 1;
            match outcome.next {
                Next::Delivered => self.delivered += 1,
                Next::Failed => self.failed += 1,
                Next::Retry(_) => {}
            }
        }
        let mut lines = String::with_capacity(outcomes.len() * LINE);
        if self.json {
            for outcome in outcomes {
                push(&mut lines, format_args!("{}\n", document(outcome)));
            }
        } else if beside_progress {
            let failed = || outcomes.iter().filter(|outcome| outcome.next == Next::Failed);
            for outcome in failed().take(FAILURES) {
                push_line(&mut lines, outcome);
            }
            let more = failed().count().saturating_sub(FAILURES);
            if more > 0 {
                push(&mut lines, format_args!("… and {more} more failed\n"));
            }
        } else {
            for outcome in outcomes {
                push_line(&mut lines, outcome);
            }
        }
        lines
    }

    /// The progress in one line of this many columns. Without counts it says that they are unknown.
    pub fn progress(
        &self,
        counts: Option<&Counts>,
        in_flight: usize,
        pace: Option<String>,
        columns: usize,
    ) -> String {
        let Self { delivered, failed, .. } = self;
        let mut parts = match counts {
            Some(counts) => vec![format!("{} queued", counts.queued), format!("{} waiting", counts.waiting)],
            None => vec!["counts unknown".to_owned()],
        };
        parts.push(format!("{in_flight} in flight"));
        parts.push(format!("{delivered} delivered"));
        parts.push(format!("{failed} failed"));
        parts.extend(pace);
        while parts.len() > 1 && parts.join(" · ").chars().count() > columns {
            parts.pop();
        }
        parts.join(" · ")
    }

    /// How many were delivered and failed, and what is left, with what becomes of it.
    pub fn end(&self, counts: &Counts, blocked: u64, what_becomes_of_pending: &str) -> String {
        let Self { json, attempts, delivered, failed } = self;
        let Counts { queued, waiting, .. } = counts;
        if *json {
            let end = json!({
                "state": "ended", "attempts": attempts, "tries": attempts, "delivered": delivered, "failed": failed,
                "queued": queued, "waiting": waiting, "blocked": blocked, "held": blocked,
            });
            return format!("{end}\n");
        }
        let left = match queued + waiting {
            0 => "nothing is queued".to_owned(),
            all if all == blocked => format!("{queued} queued and {waiting} waiting, all blocked"),
            _ => format!("{queued} queued and {waiting} waiting; {what_becomes_of_pending}"),
        };
        format!("{delivered} delivered, {failed} failed · {left}\n")
    }
}

fn state(outcome: &Outcome) -> DeliveryState {
    match outcome.next {
        Next::Delivered => DeliveryState::Delivered,
        Next::Failed => DeliveryState::Failed,
        Next::Retry(_) => DeliveryState::Waiting,
    }
}

fn push(text: &mut String, more: fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(more);
}

/// Without formatting where it would cost more than all the rest: many of these lines are written per second. Such as
/// `14:02:10 waiting Order SMS · 1st attempt 500 Internal Server Error 84 ms · wait 10 s · <id>`.
fn push_line(lines: &mut String, outcome: &Outcome) {
    let attempt = &outcome.attempt;
    push_utc_time_of_day(lines, attempt.started_at);
    for part in [" ", state(outcome).name(), " "] {
        lines.push_str(part);
    }
    push_escaped(lines, &outcome.subject.profile_title);
    for part in [" · ", &*attempt_label_of(attempt), " "] {
        lines.push_str(part);
    }
    push_outcome(lines, attempt, " ");
    // When the next probe is due is decided when this one is recorded.
    if let Next::Retry(at) = outcome.next
        && !attempt.is_probe
    {
        push(lines, format_args!(" · {}", wait_until(attempt, at)));
    }
    push(lines, format_args!(" · {}\n", outcome.id()));
}

fn document(outcome: &Outcome) -> Value {
    let Outcome { attempt, subject, .. } = outcome;
    let due_at = match outcome.next {
        // As in the line for people.
        Next::Retry(at) => Some(at).filter(|_| !attempt.is_probe).map(rfc3339),
        Next::Delivered | Next::Failed => None,
    };
    json!({
        "state": state(outcome).name(),
        "delivery_id": outcome.id().to_string(),
        "profile_id": subject.profile_id,
        "event": subject.event.map(Choice::name),
        "n": attempt.n,
        "started_at": rfc3339(attempt.started_at),
        "duration_ms": attempt.duration_ms,
        "status": attempt.status,
        "error": attempt.error.as_ref().map(|e| json!({"class": e.class.name(), "message": e.message})),
        "due_at": due_at,
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::profile::Event;
    use crate::record::{
        Attempt, DeliveryId, DeliverySubject, ErrorClass, Failure, HeaderList, JobRef, LaneId,
    };

    fn outcome(next: Next) -> Outcome {
        let message = "500 Internal\u{1b}".to_owned();
        let error = (next != Next::Delivered).then_some(Failure { class: ErrorClass::Status, message });
        let attempt = Attempt {
            n: 1,
            started_at: Timestamp::UNIX_EPOCH,
            duration_ms: 84,
            address: None,
            status: Some(if error.is_none() { 200 } else { 500 }),
            error,
            response_headers: HeaderList::default(),
            response_body: Vec::new(),
            response_cut: false,
            response_incomplete: None,
            sender: None,
            phases: None,
            is_probe: false,
        };
        let job = JobRef::new(DeliveryId::from_bytes([1; 16]), 1);
        let subject = DeliverySubject {
            profile_id: "IN_1".to_owned(),
            profile_title: "Order SMS".to_owned(),
            event: Some(Event::SmsSend),
        };
        Outcome { job, lane: LaneId::new(1), subject: subject.into(), attempt, next }
    }

    const ID: &str = "01010101-0101-0101-0101-010101010101";

    #[test]
    fn each_attempt_is_a_line() {
        let retry = Next::Retry(Timestamp::from_millisecond(10_084).unwrap());
        let all = [outcome(Next::Delivered), outcome(retry), outcome(Next::Failed)];
        let mut report = Report::new(false);
        let lines = report.lines(&all, false);
        assert_eq!(
            lines.lines().collect::<Vec<_>>(),
            [
                format!("00:00:00 delivered Order SMS · 1st attempt 200 OK 84 ms · {ID}"),
                format!(
                    "00:00:00 waiting Order SMS · 1st attempt 500 Internal\\u{{1b}} 84 ms · wait 10 s · {ID}"
                ),
                format!("00:00:00 failed Order SMS · 1st attempt 500 Internal\\u{{1b}} 84 ms · {ID}"),
            ]
        );
        let counts = Counts { queued: 2, waiting: 1, ..Counts::default() };
        assert_eq!(
            report.progress(Some(&counts), 3, Some("9/s".to_owned()), 80),
            "2 queued · 1 waiting · 3 in flight · 1 delivered · 1 failed · 9/s"
        );
        assert_eq!(report.progress(Some(&counts), 3, None, 20), "2 queued · 1 waiting");
        assert_eq!(
            report.progress(None, 3, None, 80),
            "counts unknown · 3 in flight · 1 delivered · 1 failed"
        );
        let ended = |counts, blocked| report.end(counts, blocked, "other senders continue");
        let left = "2 queued and 1 waiting; other senders continue";
        assert_eq!(ended(&counts, 1), format!("1 delivered, 1 failed · {left}\n"));
        assert_eq!(ended(&Counts::default(), 0), "1 delivered, 1 failed · nothing is queued\n");
    }

    #[test]
    fn the_duration_is_printed_once() {
        let mut late = outcome(Next::Failed);
        let message = "timed out after 1500 ms".to_owned();
        late.attempt.error = Some(Failure { class: ErrorClass::Timeout, message });
        (late.attempt.status, late.attempt.duration_ms) = (None, 1500);
        let line = Report::new(false).lines(&[late], false);
        assert_eq!(line, format!("00:00:00 failed Order SMS · 1st attempt timed out after 1500 ms · {ID}\n"));
    }

    #[test]
    fn above_a_progress_line_only_failures_are_printed() {
        let mut report = Report::new(false);
        assert_eq!(report.lines(&[outcome(Next::Delivered)], true), "");
        let many = vec![outcome(Next::Failed); FAILURES + 2];
        let lines = report.lines(&many, true);
        assert_eq!(lines.lines().count(), FAILURES + 1);
        assert_eq!(lines.lines().last(), Some("… and 2 more failed"));
        assert_eq!(report.attempts(), 13);
    }

    #[test]
    fn json_reports_each_attempt_completely() {
        let mut report = Report::new(true);
        let line = report.lines(&[outcome(Next::Delivered)], true);
        assert_eq!(
            line,
            format!(
                "{{\"state\":\"delivered\",\"delivery_id\":\"{ID}\",\"profile_id\":\"IN_1\",\"event\":\"sms-send\",\
                 \"n\":1,\"started_at\":\"1970-01-01T00:00:00.000Z\",\"duration_ms\":84,\"status\":200,\
                 \"error\":null,\"due_at\":null}}\n"
            )
        );
        assert!(report.end(&Counts::default(), 0, "").starts_with("{\"state\":\"ended\",\"attempts\":1,"));
    }
}
