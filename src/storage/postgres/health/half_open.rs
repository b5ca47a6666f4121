//! What probes change, as rows: see [`half_open`](crate::storage::health::half_open). Times are those of the database.

use jiff::Timestamp;

use crate::profile::{Profile, Status};
use crate::record::{Next, Outcome};
use crate::storage::encoding::millis;
use crate::storage::error::StoreError;
use crate::storage::health::half_open::{FIRST_WIDTH, FULL_WIDTH, NextProbe, is_probed};
use crate::storage::postgres::connection::db::Db;

/// The clock of the database, in milliseconds since 1970.
const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// Marks the attempts of these outcomes that were probes, by the sender of this name, and puts off the next one of a
/// profile whose probe failed. Whether one was put off: then who calls it notes that what blocks has changed.
pub async fn note_probes(db: Db<'_>, sender: &str, outcomes: &[Outcome]) -> Result<bool, StoreError> {
    let mut is_put_off = false;
    for outcome in outcomes.iter().filter(|outcome| outcome.attempt.is_probe) {
        let seq = outcome.job.token();
        let sql = "UPDATE attempt SET is_probe = true
                   WHERE seq = $1 AND started_at = $2 AND sender = $3 AND is_probe IS NULL";
        if db.execute(sql, &[&seq, &millis(outcome.attempt.started_at), &sender]).await? == 0 {
            // Recorded before, or its delivery was removed.
            continue;
        }
        db.execute("UPDATE pending SET probes = probes + 1 WHERE seq = $1", &[&seq]).await?;
        if outcome.next != Next::Delivered {
            is_put_off |= put_off(db, i32::try_from(outcome.lane.number()).unwrap_or(0)).await?;
        }
    }
    Ok(is_put_off)
}

async fn put_off(db: Db<'_>, lane: i32) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT h.profile_id, h.probe_wait_s, {NOW} FROM lane l JOIN hold h ON h.profile_id = l.profile_id
         WHERE l.seq = $1 AND h.why = 'auto-disabled' AND h.probe_at IS NOT NULL FOR NO KEY UPDATE OF h"
    );
    let Some(row) = db.row(&sql, &[&lane]).await? else {
        // A person has enabled or disabled it meanwhile.
        return Ok(false);
    };
    let (profile_id, waited_s, now): (String, Option<i32>, i64) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    let waited_s = waited_s.and_then(|s| u64::try_from(s).ok()).unwrap_or(0);
    set(db, &profile_id, Some(NextProbe::after_failure(waited_s, at(now)))).await?;
    Ok(true)
}

/// A profile was saved: an auto-disabled one is probed or not, as its document says; a recovering one that is no longer
/// active is not recovering.
pub async fn follow(db: Db<'_>, profile: &Profile) -> Result<(), StoreError> {
    let id = profile.id.as_str();
    if profile.status != Status::Active {
        db.execute("DELETE FROM recovering WHERE profile_id = $1", &[&id]).await?;
    }
    if profile.status == Status::AutoDisabled {
        let sql = format!(
            "SELECT probe_at IS NOT NULL, {NOW} FROM hold WHERE profile_id = $1 AND why = 'auto-disabled'"
        );
        let Some(row) = db.row(&sql, &[&id]).await? else { return Ok(()) };
        let (was_probed, now): (bool, i64) = (row.try_get(0)?, row.try_get(1)?);
        let first = NextProbe::first(profile, at(now));
        if was_probed != first.is_some() {
            set(db, id, first).await?;
        }
    }
    if !is_probed(profile) {
        let sql = "DELETE FROM metered_claim WHERE profile_id = $1
                   AND NOT EXISTS (SELECT FROM recovering WHERE profile_id = $1)";
        db.execute(sql, &[&id]).await?;
    }
    Ok(())
}

async fn set(db: Db<'_>, profile_id: &str, next: Option<NextProbe>) -> Result<(), StoreError> {
    let sql =
        "UPDATE hold SET probe_at = $2, probe_wait_s = $3 WHERE profile_id = $1 AND why = 'auto-disabled'";
    let probe_at = next.map(|next| millis(next.at));
    let wait = next.map(|next| i32::try_from(next.wait.as_secs()).unwrap_or(i32::MAX));
    db.execute(sql, &[&profile_id, &probe_at, &wait]).await?;
    Ok(())
}

/// A probe of a profile was delivered, and it is enabled.
pub async fn begin_recovering(db: Db<'_>, profile_id: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO recovering (profile_id, width) VALUES ($1, $2)
               ON CONFLICT (profile_id) DO UPDATE SET width = excluded.width";
    db.execute(sql, &[&profile_id, &width(FIRST_WIDTH)]).await?;
    Ok(())
}

/// Of a recovering profile one more event may be claimed at a time for each that was delivered by these outcomes, by
/// which deliveries have ended. Whether one has its full width again.
pub async fn widen<'a>(db: Db<'_>, ended: impl Iterator<Item = &'a Outcome>) -> Result<bool, StoreError> {
    // The probe that has enabled a profile is not one of those.
    let delivered = ended.filter(|outcome| outcome.next == Next::Delivered && !outcome.attempt.is_probe);
    let lanes: Vec<i32> = delivered.filter_map(|outcome| i32::try_from(outcome.lane.number()).ok()).collect();
    // In one order, so that two senders do not wait for each other.
    let sql = "WITH more AS (
                 SELECT l.profile_id, count(*)::int AS n FROM unnest($1::int[]) o(lane)
                 JOIN lane l ON l.seq = o.lane AND NOT l.by_hand GROUP BY 1),
               locked AS MATERIALIZED (
                 SELECT r.profile_id, m.n FROM recovering r JOIN more m USING (profile_id)
                 ORDER BY 1 FOR NO KEY UPDATE OF r)
               UPDATE recovering r SET width = r.width + l.n FROM locked l WHERE r.profile_id = l.profile_id";
    db.execute(sql, &[&lanes]).await?;
    let sql = "WITH full_again AS (DELETE FROM recovering WHERE width >= $1 RETURNING profile_id),
                 forgotten AS (DELETE FROM metered_claim m USING full_again f WHERE m.profile_id = f.profile_id)
               SELECT count(*) FROM full_again";
    Ok(db.value::<i64>(sql, &[&width(FULL_WIDTH)]).await?.unwrap_or(0) > 0)
}

fn width(events: u32) -> i32 {
    i32::try_from(events).unwrap_or(i32::MAX)
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}
