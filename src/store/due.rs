//! What is to be sent next.
//!
//! In order, as far as that goes; and past the queue of an endpoint that takes no more, endpoint by
//! endpoint, so that a long one costs the others nothing.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction};

use crate::delivery::{Busy, DeliveryId, Due, ErrorClass, Job};
use crate::profile::Choice;

use super::columns::{Why, millis, time};
use super::error::StoreError;
use super::job::Jobs;
use super::record::forget_tested;

/// Deliveries of full endpoints that are looked at in order before the search goes by endpoint.
const PASSED: usize = 512;

/// Most deliveries of one endpoint in a search by endpoint: as many as it may have connections.
const EACH: usize = 16;

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) due: Due,
    /// What cannot be sent since it cannot be read.
    pub(super) unreadable: Vec<(i64, Why)>,
}

/// A pending state, in the order of their turns.
#[derive(Clone, Copy)]
enum Turn {
    First,
    Retry,
}

/// At most `limit` deliveries that are due at `now` and not busy.
pub(super) fn find(
    tx: &Transaction<'_>,
    now: Timestamp,
    limit: usize,
    busy: &Busy,
) -> Result<Found, StoreError> {
    let now = millis(now);
    let mut search =
        Search { tx, now, limit, busy, jobs: Jobs::new(tx), seen: HashSet::new(), found: Found::default() };
    for turn in [Turn::First, Turn::Retry] {
        if !search.in_order(turn)? {
            search.by_origin(turn)?;
        }
    }
    let mut found = search.found;
    found.due.next = next(tx, now)?;
    Ok(found)
}

/// Fails for good what cannot be read, so that it is neither looked at again nor lost from sight.
pub(super) fn give_up(
    tx: &Transaction<'_>,
    now: Timestamp,
    unreadable: &[(i64, Why)],
) -> Result<(), StoreError> {
    for (seq, why) in unreadable {
        let message = format!("cannot be read from the database ({why}): send the event again");
        let sql = "UPDATE delivery SET state = 3, due_at = NULL, ended_at = ?2,
                       last_status = NULL, last_class = ?3, last_message = ?4
                   WHERE seq = ?1 AND state < 2";
        let row = (seq, millis(now), ErrorClass::Request.name(), message);
        tx.prepare_cached(sql)?.execute(row)?;
        forget_tested(tx, *seq)?;
    }
    Ok(())
}

/// The earliest time after `now` at which a retry is due.
fn next(tx: &Transaction<'_>, now: i64) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT due_at FROM delivery INDEXED BY delivery_waiting
               WHERE state = 1 AND due_at > ?1 ORDER BY due_at LIMIT 1";
    let next: Option<i64> = tx.prepare_cached(sql)?.query_row([now], |row| row.get(0)).optional()?;
    next.map(|ms| time(ms).map_err(|why| StoreError::unreadable("the time of a retry", why))).transpose()
}

struct Search<'a> {
    tx: &'a Transaction<'a>,
    now: i64,
    limit: usize,
    busy: &'a Busy,
    jobs: Jobs<'a>,
    seen: HashSet<i64>,
    found: Found,
}

impl Search<'_> {
    fn is_full(&self) -> bool {
        self.found.due.jobs.len() >= self.limit
    }

    /// Takes what is due in order. `false` where too much of full endpoints stands in the way.
    fn in_order(&mut self, turn: Turn) -> Result<bool, StoreError> {
        let (sql, params): (&str, &[i64]) = match turn {
            // Due since it was accepted, whatever a clock that was set back says.
            Turn::First => (
                "SELECT seq, id FROM delivery INDEXED BY delivery_by_state
                 WHERE state = 0 ORDER BY id",
                &[],
            ),
            Turn::Retry => (
                "SELECT seq, id FROM delivery INDEXED BY delivery_waiting
                 WHERE state = 1 AND due_at <= ?1 ORDER BY due_at, id",
                &[self.now],
            ),
        };
        let mut passed = 0;
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(params))?;
        while !self.is_full() {
            let Some(row) = rows.next()? else { return Ok(true) };
            let (seq, id) = (row.get(0)?, DeliveryId::from_bytes(row.get(1)?));
            if self.busy.in_flight.contains(&id) {
                continue;
            }
            if self.busy.full_origins.is_empty() || !self.busy.full_origins.contains(&self.origin(seq)?) {
                self.take(seq)?;
                continue;
            }
            passed += 1;
            if passed == PASSED {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes what is due endpoint by endpoint, a few of each, without those that are full.
    fn by_origin(&mut self, turn: Turn) -> Result<(), StoreError> {
        let (state, until) = match turn {
            Turn::First => (0, i64::MAX),
            Turn::Retry => (1, self.now),
        };
        let wanted = self.limit.saturating_sub(self.found.due.jobs.len());
        let mut some: Vec<(i64, DeliveryId, i64)> = Vec::new();
        let mut after = String::new();
        while some.len() < wanted {
            let Some(origin) = self.origin_after(state, &after)? else { break };
            if !self.busy.full_origins.contains(&origin) {
                self.of_origin(state, &origin, until, &mut some)?;
            }
            after = origin;
        }
        some.sort_unstable();
        for (_, _, seq) in some {
            if self.is_full() {
                break;
            }
            self.take(seq)?;
        }
        Ok(())
    }

    fn of_origin(
        &self,
        state: i64,
        origin: &str,
        until: i64,
        some: &mut Vec<(i64, DeliveryId, i64)>,
    ) -> Result<(), StoreError> {
        let sql = "SELECT due_at, id, seq FROM delivery INDEXED BY delivery_by_origin
                   WHERE state = ?1 AND origin = ?2 AND due_at <= ?3 ORDER BY due_at, id";
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut rows = statement.query((state, origin, until))?;
        let mut taken = 0;
        while let Some(row) = rows.next()? {
            let (due_at, id, seq) = (row.get(0)?, DeliveryId::from_bytes(row.get(1)?), row.get(2)?);
            if self.seen.contains(&seq) || self.busy.in_flight.contains(&id) {
                continue;
            }
            some.push((due_at, id, seq));
            taken += 1;
            if taken == EACH {
                break;
            }
        }
        Ok(())
    }

    fn origin_after(&self, state: i64, after: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT origin FROM delivery INDEXED BY delivery_by_origin
                   WHERE state = ?1 AND origin > ?2 AND due_at IS NOT NULL ORDER BY origin LIMIT 1";
        Ok(self.tx.prepare_cached(sql)?.query_row((state, after), |row| row.get(0)).optional()?)
    }

    fn origin(&self, seq: i64) -> Result<String, StoreError> {
        let sql = "SELECT origin FROM delivery WHERE seq = ?1";
        Ok(self.tx.prepare_cached(sql)?.query_row([seq], |row| row.get(0))?)
    }

    fn take(&mut self, seq: i64) -> Result<(), StoreError> {
        self.seen.insert(seq);
        let read: Result<Job, Why> = self.jobs.read(seq)?;
        match read {
            Ok(job) => self.found.due.jobs.push(job),
            Err(why) => self.found.unreadable.push((seq, why)),
        }
        Ok(())
    }
}
