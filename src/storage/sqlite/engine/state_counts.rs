//! How many deliveries are in each state, kept up to date at the cost of one row per transaction.
//!
//! Counting a million rows takes too long for a screen, and updating a count for each row takes longer than the row.
//! So changes of states are counted in memory, and the changes of a transaction are written once, before it is
//! committed.

use std::cell::{Cell, RefCell};
use std::ops::Deref;

use rusqlite::Transaction;

use crate::profile::Choice as _;
use crate::record::{Attempt, DeliveryState};
use crate::storage::error::StoreError;
use crate::storage::rollups::mark::RollupMark;
use crate::storage::rollups::mark_list::LaneMark;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::feed::rows as feed;
use crate::storage::sqlite::rollups::changes as rollups;
use crate::storage::sqlite::rows::columns::state_number;
use crate::storage::sqlite::rows::state;

/// The number of states.
const STATES: usize = DeliveryState::ALL.len();

/// Recounts the deliveries of a state, which takes time for each.
fn recount_of(state: DeliveryState) -> String {
    let count = |(from, rows): &(&str, &str)| format!("(SELECT count(*) FROM {from} WHERE {rows})");
    let counts: Vec<String> = state::rows_in(state).iter().map(count).collect();
    format!(
        "INSERT INTO tally VALUES (?1, {})
         ON CONFLICT DO UPDATE SET n = excluded.n",
        counts.join(" + ")
    )
}

/// Whether something is in a state, by its count and by the rows.
fn is_any_in(state: DeliveryState) -> String {
    let exists = |(from, rows): &(&str, &str)| format!("EXISTS (SELECT 1 FROM {from} WHERE {rows})");
    let any: Vec<String> = state::rows_in(state).iter().map(exists).collect();
    format!("SELECT coalesce((SELECT n > 0 FROM tally WHERE state = ?1), 0), {}", any.join(" OR "))
}

/// The last position that a delivery has or had.
const LAST_POSITION: &str = "SELECT max(coalesce((SELECT max(seq) FROM delivery), 0),
     coalesce((SELECT accepted FROM revision WHERE typeof(accepted) = 'integer'), 0))";

/// The changes by the current transaction so far.
#[derive(Debug, Default)]
pub struct Tally {
    moves: Cell<Moves>,
    /// The attempts, as in `feed.attempts`.
    attempts: RefCell<Vec<u8>>,
    /// What happened, each with its lane.
    marks: RefCell<Vec<LaneMark>>,
}

/// The changes at some point of a transaction, to return to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moves {
    by_state: [i64; STATES],
    any: bool,
    /// Whether something to send was inserted.
    came: bool,
    /// The previous counts do not match the deliveries.
    recount: bool,
    /// The last position that was assigned, if any was.
    accepted: Option<i64>,
    /// How many were assigned.
    arrivals: i64,
    /// The length of the list of attempts.
    attempts: usize,
    /// The length of the list of marks.
    marks: usize,
}

impl Tally {
    /// The current changes.
    pub fn moves(&self) -> Moves {
        self.moves.get()
    }

    /// Undoes later changes.
    pub fn back_to(&self, moves: Moves) {
        self.moves.set(moves);
        self.attempts.borrow_mut().truncate(moves.attempts);
        self.marks.borrow_mut().truncate(moves.marks);
    }

    /// Whether something to send was inserted.
    pub fn came(&self) -> bool {
        self.moves.get().came
    }

    /// Writes the changes into the transaction that is about to be committed.
    pub fn settle(&self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        let moves = self.moves.take();
        if !moves.any {
            return Ok(());
        }
        if moves.recount {
            for state in DeliveryState::ALL {
                tx.execute(&recount_of(*state), [state_number(*state)])?;
            }
        } else {
            for (state, n) in (0_i64..).zip(moves.by_state).filter(|(_, n)| *n != 0) {
                tx.prepare_cached("UPDATE tally SET n = n + ?2 WHERE state = ?1")?.execute((state, n))?;
            }
        }
        let sql =
            "UPDATE revision SET deliveries = coalesce(deliveries, 0) + 1, accepted = coalesce(?1, accepted)";
        tx.prepare_cached(sql)?.execute([moves.accepted])?;
        let mut attempts = self.attempts.borrow_mut();
        if moves.arrivals > 0 || !attempts.is_empty() {
            let attempts = Some(&*attempts).filter(|attempts| !attempts.is_empty());
            feed::append(tx, moves.accepted, moves.arrivals, attempts.map(Vec::as_slice))?;
        }
        attempts.clear();
        rollups::settle(tx, &mut self.marks.borrow_mut())
    }

    fn note(&self, change: impl FnOnce(&mut Moves)) {
        let mut moves = self.moves.get();
        moves.any = true;
        change(&mut moves);
        self.moves.set(moves);
    }
}

impl Moves {
    fn add(&mut self, state: DeliveryState, n: i64) {
        let place = usize::try_from(state_number(state)).ok().and_then(|place| self.by_state.get_mut(place));
        if let Some(count) = place {
            *count += n;
        }
    }
}

/// A write transaction that records its changes of deliveries.
pub struct Writing<'a> {
    tx: &'a Transaction<'a>,
    tally: &'a Tally,
}

impl<'a> Writing<'a> {
    pub fn new(tx: &'a Transaction<'a>, tally: &'a Tally) -> Self {
        Self { tx, tally }
    }

    /// The position of the next delivery: greater than all before, including removed ones.
    pub fn next_position(&self) -> Result<i64, StoreError> {
        let last = match self.tally.moves().accepted {
            Some(last) => last,
            None => self.tx.prepare_cached(LAST_POSITION)?.query_row([], |row| row.get(0))?,
        };
        let next = last.saturating_add(1);
        self.tally.note(|moves| {
            moves.accepted = Some(next);
            moves.arrivals = moves.arrivals.saturating_add(1);
        });
        Ok(next)
    }

    /// A delivery was inserted.
    pub fn came(&self, state: DeliveryState) {
        self.tally.note(|moves| {
            moves.add(state, 1);
            moves.came |= state.is_pending();
        });
    }

    /// A delivery was changed, and possibly its state.
    pub fn moved(&self, from: DeliveryState, to: DeliveryState) {
        self.tally.note(|moves| {
            moves.add(from, -1);
            moves.add(to, 1);
        });
    }

    /// An attempt was added to the log, and its delivery is in this state now.
    pub fn attempted(&self, key: i64, state: DeliveryState) {
        let mut attempts = self.tally.attempts.borrow_mut();
        feed::push(&mut attempts, key, state);
        let length = attempts.len();
        self.tally.note(|moves| moves.attempts = length);
    }

    /// Something happened to a delivery of this lane.
    pub fn count(&self, lane: i64, mark: RollupMark) {
        let mut marks = self.tally.marks.borrow_mut();
        marks.push((lane, mark, 1));
        let length = marks.len();
        self.tally.note(|moves| moves.marks = length);
    }

    /// An attempt was made of a delivery of this lane: where its time went.
    pub fn count_times(&self, lane: i64, attempt: &Attempt) {
        let mut marks = self.tally.marks.borrow_mut();
        marks.extend(RollupMark::times(attempt).map(|(mark, n)| (lane, mark, n)));
        let length = marks.len();
        self.tally.note(|moves| moves.marks = length);
    }

    /// A delivery was removed.
    pub fn went(&self, state: DeliveryState) {
        self.tally.note(|moves| moves.add(state, -1));
    }

    /// Another program may have changed states without counting: all are recounted.
    pub fn recount(&self) {
        self.tally.note(|moves| moves.recount = true);
    }

    /// Runs work so that its failure undoes only itself. An error of the call itself ends the whole transaction: some
    /// failures, such as a full disk, make `SQLite` roll all of it back.
    pub fn in_savepoint<T>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StoreError>,
    ) -> Result<Result<T, StoreError>, StoreError> {
        let before = self.tally.moves();
        let run = |sql: &str| self.tx.prepare_cached(sql)?.execute([]);
        run("SAVEPOINT work")?;
        let done = work(self);
        if let Err(error) = &done {
            if self.tx.is_autocommit() {
                return Err(error.clone());
            }
            run("ROLLBACK TO work")?;
            self.tally.back_to(before);
        }
        run("RELEASE work")?;
        Ok(done)
    }

    /// Deliveries were changed, but not their states.
    pub fn touched(&self) {
        self.tally.note(|_| ());
    }
}

impl<'a> Deref for Writing<'a> {
    type Target = Transaction<'a>;

    fn deref(&self) -> &Transaction<'a> {
        self.tx
    }
}

/// Whether the counts are wrong in a way that is cheap to detect: they are non-zero without deliveries, or the other
/// way round. Waiting for a count to be zero would never end then.
pub fn is_wrong(tx: &Transaction<'_>) -> Result<bool, StoreError> {
    for state in DeliveryState::ALL {
        let mut statement = tx.prepare_cached(&is_any_in(*state))?;
        let fits = |row: &rusqlite::Row<'_>| Ok(row.get::<_, bool>(0)? == row.get::<_, bool>(1)?);
        if !statement.query_row([state_number(*state)], fits)? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Store {
    /// Recounts the deliveries in each state: another program may have changed some. Takes time for each.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn recount(&self) -> Result<(), StoreError> {
        let recount = |tx: &Writing<'_>| {
            tx.recount();
            Ok(())
        };
        self.write(recount).await
    }
}
