//! Judges profiles by the outcomes of their events, in the transaction that records those: a profile turns failing, is
//! disabled, or has recovered. [`LaneCourse`] has the rules. A batch of outcomes reads each of its lanes once, and
//! writes a lane only if what is stored of it has changed.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{OptionalExtension, Row, Transaction, params};

use crate::clock;
use crate::profile::{Choice as _, ProfileId, Status};
use crate::record::{DeliveryId, Outcome};
use crate::storage::auto_disable::FailureCount;
use crate::storage::control::block::AutoDisableCause;
use crate::storage::error::StoreError;
use crate::storage::health::course::LaneCourse;
use crate::storage::health::lane_health::LaneHealth;
use crate::storage::health::profile_health::{HealthCause, HealthState};
use crate::storage::health::recent_failures::FailureMinutes;
use crate::storage::health::rules::HealthRules;
use crate::storage::health::turn::HealthTurnKind;
use crate::storage::sqlite::control::pause;
use crate::storage::sqlite::health::{half_open, turns};
use crate::storage::sqlite::profiles::{list, save};
use crate::storage::sqlite::rows::columns;
use crate::storage::unreadable::Why;

/// The effect of a batch of outcomes on the health of profiles.
pub struct Failing {
    rules: HealthRules,
    /// By lane; none for a lane that is not counted.
    runs: HashMap<i64, Option<Run>>,
}

/// The course of one lane.
struct Run {
    profile_id: String,
    course: LaneCourse,
}

impl Failing {
    pub fn new(rules: HealthRules) -> Self {
        Self { rules, runs: HashMap::new() }
    }

    /// Counts a delivery that has ended with this outcome.
    pub fn note(&mut self, tx: &Transaction<'_>, outcome: &Outcome) -> Result<(), StoreError> {
        let run = match self.runs.entry(outcome.lane.number()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let run = read(tx, outcome.lane.number())?;
                new.insert(run)
            }
        };
        if let Some(run) = run {
            run.course.note(outcome, &self.rules);
        }
        Ok(())
    }

    /// Writes what has changed, and makes the turns.
    pub fn settle(self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        let rules = self.rules;
        for (lane, run) in self.runs {
            let Some(Run { profile_id, course }) = run else { continue };
            if let Some(LaneHealth { count, recent }) = course.changed() {
                let sql = "UPDATE lane SET failed_in_row = ?2, delivered = ?3, recent = ?4 WHERE seq = ?1";
                let delivered = count.delivered.map(DeliveryId::bytes);
                tx.prepare_cached(sql)?.execute(params![lane, count.failed, delivered, recent.text()])?;
            }
            for (kind, cause) in course.turns() {
                match kind {
                    HealthTurnKind::Failing => turns::failing(tx, &profile_id, cause, &rules)?,
                    HealthTurnKind::Recovered if course.enables_profile() => {
                        enable(tx, &profile_id, cause, &rules)?;
                    }
                    HealthTurnKind::Recovered => turns::recovered(tx, &profile_id, cause, &rules)?,
                    HealthTurnKind::AutoDisabled => {
                        if disable(tx, &profile_id, &cause.of_block())? {
                            turns::auto_disabled(tx, &profile_id, cause, &rules)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

fn read(tx: &Transaction<'_>, lane: i64) -> Result<Option<Run>, StoreError> {
    let sql = "SELECT l.profile_id, l.failed_in_row, l.delivered, l.origin, l.recent, h.state
               FROM lane l LEFT JOIN health h ON h.profile_id = l.profile_id WHERE l.seq = ?1 AND l.by_hand = 0";
    // An unreadable one is not counted: outcomes are recorded in any case.
    Ok(tx.prepare_cached(sql)?.query_row([lane], |row| Ok(run(row).ok())).optional()?.flatten())
}

fn run(row: &Row<'_>) -> Result<Run, Why> {
    columns::text(row, 3)?;
    let delivered = columns::get::<Option<[u8; 16]>>(row, 2)?.map(DeliveryId::from_bytes);
    let count = FailureCount { failed: columns::get(row, 1)?, delivered };
    let recent = FailureMinutes::read(columns::text(row, 4).ok());
    let state = columns::text(row, 5).ok().and_then(HealthState::from_name);
    let course = LaneCourse::new(LaneHealth { count, recent }, state);
    Ok(Run { profile_id: columns::get(row, 0)?, course })
}

/// Disables a profile, unless it is disabled or gone. Returns whether it did.
fn disable(tx: &Transaction<'_>, profile_id: &str, cause: &AutoDisableCause) -> Result<bool, StoreError> {
    // An unreadable profile must not prevent outcomes from being recorded.
    let Ok(id) = ProfileId::parse(profile_id) else { return Ok(false) };
    let Ok(Some(mut profile)) = list::one(tx, &id) else { return Ok(false) };
    if profile.status != Status::Active {
        return Ok(false);
    }
    profile.status = Status::AutoDisabled;
    // An open editor must notice the change: otherwise saving would enable the profile unnoticed.
    profile.modified_at = clock::later_than(profile.modified_at);
    save::save(tx, &profile)?;
    pause::explain(tx, &id, cause)?;
    Ok(true)
}

/// Enables a profile whose probe was delivered, which has recovered; unless it is not auto-disabled any more.
fn enable(
    tx: &Transaction<'_>,
    profile_id: &str,
    cause: &HealthCause,
    rules: &HealthRules,
) -> Result<(), StoreError> {
    let Ok(id) = ProfileId::parse(profile_id) else { return Ok(()) };
    let Ok(Some(mut profile)) = list::one(tx, &id) else { return Ok(()) };
    if profile.status != Status::AutoDisabled {
        return Ok(());
    }
    turns::enabled(tx, profile_id, cause, rules)?;
    profile.status = Status::Active;
    profile.modified_at = clock::later_than(profile.modified_at);
    save::save(tx, &profile)?;
    half_open::begin_recovering(tx, profile_id)
}
