//! Reads the feed: rows after a position, then the deliveries and attempts that they name.

use std::collections::HashMap;

use jiff::Timestamp;
use tokio_postgres::Row;

use crate::record::{Attempt, Summary};
use crate::storage::error::StoreError;
use crate::storage::feed::page::{FeedGap, FeedGapReason};
use crate::storage::feed::position::FeedPosition;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::feed::home::HOME;
use crate::storage::postgres::feed::position::Seen;
use crate::storage::postgres::feed::snapshot::Snapshot;
use crate::storage::postgres::feed::walk::FeedRow;
use crate::storage::postgres::log::details::attempt;
use crate::storage::postgres::log::summaries;
use crate::storage::postgres::rows::{get, get_or_default};
use crate::storage::unreadable::Why;

/// After a standby has taken over, so much is read once more: what the earlier server gave its last numbers to may be
/// lost, and the new one gives them anew. The clocks of both may differ by that.
const REWOUND_MS: i64 = 3_600_000;

/// The state of the feed.
#[derive(Debug, Clone)]
pub struct Home {
    /// The beginning of its id.
    pub id: String,
    /// Whether it was written on this server.
    pub is_own: bool,
    /// The timeline of the server.
    pub timeline: String,
    /// The time of the database.
    pub now_ms: i64,
    /// What is visible now.
    pub now: Snapshot,
    /// The last transaction of which something was removed.
    pub removed_to: i64,
}

impl Home {
    /// The state now.
    pub async fn read(db: Db<'_>) -> Result<Self, StoreError> {
        let row = db.row(HOME, &[]).await?;
        let home = row.as_ref().map_or_else(|| Err("it is missing".to_owned()), Self::of);
        home.map_err(|why| StoreError::unreadable("the feed", why))
    }

    fn of(row: &Row) -> Result<Self, Why> {
        Ok(Self {
            id: get(row, "home")?,
            is_own: get(row, "is_own")?,
            timeline: get(row, "timeline")?,
            now_ms: get(row, "now_ms")?,
            now: Snapshot::parse(get(row, "snapshot")?)?,
            removed_to: get(row, "removed_to")?,
        })
    }

    /// The position before everything that is kept.
    fn start(&self) -> Seen {
        Seen { home: self.id.clone(), timeline: self.timeline.clone(), at: self.now_ms, ..Seen::default() }
    }

    /// The position after everything that is visible.
    pub fn end(&self) -> Seen {
        Seen { snapshot: self.now.clone(), ..self.start() }
    }
}

/// The place to read from, and what is missing there.
pub async fn begin(
    db: Db<'_>,
    home: &Home,
    after: &FeedPosition,
) -> Result<(Seen, Option<FeedGap>), StoreError> {
    if after.is_start() {
        return Ok((home.start(), None));
    }
    let known = Seen::parse(after).filter(|seen| seen.home == home.id);
    let Some(mut seen) = known else {
        return Ok((home.start(), Some(gap(db, FeedGapReason::Unknown).await?)));
    };
    if seen.snapshot.next <= home.removed_to {
        return Ok((home.start(), Some(gap(db, FeedGapReason::Removed).await?)));
    }
    if seen.timeline != home.timeline || seen.snapshot.next > home.now.next {
        rewind(db, home, &mut seen).await?;
    }
    seen.at = home.now_ms;
    Ok((seen, None))
}

async fn gap(db: Db<'_>, why: FeedGapReason) -> Result<FeedGap, StoreError> {
    let sql = "SELECT (extract(epoch FROM at) * 1000)::bigint FROM feed ORDER BY xid, id LIMIT 1";
    let since: Option<i64> = db.value(sql, &[]).await?;
    Ok(FeedGap { why, since: since.and_then(|ms| Timestamp::from_millisecond(ms).ok()) })
}

/// Goes back to before another server took over.
async fn rewind(db: Db<'_>, home: &Home, seen: &mut Seen) -> Result<(), StoreError> {
    let sql = "SELECT min(xid::text::bigint) FROM feed WHERE at >= to_timestamp($1::bigint / 1000)";
    let first: Option<i64> = db.value(sql, &[&seen.at.saturating_sub(REWOUND_MS)]).await?;
    let next = first.map_or(home.now.next, |first| first.min(home.now.next)).min(seen.snapshot.next);
    seen.snapshot.next = next;
    seen.snapshot.open.retain(|xid| *xid < next);
    seen.partly = seen.partly.filter(|partly| partly.xid < next);
    seen.timeline.clone_from(&home.timeline);
    Ok(())
}

/// The rows after a position, of each part `$5` at most, and the state in which they were read: `$1` and `$2` are the
/// transaction that was read in part and its last row, `$3` those that were open, `$4` the first of the others. Each
/// part is a range of one index: a transaction that is held open costs a look for each read.
pub const READ: &str = "
SELECT pg_current_snapshot()::text AS snapshot, f.part, f.xid::text::bigint AS xid, f.id,
  (extract(epoch FROM f.at) * 1000)::bigint AS at, f.accepted, f.attempted, f.marks, f.profile
FROM (SELECT) AS one LEFT JOIN LATERAL (
  (SELECT 0 AS part, * FROM feed WHERE xid = $1::bigint::text::xid8 AND id > $2 ORDER BY xid, id LIMIT $5)
  UNION ALL
  (SELECT 1, o.* FROM unnest($3::bigint[]) open(xid)
   CROSS JOIN LATERAL (SELECT * FROM feed WHERE xid = open.xid::text::xid8 ORDER BY xid, id LIMIT $5) o LIMIT $5)
  UNION ALL
  (SELECT 2, * FROM feed WHERE xid >= $4::bigint::text::xid8 ORDER BY xid, id LIMIT $5)) f ON true";

/// The rows after a position, and the state in which they were read.
pub async fn rows(db: Db<'_>, seen: &Seen, most: usize) -> Result<(Vec<FeedRow>, Snapshot), StoreError> {
    let (xid, row) = seen.partly.map_or((0, 0), |partly| (partly.xid, partly.row));
    let open: Vec<i64> = seen.snapshot.open.iter().copied().collect();
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let found = db.rows(READ, &[&xid, &row, &open, &seen.snapshot.next, &most]).await?;
    let snapshot = found.first().map_or_else(|| Err("it is missing".to_owned()), |row| get(row, "snapshot"));
    let now = snapshot.and_then(Snapshot::parse).map_err(|why| StoreError::unreadable("the feed", why))?;
    Ok((found.iter().filter_map(feed_row).collect(), now))
}

/// None where there was no row.
fn feed_row(row: &Row) -> Option<FeedRow> {
    let part = get_or_default::<Option<i32>>(row, "part")?;
    Some(FeedRow {
        part,
        xid: get_or_default(row, "xid"),
        id: get_or_default(row, "id"),
        at: get_or_default(row, "at"),
        accepted: get_or_default::<Option<_>>(row, "accepted").unwrap_or_default(),
        attempted: get_or_default::<Option<_>>(row, "attempted").unwrap_or_default(),
        marks: get_or_default::<Option<_>>(row, "marks").unwrap_or_default(),
        profile: get_or_default(row, "profile"),
    })
}

/// The deliveries at these positions that can be read.
pub async fn summaries(db: Db<'_>, rows: &[i64]) -> Result<HashMap<i64, Summary>, StoreError> {
    let found = summaries::at(db, rows).await?;
    let readable = found.iter().filter_map(|row| Some((row.position().number(), row.summary().ok()?)));
    Ok(readable.collect())
}

/// Attempts by position and number. A partition is found at run time only through `LATERAL … LIMIT 1`.
pub const ATTEMPTS: &str = "
SELECT w.seq, a.* FROM unnest($1::bigint[], $2::smallint[]) w(seq, number)
CROSS JOIN LATERAL (SELECT n, started_at, duration_ms, status, class, message, response_headers, response_body,
  response_cut, address, sender, phases, is_probe FROM attempt WHERE seq = w.seq AND n = w.number LIMIT 1) a";

/// The attempts of these positions and numbers that can be read.
pub async fn attempts(db: Db<'_>, wanted: &[(i64, u32)]) -> Result<HashMap<(i64, u32), Attempt>, StoreError> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let (rows, numbers): (Vec<i64>, Vec<i16>) =
        wanted.iter().map(|(row, n)| (*row, i16::try_from(*n).unwrap_or(i16::MAX))).unzip();
    let found = db.rows(ATTEMPTS, &[&rows, &numbers]).await?;
    let readable = found.iter().filter_map(|row| {
        let attempt = attempt(row).ok()?;
        Some(((get_or_default(row, "seq"), attempt.n), attempt))
    });
    Ok(readable.collect())
}
