//! What probes change, as rows: see [`half_open`](crate::storage::health::half_open).

use std::collections::HashSet;

use rusqlite::{OptionalExtension as _, Transaction};

use crate::clock;
use crate::profile::{Profile, Status};
use crate::record::{Next, Outcome};
use crate::storage::error::StoreError;
use crate::storage::health::half_open::{FIRST_WIDTH, FULL_WIDTH, NextProbe};
use crate::storage::sqlite::engine::revision::steered;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::rows::columns::millis;
use crate::storage::sqlite::rows::salvage::on_row;

/// Marks the attempts of these outcomes that were probes, and puts off the next one of a profile whose probe failed.
pub fn note_probes(tx: &Writing<'_>, outcomes: &[Outcome], epoch: Option<i64>) -> Result<(), StoreError> {
    for outcome in outcomes.iter().filter(|outcome| outcome.attempt.is_probe) {
        let row = outcome.job.token();
        let sql = "UPDATE attempt SET is_probe = 1
                   WHERE key BETWEEN ?1 << 10 AND ?1 << 10 | 1023 AND started_at = ?2 AND epoch IS ?3
                       AND is_probe IS NULL";
        let key = (row, millis(outcome.attempt.started_at), epoch);
        if tx.prepare_cached(sql)?.execute(key)? == 0 {
            // Recorded before, or its delivery was removed.
            continue;
        }
        let sql = "UPDATE delivery SET probes = coalesce(probes, 0) + 1 WHERE seq = ?1";
        on_row(tx, row, || tx.prepare_cached(sql)?.execute([row]))?;
        if outcome.next != Next::Delivered {
            put_off(tx, outcome.lane.number())?;
        }
    }
    Ok(())
}

fn put_off(tx: &Transaction<'_>, lane: i64) -> Result<(), StoreError> {
    let sql = "SELECT h.profile_id, h.probe_wait_s FROM lane l JOIN hold h ON h.profile_id = l.profile_id
               WHERE l.seq = ?1 AND h.why = 'auto-disabled' AND h.probe_at IS NOT NULL";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1).unwrap_or(0_u32)));
    let Some((profile_id, waited_s)) = tx.prepare_cached(sql)?.query_row([lane], read).optional()? else {
        // A person has enabled or disabled it meanwhile.
        return Ok(());
    };
    let next = NextProbe::after_failure(waited_s.into(), clock::now());
    set(tx, &profile_id, Some(next))?;
    // Displays read the blocks again.
    steered(tx)
}

/// A profile was saved: an auto-disabled one is probed or not, as its document says; a recovering one that is no longer
/// active is not recovering.
pub fn follow(tx: &Transaction<'_>, profile: &Profile) -> Result<(), StoreError> {
    let id = profile.id.as_str();
    if profile.status != Status::Active {
        tx.prepare_cached("DELETE FROM recovering WHERE profile_id = ?1")?.execute([id])?;
    }
    if profile.status == Status::AutoDisabled {
        let sql = "SELECT probe_at IS NOT NULL FROM hold WHERE profile_id = ?1 AND why = 'auto-disabled'";
        let is_probed: Option<bool> = tx.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
        let first = NextProbe::first(profile, clock::now());
        if is_probed != Some(first.is_some()) {
            set(tx, id, first)?;
        }
    }
    Ok(())
}

fn set(tx: &Transaction<'_>, profile_id: &str, next: Option<NextProbe>) -> Result<(), StoreError> {
    let sql =
        "UPDATE hold SET probe_at = ?2, probe_wait_s = ?3 WHERE profile_id = ?1 AND why = 'auto-disabled'";
    let (at, wait) = (
        next.map(|next| millis(next.at)),
        next.map(|next| i64::try_from(next.wait.as_secs()).unwrap_or(i64::MAX)),
    );
    tx.prepare_cached(sql)?.execute((profile_id, at, wait))?;
    Ok(())
}

/// A probe of a profile was delivered, and it is enabled.
pub fn begin_recovering(tx: &Transaction<'_>, profile_id: &str) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO recovering (profile_id, width) VALUES (?1, ?2)";
    tx.prepare_cached(sql)?.execute((profile_id, FIRST_WIDTH))?;
    Ok(())
}

/// Whether a profile is recovering. Usually none is, and then nothing else need be asked.
pub fn any_recovering(tx: &Transaction<'_>) -> Result<bool, StoreError> {
    Ok(tx.prepare_cached("SELECT 1 FROM recovering LIMIT 1")?.exists([])?)
}

/// What was sent of recovering profiles is recorded: the sender may claim more of it, one more at a time for each event
/// that was delivered. `ended` are the outcomes by which deliveries have ended, by their places.
pub fn widen(tx: &Transaction<'_>, outcomes: &[Outcome], ended: &HashSet<usize>) -> Result<(), StoreError> {
    let mut is_any = false;
    for (index, outcome) in outcomes.iter().enumerate() {
        let sql = "UPDATE recovering SET width = width + ?2
                   WHERE profile_id = (SELECT profile_id FROM lane WHERE seq = ?1 AND by_hand = 0)";
        let more = u32::from(outcome.next == Next::Delivered && ended.contains(&index));
        is_any |= tx.prepare_cached(sql)?.execute((outcome.lane.number(), more))? > 0;
    }
    if is_any {
        tx.prepare_cached("DELETE FROM recovering WHERE width >= ?1")?.execute([FULL_WIDTH])?;
        steered(tx)?;
    }
    Ok(())
}
