//! Whose turn it is: each endpoint gets the same share of what may be under way.
//!
//! The endpoint with the fewest tries under way comes first; among equals it goes round by name,
//! from where it stopped last. So neither a long queue, nor an endpoint that hangs, nor a name that
//! sorts late keeps another from its turn. Only indexes are read, and of them no more than a row or
//! two for each endpoint looked at and each delivery chosen.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::ops::Bound;

use rusqlite::{OptionalExtension, Transaction};

use crate::delivery::{Busy, DeliveryId};

use super::error::StoreError;

/// Retries that are due and looked at in order of their time, before endpoints are asked one by one
/// whether they have any.
const RETRIES: usize = 512;

/// The endpoints of due retries, in order of their time.
const DUE_RETRIES: &str = "SELECT origin FROM delivery INDEXED BY delivery_waiting
     WHERE state = 1 AND due_at <= ?1 ORDER BY due_at, id";

/// The next endpoint by name with something pending of one state.
const ORIGIN_AFTER: &str = "SELECT origin FROM delivery INDEXED BY delivery_by_origin
     WHERE state = ?1 AND origin > ?2 AND due_at IS NOT NULL ORDER BY origin LIMIT 1";

/// What is due of one endpoint in one state, from a time and id on.
const NEXT_OF: &str = "SELECT due_at, id, seq FROM delivery INDEXED BY delivery_by_origin
     WHERE state = ?1 AND origin = ?2 AND (due_at, id) > (?3, ?4) AND due_at <= ?5
     ORDER BY due_at, id";

/// The rows of at most `limit` deliveries that can start at `now`, in milliseconds, in their order.
pub(super) fn choose(
    tx: &Transaction<'_>,
    now: i64,
    limit: usize,
    busy: &Busy,
) -> Result<Vec<i64>, StoreError> {
    let round = Round { tx, now, busy, retries: retries(tx, now)? };
    let mut queues = round.queues(limit)?;
    let mut turns: BinaryHeap<_> =
        queues.iter().enumerate().map(|(place, queue)| Reverse((queue.open, place))).collect();
    let mut chosen = Vec::new();
    while chosen.len() < limit
        && let Some(Reverse((open, place))) = turns.pop()
    {
        let queue = &mut queues[place];
        chosen.push(queue.row);
        if open + 1 < busy.per_origin && round.advance(queue)? {
            turns.push(Reverse((open + 1, place)));
        }
    }
    Ok(chosen)
}

/// The endpoints with retries that are due.
enum Retries {
    /// These.
    Of(BTreeSet<String>),
    /// Too many are due to look at each.
    Many,
}

fn retries(tx: &Transaction<'_>, now: i64) -> Result<Retries, StoreError> {
    let mut statement = tx.prepare_cached(DUE_RETRIES)?;
    let mut rows = statement.query([now])?;
    let mut origins = BTreeSet::new();
    for _ in 0..RETRIES {
        let Some(row) = rows.next()? else { return Ok(Retries::Of(origins)) };
        let origin = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        if !origins.contains(origin) {
            origins.insert(origin.to_owned());
        }
    }
    Ok(Retries::Many)
}

/// What is due of one endpoint, from its next one on.
struct Queue {
    origin: String,
    /// Tries under way.
    open: usize,
    turn: Turn,
    /// Time and id of the next one, to go on from.
    at: (i64, [u8; 16]),
    /// The row of the next one.
    row: i64,
}

/// A pending state, in the order of their turns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    First,
    Retry,
}

const START: (i64, [u8; 16]) = (i64::MIN, [0; 16]);

struct Round<'a> {
    tx: &'a Transaction<'a>,
    now: i64,
    busy: &'a Busy,
    retries: Retries,
}

impl Round<'_> {
    /// The endpoints that may take a turn, going round: until `wanted` have nothing under way, since
    /// those come before all others.
    fn queues(&self, wanted: usize) -> Result<Vec<Queue>, StoreError> {
        let start = self.busy.after.as_deref().unwrap_or_default();
        let (mut queues, mut idle) = (Vec::new(), 0);
        let (mut after, mut wrapped) = (start.to_owned(), start.is_empty());
        while idle < wanted {
            let origin = match self.origin_after(&after)? {
                Some(origin) if !wrapped || start.is_empty() || origin.as_str() <= start => origin,
                Some(_) => break,
                None if wrapped => break,
                None => {
                    (after, wrapped) = (String::new(), true);
                    continue;
                }
            };
            let open = self.busy.open.get(&origin).copied().unwrap_or(0);
            after.clone_from(&origin);
            if open >= self.busy.per_origin {
                continue;
            }
            let mut queue = Queue { origin, open, turn: Turn::First, at: START, row: 0 };
            if self.advance(&mut queue)? {
                idle += usize::from(open == 0);
                queues.push(queue);
            }
        }
        Ok(queues)
    }

    /// The next endpoint by name that has first tries or retries.
    fn origin_after(&self, after: &str) -> Result<Option<String>, StoreError> {
        let first = self.pending_after(Turn::First, after)?;
        let retry = match &self.retries {
            Retries::Of(origins) => {
                origins.range::<str, _>((Bound::Excluded(after), Bound::Unbounded)).next().cloned()
            }
            Retries::Many => self.pending_after(Turn::Retry, after)?,
        };
        Ok(first.into_iter().chain(retry).min())
    }

    fn pending_after(&self, turn: Turn, after: &str) -> Result<Option<String>, StoreError> {
        let mut statement = self.tx.prepare_cached(ORIGIN_AFTER)?;
        Ok(statement.query_row((turn as i64, after), |row| row.get(0)).optional()?)
    }

    /// Leads a queue to its next delivery that is not under way: first tries, then retries. Whether
    /// there is one.
    fn advance(&self, queue: &mut Queue) -> Result<bool, StoreError> {
        let mut statement = self.tx.prepare_cached(NEXT_OF)?;
        loop {
            // A first try is due since it was accepted, whatever a clock that was set back says.
            let until = if queue.turn == Turn::First { i64::MAX } else { self.now };
            let (time, id) = queue.at;
            let mut rows = statement.query((queue.turn as i64, &queue.origin, time, id, until))?;
            while let Some(row) = rows.next()? {
                let id = row.get(1)?;
                if !self.busy.in_flight.contains(&DeliveryId::from_bytes(id)) {
                    (queue.at, queue.row) = ((row.get(0)?, id), row.get(2)?);
                    return Ok(true);
                }
            }
            if queue.turn == Turn::Retry {
                return Ok(false);
            }
            (queue.turn, queue.at) = (Turn::Retry, START);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A queue of a million costs no more than one of a hundred, and bodies are not touched.
    #[test]
    fn each_question_is_answered_from_the_middle_of_an_index() {
        let mut db = rusqlite::Connection::open_in_memory().unwrap();
        super::super::schema::migrate(&mut db).unwrap();
        for sql in [DUE_RETRIES, ORIGIN_AFTER, NEXT_OF] {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let mut rows = statement.raw_query();
            let plan: String = rows.next().unwrap().unwrap().get(3).unwrap();
            assert!(plan.starts_with("SEARCH delivery USING COVERING INDEX"), "{plan}");
            assert!(rows.next().unwrap().is_none(), "nothing is sorted: {sql}");
        }
    }
}
