//! Numbers by hour and minute, against the log.

use rusqlite::{Row, Transaction};

use crate::storage::error::StoreError;
use crate::storage::integrity::hours::HourNumbers;
use crate::storage::integrity::{IntegrityCheck, Invariant};
use crate::storage::rollups::fold::Folding;
use crate::storage::rollups::mark_list;
use crate::storage::rollups::range::RollupStep;
use crate::storage::sqlite::rollups::fold;
use crate::storage::sqlite::rows::columns::{get, state, text};

/// Deliveries by profile, hour of acceptance or of the end, and state of those that have ended: those since everything is
/// counted.
const LOG: &str = "
SELECT l.profile_id, d.accepted_at / 3600000, NULL, count(*)
FROM delivery d JOIN lane l ON l.seq = d.lane
WHERE d.accepted_at >= (SELECT coalesce(max(at), 0) FROM rollup_start) GROUP BY 1, 2
UNION ALL
SELECT l.profile_id, coalesce(d.ended_at, o.started_at + o.duration_ms) / 3600000,
    iif(s.seq IS NULL, d.state, 2), count(*)
FROM delivery d JOIN lane l ON l.seq = d.lane
    LEFT JOIN delivered s ON s.lane = d.lane AND s.seq = d.seq AND d.state = 0
    LEFT JOIN attempt o ON o.key = s.seq << 10 | 1
WHERE (d.state > 1 OR s.seq IS NOT NULL)
    AND coalesce(d.ended_at, o.started_at + o.duration_ms) >= (SELECT coalesce(max(at), 0) FROM rollup_start)
GROUP BY 1, 2, 3";

/// Compares them.
pub fn check(tx: &Transaction<'_>) -> Result<IntegrityCheck, StoreError> {
    let mut check = IntegrityCheck::new(Invariant::Numbers);
    let mut numbers = HourNumbers::default();
    each(tx, LOG, |row| {
        let ended = get::<Option<i64>>(row, 2).ok().flatten().and_then(|number| state(number).ok());
        let n = u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0);
        numbers.add_log(text(row, 0).unwrap_or_default(), row.get(1)?, ended, n);
        Ok(())
    })?;
    each(tx, "SELECT step, at, profile_id, counts FROM rollup", |row| {
        let step: i16 = row.get(0)?;
        let Some(step) = RollupStep::ALL.into_iter().find(|known| known.number() == step) else {
            return Ok(());
        };
        let counts = row.get_ref(3)?.as_blob().unwrap_or_default();
        let (at, profile) = (get::<u32>(row, 1).unwrap_or(0), text(row, 2).unwrap_or_default());
        if !numbers.add_stored(step, at, profile, counts) {
            check.add(format!("the numbers of {profile}, step {}, {at} are damaged", step.number()));
        }
        Ok(())
    })?;
    let mut folding = Folding::default();
    each(tx, "SELECT marks FROM rollup_change", |row| {
        let marks: Vec<u8> = get(row, 0).unwrap_or_default();
        mark_list::each(&marks, |lane, mark, times| folding.add(lane, mark, times));
        Ok(())
    })?;
    numbers.add_unfolded(&folding, &fold::profiles(tx, &folding.lanes())?);
    numbers.compare(&mut check);
    Ok(check)
}

fn each(
    tx: &Transaction<'_>,
    sql: &str,
    mut then: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> Result<(), StoreError> {
    let mut select = tx.prepare(sql)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        then(row)?;
    }
    Ok(())
}
