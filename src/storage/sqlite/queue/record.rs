//! Records outcomes.

use std::collections::HashSet;

use rusqlite::{CachedStatement, OptionalExtension as _, Row, Transaction, params};

use crate::profile::Choice;
use crate::record::{Attempt, DeliveryState, ErrorClass, JobRef, Next, Outcome};
use crate::storage::error::StoreError;
use crate::storage::health::rules::HealthRules;
use crate::storage::phases_bytes::phases_bytes;
use crate::storage::rollups::mark::RollupMark;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::health::half_open;
use crate::storage::sqlite::queue::first_successes;
use crate::storage::sqlite::queue::judging::Failing;
use crate::storage::sqlite::rows::columns::{get, headers_text, millis, millis_after, state_number};
use crate::storage::sqlite::rows::outcome::IS_IN_DELIVERED;
use crate::storage::sqlite::rows::salvage::on_row;
use crate::storage::sqlite::rows::state;

/// Adds the attempts, and changes the state of their deliveries; profiles are judged by these rules. `epoch` is the
/// sender's, whether or not it has been overtaken: attempts are logged in any case. Returns those that no longer belong
/// to the sender.
pub fn record_all(
    tx: &Writing<'_>,
    outcomes: &[Outcome],
    rules: HealthRules,
    epoch: Option<i64>,
) -> Result<Vec<JobRef>, StoreError> {
    let mut not_ours = Vec::new();
    let mut failing = Failing::new(rules);
    // Usually there is none, and then it need not be looked up for each.
    let any_tested = tx.prepare_cached("SELECT 1 FROM tested LIMIT 1")?.exists([])?;
    let moved = first_successes::move_all(tx, outcomes)?;
    let any_recovering = half_open::any_recovering(tx)?;
    // The places of those by which deliveries have ended, where that matters.
    let mut ended = HashSet::new();
    let mut changes = Changes::prepare(tx, epoch)?;
    for (index, outcome) in outcomes.iter().enumerate() {
        match record(tx, &mut changes, outcome, moved.contains(index), any_tested, epoch)? {
            Recorded::Ended => {
                failing.note(tx, outcome)?;
                ended.extend(any_recovering.then_some(index));
            }
            Recorded::Moved => {}
            Recorded::NotOurs => not_ours.push(outcome.job),
        }
    }
    half_open::note_probes(tx, outcomes, epoch)?;
    if any_recovering {
        half_open::widen(tx, outcomes, &ended)?;
    }
    failing.settle(tx)?;
    Ok(not_ours)
}

/// The statements of a batch: finding each in the cache for every outcome costs as much as a column or two.
struct Changes<'a> {
    tx: &'a Transaction<'a>,
    /// None until it is needed: in most batches all are moved by [`first_successes`].
    move_on: Option<CachedStatement<'a>>,
    insert_attempt: CachedStatement<'a>,
    /// The attempt whose values are still bound to that: binding another one costs as much as storing it.
    bound: Option<&'a Attempt>,
}

impl<'a> Changes<'a> {
    fn prepare(tx: &'a Writing<'_>, epoch: Option<i64>) -> Result<Self, StoreError> {
        // By number: each name would be looked up for each row.
        let insert_attempt = "INSERT INTO attempt
                   (key, started_at, duration_ms, address, status, class, message,
                    response_cut, response_headers, response_body, epoch, phases)
               VALUES (?1 << 10 | ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
               ON CONFLICT (key) DO NOTHING";
        let mut insert_attempt = tx.prepare_cached(insert_attempt)?;
        insert_attempt.raw_bind_parameter(12, epoch)?;
        Ok(Self { tx, move_on: None, insert_attempt, bound: None })
    }

    fn move_on(&mut self) -> Result<&mut CachedStatement<'a>, StoreError> {
        let statement = match self.move_on.take() {
            Some(prepared) => prepared,
            // `OR FAIL`, since without it each row is made ready to be undone alone; here the whole command is undone.
            None => self.tx.prepare_cached(&format!(
                "UPDATE OR FAIL delivery SET
                       state = ?3, due_at = ?4, ended_at = ?5, attempts = max(attempts, ?6),
                       last_status = ?7, last_class = ?8, last_message = ?9, last_ms = ?10
                   WHERE seq = ?1 AND id = ?2 AND state = ?11 AND NOT {IS_IN_DELIVERED}"
            ))?,
        };
        Ok(self.move_on.insert(statement))
    }
}

/// The effect of an outcome on its delivery.
enum Recorded {
    /// It has ended with this.
    Ended,
    /// It waits; or it had ended with this already.
    Moved,
    /// None: it was cancelled or removed, or another sender has ended it.
    NotOurs,
}

/// Adds the attempt, and changes the state of its delivery unless it was moved to those delivered, or cancelled
/// meanwhile. A removed delivery has nothing to record.
fn record<'a>(
    tx: &Writing<'_>,
    changes: &mut Changes<'a>,
    outcome: &'a Outcome,
    is_moved: bool,
    any_tested: bool,
    epoch: Option<i64>,
) -> Result<Recorded, StoreError> {
    let next = state_after(outcome.next);
    // Only attempted deliveries wait. Reading the state would cost as much as the change.
    let was = if outcome.attempt.n == 1 { DeliveryState::Queued } else { DeliveryState::Waiting };
    let (lane, seq) = (outcome.lane.number(), outcome.job.token());
    // Its state after the attempt, and whether the attempt had no part in that.
    let (mut state_now, mut stopped) = (next, false);
    if !is_moved && !move_on(tx, changes, outcome, was, next)? {
        match state::of(tx, outcome.job.id)? {
            None => return Ok(Recorded::NotOurs),
            Some((_, state)) if state.is_pending() => {
                move_on(tx, changes, outcome, state, next)?;
            }
            // Two senders sent it, one of which was overtaken: the success counts.
            Some((_, DeliveryState::Failed)) if next == DeliveryState::Delivered => {
                uncount_failure(tx, lane, seq)?;
                move_on(tx, changes, outcome, DeliveryState::Failed, next)?;
            }
            Some((_, DeliveryState::Delivered)) if next != DeliveryState::Delivered => {
                (state_now, stopped) = (DeliveryState::Delivered, true);
            }
            Some((_, DeliveryState::Failed)) => {
                uncount_failure(tx, lane, seq)?;
                come_late(tx, outcome)?;
                if let Some(mark) = failure_mark(tx, seq)? {
                    tx.count(lane, mark);
                }
                (state_now, stopped) = (DeliveryState::Failed, true);
            }
            Some((_, state)) => {
                come_late(tx, outcome)?;
                (state_now, stopped) = (state, true);
            }
        }
    }
    let is_new = append_attempt(tx, changes, outcome, state_now, epoch)?;
    let mark = if stopped { RollupMark::attempt(&outcome.attempt) } else { RollupMark::outcome(outcome) };
    tx.count(lane, if is_new { mark } else { mark.without_attempt() });
    if is_new {
        tx.count_times(lane, &outcome.attempt);
    }
    if any_tested && !next.is_pending() {
        forget_tested(tx, outcome.job.token())?;
    }
    Ok(match stopped {
        true => Recorded::NotOurs,
        false if is_new && !next.is_pending() => Recorded::Ended,
        false => Recorded::Moved,
    })
}

fn state_after(next: Next) -> DeliveryState {
    match next {
        Next::Delivered => DeliveryState::Delivered,
        Next::Failed => DeliveryState::Failed,
        Next::Retry(_) => DeliveryState::Waiting,
    }
}

/// How a delivery that has failed is counted; none if that cannot be read.
fn failure_mark(tx: &Writing<'_>, seq: i64) -> Result<Option<RollupMark>, StoreError> {
    let mut select = tx.prepare_cached("SELECT ended_at, last_class FROM delivery WHERE seq = ?1")?;
    let mark = |row: &Row<'_>| {
        let class = get::<Option<String>>(row, 1).ok().flatten();
        let class = class.and_then(|name| ErrorClass::from_name(&name));
        Ok(get(row, 0).ok().map(|ended_at| RollupMark::failed(ended_at, class)))
    };
    Ok(select.query_row([seq], mark).optional()?.flatten())
}

/// Uncounts the outcome of a delivery that has failed: it is about to be another one.
fn uncount_failure(tx: &Writing<'_>, lane: i64, seq: i64) -> Result<(), StoreError> {
    if let Some(mark) = failure_mark(tx, seq)? {
        tx.count(lane, mark.undone());
    }
    Ok(())
}

/// Writes the outcome of a delivery that is in `delivered` into its row, so that it can be changed there.
fn write_out(tx: &Writing<'_>, seq: i64) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE delivery SET state = 2, due_at = NULL, attempts = max(attempts, 1),
             (ended_at, last_status, last_ms) = (SELECT started_at + duration_ms, status, duration_ms
                 FROM attempt WHERE key = ?1 << 10 | 1)
         WHERE seq = ?1 AND {IS_IN_DELIVERED}"
    );
    on_row(tx, seq, || tx.prepare_cached(&sql)?.execute([seq]))?;
    Ok(())
}

/// Changes a delivery from this state to the next. Returns whether it was in this state.
fn move_on(
    tx: &Writing<'_>,
    changes: &mut Changes<'_>,
    outcome: &Outcome,
    was: DeliveryState,
    next: DeliveryState,
) -> Result<bool, StoreError> {
    let attempt = &outcome.attempt;
    let ended_at = millis_after(attempt.started_at, attempt.duration_ms);
    let statement = changes.move_on()?;
    let change = || {
        statement.execute(params![
            outcome.job.token(),
            outcome.job.id.bytes(),
            state_number(next),
            outcome.next.retry_at().map(millis),
            (!next.is_pending()).then_some(ended_at),
            attempt.n,
            attempt.status,
            attempt.error.as_ref().map(|f| f.class.name()),
            attempt.error.as_ref().map(|f| f.message.as_str()),
            attempt.duration_ms,
            state_number(was),
        ])
    };
    let moved = on_row(tx, outcome.job.token(), change)?;
    if moved > 0 {
        tx.moved(was, next);
    }
    Ok(moved > 0)
}

/// Records the outcome of an attempt that was in flight when its delivery was cancelled.
fn come_late(tx: &Writing<'_>, outcome: &Outcome) -> Result<(), StoreError> {
    let attempt = &outcome.attempt;
    write_out(tx, outcome.job.token())?;
    let sql = "UPDATE delivery SET attempts = max(attempts, ?2),
                   last_status = ?3, last_class = ?4, last_message = ?5, last_ms = ?6
               WHERE seq = ?1";
    let change = || {
        tx.prepare_cached(sql)?.execute(params![
            outcome.job.token(),
            attempt.n,
            attempt.status,
            attempt.error.as_ref().map(|f| f.class.name()),
            attempt.error.as_ref().map(|f| f.message.as_str()),
            attempt.duration_ms,
        ])
    };
    on_row(tx, outcome.job.token(), change)?;
    tx.touched();
    Ok(())
}

/// Credentials of a test are not kept once its delivery has ended.
pub fn forget_tested(tx: &Transaction<'_>, seq: i64) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM tested WHERE delivery = ?1")?.execute([seq])?;
    Ok(())
}

/// Adds a row to the log. A duplicate is ignored: the reply to the first call may have been lost. An attempt with the
/// same number by another sender, one of which was overtaken, is a separate one, and gets the next number. Returns
/// whether it is new. The delivery is in the state `state_now`.
fn append_attempt<'a>(
    tx: &Writing<'_>,
    changes: &mut Changes<'a>,
    outcome: &'a Outcome,
    state_now: DeliveryState,
    epoch: Option<i64>,
) -> Result<bool, StoreError> {
    let (seq, attempt) = (outcome.job.token(), &outcome.attempt);
    if insert_attempt(changes, seq, attempt.n, attempt)? {
        tx.attempted(attempt_key(seq, attempt.n), state_now);
        return Ok(true);
    }
    let sql = "SELECT epoch IS ?3 FROM attempt WHERE key = ?1 << 10 | ?2";
    if tx.prepare_cached(sql)?.query_row((seq, attempt.n, epoch), |row| row.get(0))? {
        return Ok(false);
    }
    let sql = "SELECT max(n) + 1, max(epoch IS ?2 AND started_at = ?3) FROM attempt
               WHERE key BETWEEN ?1 << 10 AND ?1 << 10 | 1023";
    let row = (seq, epoch, millis(attempt.started_at));
    let (n, is_known): (u32, bool) =
        tx.prepare_cached(sql)?.query_row(row, |row| Ok((row.get(0)?, row.get(1)?)))?;
    if is_known || n > MOST || !insert_attempt(changes, seq, n, attempt)? {
        return Ok(false);
    }
    let sql = "UPDATE delivery SET attempts = max(attempts, ?2) WHERE seq = ?1";
    on_row(tx, seq, || tx.prepare_cached(sql)?.execute((seq, n)))?;
    tx.attempted(attempt_key(seq, n), state_now);
    Ok(true)
}

/// The highest number that fits into the key of an attempt.
pub const MOST: u32 = 1023;

/// The key of an attempt in its table.
fn attempt_key(seq: i64, n: u32) -> i64 {
    (seq << 10) | i64::from(n)
}

/// Inserts it with this number, unless it exists. Returns whether it was inserted.
fn insert_attempt<'a>(
    changes: &mut Changes<'a>,
    seq: i64,
    n: u32,
    attempt: &'a Attempt,
) -> Result<bool, StoreError> {
    let Changes { insert_attempt: insert, bound, .. } = changes;
    insert.raw_bind_parameter(1, seq)?;
    insert.raw_bind_parameter(2, n)?;
    insert.raw_bind_parameter(3, millis(attempt.started_at))?;
    insert.raw_bind_parameter(4, attempt.duration_ms)?;
    // What the last one had is bound. If this fails, nothing is known to be.
    let last = bound.take();
    let differs = |same: fn(&Attempt, &Attempt) -> bool| last.is_none_or(|last| !same(last, attempt));
    if differs(|last, next| last.address == next.address) {
        insert.raw_bind_parameter(5, attempt.address.map(|at| at.to_string()))?;
    }
    if differs(|last, next| last.status == next.status) {
        insert.raw_bind_parameter(6, attempt.status)?;
    }
    if differs(|last, next| {
        (&last.error, &last.response_incomplete) == (&next.error, &next.response_incomplete)
    }) {
        insert.raw_bind_parameter(7, attempt.error.as_ref().map(|f| f.class.name()))?;
        // Without a class it is not a failure.
        let message = attempt.error.as_ref().map(|f| &f.message).or(attempt.response_incomplete.as_ref());
        insert.raw_bind_parameter(8, message)?;
    }
    if differs(|last, next| last.response_cut == next.response_cut) {
        insert.raw_bind_parameter(9, attempt.response_cut)?;
    }
    // Mostly they are one list, which is seen without reading it.
    if differs(|last, next| {
        last.response_headers.is_same(&next.response_headers)
            || last.response_headers == next.response_headers
    }) {
        insert.raw_bind_parameter(10, headers_text(&attempt.response_headers))?;
    }
    if differs(|last, next| last.response_body == next.response_body) {
        insert.raw_bind_parameter(11, &attempt.response_body)?;
    }
    if differs(|last, next| last.phases == next.phases) {
        insert.raw_bind_parameter(13, attempt.phases.as_ref().map(phases_bytes))?;
    }
    *bound = Some(attempt);
    Ok(insert.raw_execute()? > 0)
}
