//! A profile of which too many deliveries in a row have failed for good is disabled (facts, section 1;
//! our decision), in the transaction that records the last of them.
//!
//! Events are counted, for each endpoint of a profile: what a person sends by hand says nothing of
//! them, and what could not be made into a request was never tried. A batch reads each of its queues
//! once, and writes a count only where it differs.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction};

use crate::delivery::{Next, Outcome};
use crate::profile::{ProfileId, Status};

use super::error::StoreError;
use super::hold::{self, Cause};
use super::{profiles, save};

/// What a batch of outcomes does to the counts.
pub(super) struct Failing {
    /// So many are too many; 0 is never.
    limit: u32,
    /// By their queues; none for one that is not counted.
    runs: HashMap<i64, Option<Run>>,
}

/// The failures in a row of one queue.
struct Run {
    profile_id: String,
    stored: u32,
    now: u32,
    too_many: Option<Cause>,
}

impl Failing {
    pub(super) fn new(limit: u32) -> Self {
        Self { limit, runs: HashMap::new() }
    }

    /// Counts a delivery that has ended by this outcome.
    pub(super) fn note(&mut self, tx: &Transaction<'_>, outcome: &Outcome) -> Result<(), StoreError> {
        if self.limit == 0 {
            return Ok(());
        }
        let run = match self.runs.entry(outcome.place.lane) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let run = read(tx, outcome.place.lane)?;
                new.insert(run)
            }
        };
        let Some(run) = run else { return Ok(()) };
        if outcome.next == Next::Delivered {
            run.now = 0;
            return Ok(());
        }
        run.now = run.now.saturating_add(1);
        if run.now >= self.limit && run.too_many.is_none() {
            let error = outcome.attempt.error.as_ref();
            let message = error.map(|error| error.message.clone()).unwrap_or_default();
            run.too_many = Some(Cause { failed: run.now, delivery: outcome.id, message });
        }
        Ok(())
    }

    /// Writes down the counts that differ, and disables whose are too many.
    pub(super) fn settle(self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        for (lane, run) in self.runs {
            let Some(run) = run else { continue };
            if run.now != run.stored {
                let sql = "UPDATE lane SET failed_in_row = ?2 WHERE seq = ?1";
                tx.prepare_cached(sql)?.execute((lane, run.now))?;
            }
            if let Some(cause) = &run.too_many {
                disable(tx, &run.profile_id, cause)?;
            }
        }
        Ok(())
    }
}

fn read(tx: &Transaction<'_>, lane: i64) -> Result<Option<Run>, StoreError> {
    let sql = "SELECT profile_id, failed_in_row FROM lane WHERE seq = ?1 AND by_hand = 0";
    let run = |row: &rusqlite::Row<'_>| {
        let stored = row.get(1)?;
        Ok(Run { profile_id: row.get(0)?, stored, now: stored, too_many: None })
    };
    Ok(tx.prepare_cached(sql)?.query_row([lane], run).optional()?)
}

/// Disables a profile, unless it is disabled or gone.
fn disable(tx: &Transaction<'_>, profile_id: &str, cause: &Cause) -> Result<(), StoreError> {
    // A profile that cannot be read must not keep what was sent from being recorded.
    let Ok(id) = ProfileId::parse(profile_id) else { return Ok(()) };
    let Ok(Some(mut profile)) = profiles::one(tx, &id) else { return Ok(()) };
    if profile.status != Status::Active {
        return Ok(());
    }
    profile.status = Status::AutoDisabled;
    // Who edits it just now is told that it was changed: saving would enable it unseen.
    profile.modified_at = later_than(profile.modified_at);
    save::save(tx, &profile)?;
    hold::explain(tx, &id, cause)
}

/// The time as it is stored, in whole milliseconds, and not that of the last change.
fn later_than(last: Timestamp) -> Timestamp {
    let now = Timestamp::now().as_millisecond().max(last.as_millisecond() + 1);
    Timestamp::from_millisecond(now).unwrap_or(last)
}
