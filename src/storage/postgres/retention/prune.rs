//! How long the log is kept: what has ended goes by age and by number, the oldest first, a few rows at a time. What is
//! still to be sent never goes.

use jiff::Timestamp;

use crate::record::{DeliveryId, LogPosition};
use crate::storage::encoding::millis;
use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::{delivery_id, get_or_default, uuid};
use crate::storage::retention::policy::{MOST_ROWS, Removed, RetentionPolicy};

/// Deliveries that one question looks at.
const LOOKED_AT: i64 = 500;

/// The next that are too old or too many, and where to continue.
#[derive(Debug, Default)]
pub struct Outdated {
    /// Their positions.
    pub positions: Vec<i64>,
    /// How many deliveries and attempts that is.
    pub removed: Removed,
    /// The last that was looked at; none when no more can be outdated.
    pub next: Option<LogPosition>,
}

/// Goes through what has ended, the oldest first; `counted` are taken for removed already.
pub async fn outdated(
    db: Db<'_>,
    (keep, now): (RetentionPolicy, Timestamp),
    after: Option<LogPosition>,
    counted: u64,
) -> Result<Outdated, StoreError> {
    let cutoff = keep.cutoff(now);
    let mut surplus = match keep.deliveries {
        0 => 0,
        most => ended(db).await?.saturating_sub(most).saturating_sub(counted),
    };
    let mut found = Outdated { next: after, ..Outdated::default() };
    let sql = "SELECT e.seq, e.ended_at, e.attempts, d.id FROM
                   (SELECT seq, ended_at, attempts FROM ended WHERE seq > $1 ORDER BY seq LIMIT $2) e
               CROSS JOIN LATERAL (SELECT id FROM delivery WHERE seq = e.seq LIMIT 1) d ORDER BY e.seq";
    let from = after.unwrap_or(LogPosition::FIRST).number();
    let mut rows = 0;
    for row in &db.rows(sql, &[&from, &LOOKED_AT]).await? {
        let (seq, ended_at): (i64, i64) = (get_or_default(row, "seq"), get_or_default(row, "ended_at"));
        let attempts = u64::try_from(get_or_default::<i16>(row, "attempts")).unwrap_or(0);
        let made_at = delivery_id(row, "id").map_or(i64::MIN, |id| millis(id.made_at()));
        // Nothing ends before it is made, so from here on all is young enough, but for what was accepted by a clock
        // that was behind.
        if surplus == 0 && made_at >= millis(cutoff) {
            let next = next_made_before(db, cutoff, seq).await?;
            return Ok(Outdated { next, ..found });
        }
        if surplus > 0 || ended_at < millis(cutoff) {
            rows += 1 + attempts;
            if rows > MOST_ROWS && !found.positions.is_empty() {
                return Ok(found);
            }
            surplus = surplus.saturating_sub(1);
            found.positions.push(seq);
            found.removed.add(Removed { deliveries: 1, attempts });
        }
        found.next = Some(LogPosition::new(seq));
    }
    if found.next == after {
        found.next = None;
    }
    Ok(found)
}

/// The next after a position that was made before this time: the position before it. Few are that old, since what has
/// ended goes.
async fn next_made_before(
    db: Db<'_>,
    time: Timestamp,
    after: i64,
) -> Result<Option<LogPosition>, StoreError> {
    let sql = "SELECT min(seq) FROM (SELECT seq FROM delivery WHERE id < $1 AND seq > $2 OFFSET 0) d";
    let next = db.value::<i64>(sql, &[&uuid(DeliveryId::first_at(time)), &after]).await?;
    Ok(next.map(|seq| LogPosition::new(seq.saturating_sub(1))))
}

/// How many deliveries have ended.
async fn ended(db: Db<'_>) -> Result<u64, StoreError> {
    let sql = "SELECT sum(delivered + failed + cancelled)::bigint FROM tally";
    Ok(u64::try_from(db.value::<i64>(sql, &[]).await?.unwrap_or(0)).unwrap_or(0))
}
