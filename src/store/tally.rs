//! How many deliveries are in each state, kept up to date at the cost of a row a transaction.
//!
//! Counting a million rows takes too long for a screen, and a trigger that writes a count for each
//! row takes longer than the row. So the triggers call `moved`, which counts in memory, and what a
//! transaction moved is written once, before it is committed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Transaction};

use super::error::StoreError;

/// How many states there are.
const STATES: usize = 5;

/// States below this one are of what is to be sent.
const PENDING: i64 = 2;

/// What the transaction under way has moved so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally(Arc<Moves>);

#[derive(Debug, Default)]
struct Moves {
    by_state: [AtomicI64; STATES],
    any: AtomicBool,
    /// Something came that is to be sent.
    came: AtomicBool,
}

/// What was moved at some point of a transaction, to come back to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mark {
    by_state: [i64; STATES],
    any: bool,
    came: bool,
}

impl Tally {
    /// Counts what this connection moves. Without it the connection cannot write a delivery.
    pub(super) fn of(db: &Connection) -> Result<Self, StoreError> {
        let tally = Self::default();
        let moves = Arc::clone(&tally.0);
        db.create_scalar_function("moved", 2, FunctionFlags::SQLITE_UTF8, move |call| {
            let (from, to): (i64, i64) = (call.get(0)?, call.get(1)?);
            moves.any.store(true, Ordering::Relaxed);
            if from < 0 && (0..PENDING).contains(&to) {
                moves.came.store(true, Ordering::Relaxed);
            }
            if from != to {
                moves.add(from, -1);
                moves.add(to, 1);
            }
            Ok(0)
        })?;
        Ok(tally)
    }

    /// Where it stands now.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            by_state: std::array::from_fn(|state| self.0.by_state[state].load(Ordering::Relaxed)),
            any: self.0.any.load(Ordering::Relaxed),
            came: self.0.came.load(Ordering::Relaxed),
        }
    }

    /// What came after the mark was undone.
    pub(super) fn back_to(&self, mark: Mark) {
        for (state, n) in self.0.by_state.iter().zip(mark.by_state) {
            state.store(n, Ordering::Relaxed);
        }
        self.0.any.store(mark.any, Ordering::Relaxed);
        self.0.came.store(mark.came, Ordering::Relaxed);
    }

    /// Whether something came that is to be sent.
    pub(super) fn came(&self) -> bool {
        self.0.came.load(Ordering::Relaxed)
    }

    /// Writes what was moved into the transaction that is about to be committed.
    pub(super) fn settle(&self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        let moved = self.mark();
        self.back_to(Mark::default());
        if !moved.any {
            return Ok(());
        }
        for (state, n) in (0_i64..).zip(moved.by_state).filter(|(_, n)| *n != 0) {
            tx.prepare_cached("UPDATE tally SET n = n + ?2 WHERE state = ?1")?.execute((state, n))?;
        }
        tx.prepare_cached("UPDATE revision SET deliveries = deliveries + 1")?.execute([])?;
        Ok(())
    }
}

impl Moves {
    fn add(&self, state: i64, n: i64) {
        // -1 stands for nowhere: before it came, or after it went.
        let state = usize::try_from(state).ok().and_then(|state| self.by_state.get(state));
        if let Some(state) = state {
            state.fetch_add(n, Ordering::Relaxed);
        }
    }
}
