//! Attempts of deliveries that are no longer this sender's: cancelled, or another sender has them since the lease ran
//! out. The attempt was made, so it is in the log; the delivery stays as it is.

use std::borrow::Cow;

use crate::profile::Choice as _;
use crate::record::{ErrorClass, JobRef, Next, Outcome};
use crate::storage::encoding::{headers_text, millis};
use crate::storage::error::StoreError;
use crate::storage::phases_bytes::phases_bytes;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::producer::batch::storable;
use crate::storage::postgres::queue::moved::{Moved, message};
use crate::storage::postgres::queue::record_sql::{APPEND, COME_LATE, COUNT_ATTEMPTS, IS_KNOWN, TELL};
use crate::storage::rollups::mark::RollupMark;
use crate::storage::rollups::mark_list::{self, LaneMark};

/// Records what was not moved on, and attempts whose numbers were used by another sender. Gives those that are not
/// this sender's.
pub async fn record(
    db: Db<'_>,
    name: &str,
    outcomes: &[Outcome],
    moved: &Moved,
) -> Result<Vec<JobRef>, StoreError> {
    let mut not_ours = Vec::new();
    let mut counted = Counted::default();
    for outcome in outcomes {
        let seq = outcome.job.token();
        if moved.has(seq) {
            if moved.logged.contains(&seq) {
                // Counted, except for its times.
                counted.add_times(outcome);
            } else if let Some(n) = append(db, name, outcome).await? {
                db.execute(TELL, &[&seq, &n]).await?;
                counted.add_attempt(outcome);
            }
            continue;
        }
        let started_at = millis(outcome.attempt.started_at);
        // It was recorded, and the response was lost.
        if db.value(IS_KNOWN, &[&seq, &name, &started_at]).await?.unwrap_or(false) {
            continue;
        }
        not_ours.push(outcome.job);
        if let Some(n) = append(db, name, outcome).await? {
            let before = failure_mark(db, seq).await?;
            come_late(db, outcome, n).await?;
            counted.add_attempt(outcome);
            if let Some(before) = before {
                // It has failed otherwise, or was delivered after all.
                counted.add(outcome, before.undone());
                let after = match failure_mark(db, seq).await? {
                    Some(failure) => failure,
                    None => RollupMark::delivered_instead(before),
                };
                counted.add(outcome, after);
            }
            db.execute(TELL, &[&seq, &n]).await?;
        }
    }
    counted.keep(db).await?;
    Ok(not_ours)
}

/// What is added to the numbers.
#[derive(Default)]
struct Counted {
    lanes: Vec<i32>,
    marks: Vec<i64>,
    times: Vec<LaneMark>,
}

impl Counted {
    fn add(&mut self, outcome: &Outcome, mark: RollupMark) {
        self.lanes.push(i32::try_from(outcome.lane.number()).unwrap_or(0));
        self.marks.push(mark.number());
    }

    fn add_attempt(&mut self, outcome: &Outcome) {
        self.add(outcome, RollupMark::attempt(&outcome.attempt));
        self.add_times(outcome);
    }

    fn add_times(&mut self, outcome: &Outcome) {
        let lane = outcome.lane.number();
        self.times.extend(RollupMark::times(&outcome.attempt).map(|(mark, n)| (lane, mark, n)));
    }

    async fn keep(mut self, db: Db<'_>) -> Result<(), StoreError> {
        if !self.lanes.is_empty() || !self.times.is_empty() {
            let sql = "INSERT INTO rollup_change (lanes, marks, times) VALUES ($1, $2, $3)";
            db.execute(sql, &[&self.lanes, &self.marks, &mark_list::encode(&mut self.times)]).await?;
        }
        Ok(())
    }
}

/// How a delivery is counted that has failed; none if it has not. Keeps others from changing that.
async fn failure_mark(db: Db<'_>, seq: i64) -> Result<Option<RollupMark>, StoreError> {
    let sql = "SELECT ended_at, class FROM ended WHERE seq = $1 AND state = 3 FOR UPDATE";
    let Some(row) = db.row(sql, &[&seq]).await? else { return Ok(None) };
    let class: Option<String> = row.try_get(1)?;
    let class = class.and_then(|name| ErrorClass::from_name(&name));
    Ok(Some(RollupMark::failed(row.try_get(0)?, class)))
}

/// Adds an attempt to the log, under the next number that is free. None where the delivery is gone.
async fn append(db: Db<'_>, name: &str, outcome: &Outcome) -> Result<Option<i16>, StoreError> {
    let (seq, attempt) = (outcome.job.token(), &outcome.attempt);
    let n = i16::try_from(attempt.n).unwrap_or(i16::MAX);
    let given: Option<i16> = db
        .value(
            APPEND,
            &[
                &seq,
                &n,
                &millis(attempt.started_at),
                &i32::try_from(attempt.duration_ms).unwrap_or(i32::MAX),
                &attempt.status.and_then(|status| i16::try_from(status).ok()),
                &attempt.error.as_ref().map(|error| error.class.name()),
                &message(outcome).map(storable),
                &attempt.address.map(|address| address.to_string()),
                &name,
                &attempt.response_cut,
                &headers_text(&attempt.response_headers),
                &attempt.response_body,
                &attempt.phases.as_ref().map(phases_bytes),
            ],
        )
        .await?;
    if let Some(given) = given
        && given != n
    {
        db.execute(COUNT_ATTEMPTS, &[&seq, &given]).await?;
    }
    Ok(given)
}

/// Shows the attempt as the last one of a delivery that has ended meanwhile.
async fn come_late(db: Db<'_>, outcome: &Outcome, n: i16) -> Result<(), StoreError> {
    let attempt = &outcome.attempt;
    let error = attempt.error.as_ref();
    let message: Option<Cow<'_, str>> = error.map(|error| storable(&error.message));
    db.execute(
        COME_LATE,
        &[
            &outcome.job.token(),
            &n,
            &attempt.status.and_then(|status| i16::try_from(status).ok()),
            &error.map(|error| error.class.name()),
            &message,
            &i32::try_from(attempt.duration_ms).unwrap_or(i32::MAX),
            &(outcome.next == Next::Delivered),
        ],
    )
    .await?;
    Ok(())
}
