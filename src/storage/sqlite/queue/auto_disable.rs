//! Auto-disabling: a profile with too many consecutive failures is disabled, in the transaction that records the last
//! of them. [`FailureCount`] defines the counting. A batch of outcomes reads each of its lanes once, and writes a
//! count only if it has changed.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction};

use crate::clock;
use crate::profile::{ProfileId, Status};
use crate::record::{DeliveryId, Outcome};
use crate::storage::auto_disable::FailureCount;
use crate::storage::control::block::AutoDisableCause;
use crate::storage::error::StoreError;
use crate::storage::sqlite::control::pause;
use crate::storage::sqlite::profiles::{list, save};
use crate::storage::sqlite::rows::columns;
use crate::storage::unreadable::Why;

/// The effect of a batch of outcomes on the counts.
pub struct Failing {
    /// The limit; 0 is never.
    limit: u32,
    /// By lane; none for a lane that is not counted.
    runs: HashMap<i64, Option<Run>>,
}

/// The consecutive failures of one lane.
struct Run {
    profile_id: String,
    stored: FailureCount,
    now: FailureCount,
    too_many: Option<AutoDisableCause>,
}

impl Failing {
    pub fn new(limit: u32) -> Self {
        Self { limit, runs: HashMap::new() }
    }

    /// Counts a delivery that has ended with this outcome.
    pub fn note(&mut self, tx: &Transaction<'_>, outcome: &Outcome) -> Result<(), StoreError> {
        if self.limit == 0 {
            return Ok(());
        }
        let run = match self.runs.entry(outcome.lane.number()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let run = read(tx, outcome.lane.number())?;
                new.insert(run)
            }
        };
        let Some(run) = run else { return Ok(()) };
        let (now, cause) = run.now.after(outcome, self.limit);
        run.now = now;
        run.too_many = run.too_many.take().or(cause);
        Ok(())
    }

    /// Writes the changed counts, and disables profiles that have reached the limit.
    pub fn settle(self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        for (lane, run) in self.runs {
            let Some(run) = run else { continue };
            if run.now != run.stored {
                let sql = "UPDATE lane SET failed_in_row = ?2, delivered = ?3 WHERE seq = ?1";
                let delivered = run.now.delivered.map(DeliveryId::bytes);
                tx.prepare_cached(sql)?.execute((lane, run.now.failed, delivered))?;
            }
            if let Some(cause) = &run.too_many {
                disable(tx, &run.profile_id, cause)?;
            }
        }
        Ok(())
    }
}

fn read(tx: &Transaction<'_>, lane: i64) -> Result<Option<Run>, StoreError> {
    let sql = "SELECT profile_id, failed_in_row, delivered, origin FROM lane WHERE seq = ?1 AND by_hand = 0";
    // An unreadable one is not counted: outcomes are recorded in any case.
    Ok(tx.prepare_cached(sql)?.query_row([lane], |row| Ok(run(row).ok())).optional()?.flatten())
}

fn run(row: &Row<'_>) -> Result<Run, Why> {
    columns::text(row, 3)?;
    let delivered = columns::get::<Option<[u8; 16]>>(row, 2)?.map(DeliveryId::from_bytes);
    let stored = FailureCount { failed: columns::get(row, 1)?, delivered };
    Ok(Run { profile_id: columns::get(row, 0)?, stored, now: stored, too_many: None })
}

/// Disables a profile, unless it is disabled or gone.
fn disable(tx: &Transaction<'_>, profile_id: &str, cause: &AutoDisableCause) -> Result<(), StoreError> {
    // An unreadable profile must not prevent outcomes from being recorded.
    let Ok(id) = ProfileId::parse(profile_id) else { return Ok(()) };
    let Ok(Some(mut profile)) = list::one(tx, &id) else { return Ok(()) };
    if profile.status != Status::Active {
        return Ok(());
    }
    profile.status = Status::AutoDisabled;
    // An open editor must notice the change: otherwise saving would enable the profile unnoticed.
    profile.modified_at = later_than(profile.modified_at);
    save::save(tx, &profile)?;
    pause::explain(tx, &id, cause)
}

/// The time as stored, in whole milliseconds, and different from that of the last change.
fn later_than(last: Timestamp) -> Timestamp {
    let now = clock::now().as_millisecond().max(last.as_millisecond() + 1);
    Timestamp::from_millisecond(now).unwrap_or(last)
}
