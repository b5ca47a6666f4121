//! What `work` tells: each try, how far it has come, and what is left at the end.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::cli::test::{attempt_label_of, came_of, took, wait_until};
use crate::profile::Choice;
use crate::record::{DeliveryId, DeliveryState, Next, Outcome, Summary};
use crate::storage::Counts;
use crate::text::escape_controls;

/// Most failures of one page that are told above a line of progress.
const FAILURES: usize = 10;

/// What was told so far, in numbers.
#[derive(Debug)]
pub struct Report {
    json: bool,
    /// Tries that ended.
    tries: u64,
    delivered: u64,
    failed: u64,
}

impl Report {
    pub fn new(json: bool) -> Self {
        Self { json, tries: 0, delivered: 0, failed: 0 }
    }

    /// Tries that ended so far.
    pub fn tries(&self) -> u64 {
        self.tries
    }

    /// Notes tries, and gives the lines that tell of them. Beside a line of progress only failures are
    /// told, and not all where they are many.
    pub fn told(&mut self, outcomes: &[&Outcome], summaries: &[Summary], beside_progress: bool) -> String {
        for outcome in outcomes {
            self.tries += 1;
            match outcome.next {
                Next::Delivered => self.delivered += 1,
                Next::Failed => self.failed += 1,
                Next::Retry(_) => {}
            }
        }
        let of: HashMap<DeliveryId, &Summary> = summaries.iter().map(|one| (one.id, one)).collect();
        let all = outcomes.iter().map(|outcome| (outcome, of.get(&outcome.id()).copied()));
        let mut lines: Vec<String> = if self.json {
            all.map(|(outcome, summary)| format!("{}\n", document(outcome, summary))).collect()
        } else if beside_progress {
            let failed = all.filter(|(outcome, _)| outcome.next == Next::Failed);
            failed.map(|(outcome, summary)| line(outcome, summary)).collect()
        } else {
            all.map(|(outcome, summary)| line(outcome, summary)).collect()
        };
        if beside_progress && !self.json && lines.len() > FAILURES {
            let more = lines.split_off(FAILURES).len();
            lines.push(format!("… and {more} more failed\n"));
        }
        lines.concat()
    }

    /// How far it has come, in one line for so many columns.
    pub fn progress(
        &self,
        counts: &Counts,
        under_way: usize,
        pace: Option<String>,
        columns: usize,
    ) -> String {
        let Self { delivered, failed, .. } = self;
        let mut parts = vec![format!("{} queued", counts.queued), format!("{} waiting", counts.waiting)];
        parts.push(format!("{under_way} in flight"));
        parts.push(format!("{delivered} delivered"));
        parts.push(format!("{failed} failed"));
        parts.extend(pace);
        while parts.len() > 1 && parts.join(" · ").chars().count() > columns {
            parts.pop();
        }
        parts.join(" · ")
    }

    /// What was done, and what is left.
    pub fn end(&self, counts: &Counts, held: u64) -> String {
        let Self { json, tries, delivered, failed } = self;
        let Counts { queued, waiting, .. } = counts;
        if *json {
            let end = json!({
                "state": "ended", "attempts": tries, "tries": tries, "delivered": delivered, "failed": failed,
                "queued": queued, "waiting": waiting, "blocked": held, "held": held,
            });
            return format!("{end}\n");
        }
        let left = match queued + waiting {
            0 => "nothing is queued".to_owned(),
            all if all == held => format!("{queued} queued and {waiting} waiting, all blocked"),
            _ => format!("{queued} queued and {waiting} waiting; run `ringback work` to continue"),
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

/// Such as `14:02:10 waiting Order SMS · 1st attempt 500 Internal Server Error 84 ms · wait 10 s · <id>`.
fn line(outcome: &Outcome, summary: Option<&Summary>) -> String {
    let attempt = &outcome.attempt;
    let time = attempt.started_at.strftime("%H:%M:%S");
    let title =
        summary.map_or_else(|| "(removed)".to_owned(), |summary| escape_controls(&summary.profile_title));
    let wait = match outcome.next {
        Next::Retry(at) => format!(" · {}", wait_until(attempt, at)),
        Next::Delivered | Next::Failed => String::new(),
    };
    let (state, label, came) = (state(outcome).name(), attempt_label_of(attempt), came_of(attempt));
    let took = took(attempt).map(|took| format!(" {took}")).unwrap_or_default();
    let id = outcome.id();
    format!("{time} {state} {title} · {label} {came}{took}{wait} · {id}\n")
}

fn document(outcome: &Outcome, summary: Option<&Summary>) -> Value {
    let attempt = &outcome.attempt;
    let due_at = match outcome.next {
        Next::Retry(at) => Some(at),
        Next::Delivered | Next::Failed => None,
    };
    json!({
        "state": state(outcome).name(),
        "delivery_id": outcome.id().to_string(),
        "profile_id": summary.map(|summary| summary.profile_id.as_str()),
        "event": summary.and_then(|summary| summary.event).map(Choice::name),
        "n": attempt.n,
        "started_at": attempt.started_at,
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
    use crate::record::{Attempt, ErrorClass, Failure, JobRef, LaneId};

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
            response_headers: Vec::new(),
            response_body: Vec::new(),
            response_cut: false,
            response_incomplete: None,
        };
        let job = JobRef::new(DeliveryId::from_bytes([1; 16]), 1);
        Outcome { job, lane: LaneId::new(1), attempt, next }
    }

    const ID: &str = "01010101-0101-0101-0101-010101010101";

    #[test]
    fn each_try_is_a_line() {
        let retry = Next::Retry(Timestamp::from_millisecond(10_084).unwrap());
        let all = [outcome(Next::Delivered), outcome(retry), outcome(Next::Failed)];
        let mut report = Report::new(false);
        let lines = report.told(&all.each_ref(), &[], false);
        assert_eq!(
            lines.lines().collect::<Vec<_>>(),
            [
                format!("00:00:00 delivered (removed) · 1st attempt 200 OK 84 ms · {ID}"),
                format!(
                    "00:00:00 waiting (removed) · 1st attempt 500 Internal\\u{{1b}} 84 ms · wait 10 s · {ID}"
                ),
                format!("00:00:00 failed (removed) · 1st attempt 500 Internal\\u{{1b}} 84 ms · {ID}"),
            ]
        );
        let counts = Counts { queued: 2, waiting: 1, ..Counts::default() };
        assert_eq!(
            report.progress(&counts, 3, Some("9/s".to_owned()), 80),
            "2 queued · 1 waiting · 3 in flight · 1 delivered · 1 failed · 9/s"
        );
        assert_eq!(report.progress(&counts, 3, None, 20), "2 queued · 1 waiting");
        let left = "2 queued and 1 waiting; run `ringback work` to continue";
        assert_eq!(report.end(&counts, 1), format!("1 delivered, 1 failed · {left}\n"));
        assert_eq!(report.end(&Counts::default(), 0), "1 delivered, 1 failed · nothing is queued\n");
    }

    #[test]
    fn how_long_it_took_is_told_once() {
        let mut late = outcome(Next::Failed);
        let message = "timed out after 1500 ms".to_owned();
        late.attempt.error = Some(Failure { class: ErrorClass::Timeout, message });
        (late.attempt.status, late.attempt.duration_ms) = (None, 1500);
        let line = Report::new(false).told(&[&late], &[], false);
        assert_eq!(line, format!("00:00:00 failed (removed) · 1st attempt timed out after 1500 ms · {ID}\n"));
    }

    #[test]
    fn beside_a_line_of_progress_only_failures_are_told() {
        let mut report = Report::new(false);
        assert_eq!(report.told(&[&outcome(Next::Delivered)], &[], true), "");
        let many = vec![outcome(Next::Failed); FAILURES + 2];
        let lines = report.told(&many.iter().collect::<Vec<_>>(), &[], true);
        assert_eq!(lines.lines().count(), FAILURES + 1);
        assert_eq!(lines.lines().last(), Some("… and 2 more failed"));
        assert_eq!(report.tries(), 13);
    }

    #[test]
    fn json_tells_each_whole() {
        let mut report = Report::new(true);
        let line = report.told(&[&outcome(Next::Delivered)], &[], true);
        assert_eq!(
            line,
            format!(
                "{{\"state\":\"delivered\",\"delivery_id\":\"{ID}\",\"profile_id\":null,\"event\":null,\
                 \"n\":1,\"started_at\":\"1970-01-01T00:00:00Z\",\"duration_ms\":84,\"status\":200,\
                 \"error\":null,\"due_at\":null}}\n"
            )
        );
        assert!(report.end(&Counts::default(), 0).starts_with("{\"state\":\"ended\",\"attempts\":1,"));
    }
}
