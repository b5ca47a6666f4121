//! Records outcomes of attempts: all or none of a batch, on disk when it returns.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;

use crate::profile::Choice as _;
use crate::record::{JobRef, LastOutcome, Next, Outcome};
use crate::storage::QueueError;
use crate::storage::encoding::{headers_text, millis, millis_after};
use crate::storage::error::StoreError;
use crate::storage::phases_bytes::phases_bytes;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::changes::Changes;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::health::half_open;
use crate::storage::postgres::producer::batch::storable;
use crate::storage::postgres::queue::judging::Failing;
use crate::storage::postgres::queue::moved::{Moved, message};
use crate::storage::postgres::queue::record_sql::RECORD;
use crate::storage::postgres::queue::{gone, late, sender};
use crate::storage::rollups::mark::RollupMark;
use crate::storage::rollups::mark_list;

/// The result of a record.
struct Recorded {
    /// Those that are another sender's by now, or nobody's.
    not_ours: Vec<JobRef>,
    /// A profile was disabled, or its health has changed.
    has_turned: bool,
    /// Of a profile that is probed or recovering more may be claimed.
    is_metered: bool,
}

impl PgStore {
    /// As [`Queue::record`](crate::storage::Queue::record).
    pub(super) async fn record_outcomes(&self, outcomes: &[Outcome]) -> Result<Vec<JobRef>, QueueError> {
        let seat = self.sender().seat().unwrap_or(0);
        let recorded = match self.record_by(seat, outcomes).await {
            Err(error) if gone::is_meant(&error) => self.record_each(seat, outcomes).await?,
            recorded => recorded?,
        };
        self.sender().held().remove(outcomes.iter().map(|outcome| outcome.job.token()));
        self.note_recorded(outcomes, &recorded.not_ours);
        self.note_overdue(outcomes);
        self.0.ringer.changed();
        self.note_counted();
        if recorded.has_turned {
            self.0.ringer.steered();
        }
        if recorded.is_metered {
            self.sender().wake();
        }
        Ok(recorded.not_ours)
    }

    /// Records one after the other, without those whose day was dropped.
    async fn record_each(&self, seat: i32, outcomes: &[Outcome]) -> Result<Recorded, StoreError> {
        let mut all = Recorded { not_ours: Vec::new(), has_turned: false, is_metered: false };
        for outcome in outcomes {
            match self.record_by(seat, std::slice::from_ref(outcome)).await {
                Ok(recorded) => {
                    all.not_ours.extend(recorded.not_ours);
                    all.has_turned |= recorded.has_turned;
                    all.is_metered |= recorded.is_metered;
                }
                Err(error) if gone::is_meant(&error) => {
                    let mut acquired = self.sender().records.acquire().await?;
                    gone::forget(acquired.db()?, seat, outcome.job.token()).await?;
                    all.not_ours.push(outcome.job);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    async fn record_by(&self, seat: i32, outcomes: &[Outcome]) -> Result<Recorded, StoreError> {
        let name = sender::name_of(seat);
        let rules = *self.0.health_rules.lock().unwrap_or_else(PoisonError::into_inner);
        let mut acquired = self.sender().records.acquire().await?;
        let columns = Columns::of(outcomes, |next| self.due_ms(next));
        let mut failing = Failing::new(rules, self.is_counted(outcomes));
        let is_metered = self.is_metered(outcomes);
        if !is_metered && !failing.is_needed(outcomes, &self.sender().counted()) {
            // Mostly nothing else is to be done: then it is one statement, and so one round trip.
            let moved = write(acquired.db()?, seat, &name, &columns).await?;
            if moved.is_whole(outcomes) {
                self.sender().counted().add(outcomes, &failing);
                return Ok(Recorded { not_ours: Vec::new(), has_turned: false, is_metered });
            }
            let begun = acquired.begin().await?;
            let not_ours = late::record(begun.db(), &name, outcomes, &moved).await?;
            begun.commit().await?;
            return Ok(Recorded { not_ours, has_turned: false, is_metered });
        }
        let begun = acquired.begin().await?;
        let db = begun.db();
        let moved = write(db, seat, &name, &columns).await?;
        let not_ours = if moved.is_whole(outcomes) {
            Vec::new()
        } else {
            late::record(db, &name, outcomes, &moved).await?
        };
        let ended = || outcomes.iter().filter(|outcome| moved.ended.contains(&outcome.job.token()));
        let mut changes = Changes::default();
        if is_metered && half_open::note_probes(db, &name, outcomes).await? {
            changes = Changes::STEERING;
        }
        let open = self.sender().counted().open();
        changes = changes.and(failing.count(db, ended(), &open).await?);
        // After the rows of lanes are locked: who disables a profile, with that of its lane, ends its recovery.
        let has_turned = (is_metered && half_open::widen(db, ended()).await?) | changes.is_any();
        if changes.is_any() {
            changes.count(db).await?;
        }
        begun.commit().await?;
        self.sender().counted().written(&failing);
        Ok(Recorded { not_ours, has_turned, is_metered })
    }

    /// When a retry is due, by the clock of the database.
    fn due_ms(&self, next: Next) -> i64 {
        next.retry_at().map_or(0, |at| self.sender().database_ms(at))
    }

    /// The lanes of events among these: failures of those count.
    fn is_counted(&self, outcomes: &[Outcome]) -> HashSet<i32> {
        let ready = self.sender().ready();
        let lanes = outcomes.iter().filter_map(|outcome| i32::try_from(outcome.lane.number()).ok());
        lanes.filter(|lane| ready.facts(*lane).is_none_or(|facts| !facts.manual)).collect()
    }

    /// Whether one of these was claimed as of a profile that is probed or recovering.
    fn is_metered(&self, outcomes: &[Outcome]) -> bool {
        let ready = self.sender().ready();
        let is_of = |outcome: &Outcome| {
            i32::try_from(outcome.lane.number()).is_ok_and(|lane| ready.metered.contains(&lane))
        };
        outcomes.iter().any(|outcome| outcome.attempt.is_probe || is_of(outcome))
    }

    /// Retries may have been due before they were recorded, such as after an outage.
    fn note_overdue(&self, outcomes: &[Outcome]) {
        let due = outcomes.iter().filter_map(|outcome| outcome.next.retry_at());
        if let Some(first) = due.min() {
            self.sender().ready().starts.due_since(self.sender().database_ms(first));
        }
    }

    /// Remembers how the last delivery of each lane ended.
    fn note_recorded(&self, outcomes: &[Outcome], not_ours: &[JobRef]) {
        let mut last = HashMap::new();
        for outcome in outcomes.iter().filter(|outcome| !not_ours.contains(&outcome.job)) {
            let last_outcome = match outcome.next {
                Next::Delivered => LastOutcome::Delivered,
                Next::Failed if !outcome.is_expired() => LastOutcome::Failed,
                Next::Failed | Next::Retry(_) => continue,
            };
            last.insert(outcome.lane, last_outcome);
        }
        let mut ready = self.sender().ready();
        for (lane, last_outcome) in last {
            if let Ok(lane) = i32::try_from(lane.number()) {
                ready.note_last_outcome(lane, last_outcome);
            }
        }
    }
}

async fn write(db: Db<'_>, seat: i32, name: &str, columns: &Columns<'_>) -> Result<Moved, StoreError> {
    let Columns { seq, n, state, due_at, ended_at, started_at, duration_ms, .. } = columns;
    let Columns { status, class, message, address, cut, headers, body, mark, phases, times, .. } = columns;
    let rows = db
        .rows(
            RECORD,
            &[
                &seat,
                seq,
                n,
                state,
                due_at,
                ended_at,
                started_at,
                duration_ms,
                status,
                class,
                message,
                address,
                cut,
                headers,
                body,
                &name,
                mark,
                phases,
                times,
            ],
        )
        .await?;
    let mut moved = Moved::default();
    for row in rows {
        let (seq, what): (i64, i32) = (row.try_get(0)?, row.try_get(1)?);
        match what {
            1 => moved.ended.insert(seq),
            2 => moved.waiting.insert(seq),
            _ => moved.logged.insert(seq),
        };
    }
    Ok(moved)
}

/// Outcomes as the columns of one statement.
#[derive(Default)]
struct Columns<'a> {
    seq: Vec<i64>,
    n: Vec<i16>,
    state: Vec<i16>,
    due_at: Vec<i64>,
    ended_at: Vec<i64>,
    started_at: Vec<i64>,
    duration_ms: Vec<i32>,
    status: Vec<Option<i16>>,
    class: Vec<Option<&'static str>>,
    message: Vec<Option<Cow<'a, str>>>,
    address: Vec<Option<String>>,
    cut: Vec<bool>,
    headers: Vec<String>,
    body: Vec<&'a [u8]>,
    mark: Vec<i64>,
    phases: Vec<Option<Vec<u8>>>,
    /// Of all of them.
    times: Vec<u8>,
}

impl<'a> Columns<'a> {
    fn of(outcomes: &'a [Outcome], due_ms: impl Fn(Next) -> i64) -> Self {
        let mut all = Self::default();
        let mut times = Vec::new();
        for outcome in outcomes {
            let Outcome { job, attempt, next, .. } = outcome;
            all.seq.push(job.token());
            all.n.push(i16::try_from(attempt.n).unwrap_or(i16::MAX));
            all.state.push(match next {
                Next::Retry(_) => 1,
                Next::Delivered => 2,
                Next::Failed => 3,
            });
            all.due_at.push(due_ms(*next));
            all.ended_at.push(millis_after(attempt.started_at, attempt.duration_ms));
            all.started_at.push(millis(attempt.started_at));
            all.duration_ms.push(i32::try_from(attempt.duration_ms).unwrap_or(i32::MAX));
            all.status.push(attempt.status.and_then(|status| i16::try_from(status).ok()));
            all.class.push(attempt.error.as_ref().map(|error| error.class.name()));
            all.message.push(message(outcome).map(storable));
            all.address.push(attempt.address.map(|address| address.to_string()));
            all.cut.push(attempt.response_cut);
            all.headers.push(headers_text(&attempt.response_headers));
            all.body.push(&attempt.response_body);
            all.mark.push(RollupMark::outcome(outcome).number());
            all.phases.push(attempt.phases.as_ref().map(phases_bytes));
            let lane = outcome.lane.number();
            times.extend(RollupMark::times(attempt).map(|(mark, n)| (lane, mark, n)));
        }
        all.times = mark_list::encode(&mut times);
        all
    }
}
