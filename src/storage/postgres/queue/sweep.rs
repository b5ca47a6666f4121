//! Looks at the queues of all lanes: which have something, what lies before their starts, and where they start by what is
//! stored of that. Nothing here begins at the beginning of a queue, where dead rows may lie: see
//! [`starts`](super::starts).

use std::time::Instant;

use tokio_postgres::Row;

use crate::clock;
use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::connection::db::{Db, Params};
use crate::storage::postgres::queue::look_back::Slice;
use crate::storage::postgres::queue::starts::{self, MOST_STRAYS, RETRIES, Stored};

/// A retry that was due this long ago is one that nobody waits for: its sender may be dead.
const OVERDUE: i64 = 500;

/// The first delivery that is not claimed and has no attempts, of each lane that has one. Lanes with many dead rows are
/// named, with their starts; between two of them it goes from one lane to the next, a step in the index each.
pub const FIRST_LANES: &str = "
WITH RECURSIVE l AS (
 SELECT g.high, n.lane, n.seq FROM unnest($3::int[], $4::int[]) g(low, high) CROSS JOIN LATERAL (
   SELECT p.lane, p.seq FROM pending p
   WHERE p.lane > g.low AND p.lane < g.high AND p.claimed_by IS NULL AND p.attempts = 0
   ORDER BY p.lane, p.seq LIMIT 1) n
 UNION ALL
 SELECT l.high, n.lane, n.seq FROM l CROSS JOIN LATERAL (
   SELECT p.lane, p.seq FROM pending p
   WHERE p.lane > l.lane AND p.lane < l.high AND p.claimed_by IS NULL AND p.attempts = 0
   ORDER BY p.lane, p.seq LIMIT 1) n)
SELECT lane, seq FROM l
UNION ALL
SELECT k.lane, n.seq FROM unnest($1::int[], $2::bigint[]) k(lane, start) CROSS JOIN LATERAL (
  SELECT p.seq FROM pending p
  WHERE p.lane = k.lane AND p.seq > k.start AND p.claimed_by IS NULL AND p.attempts = 0
  ORDER BY p.seq LIMIT 1) n";

/// Whether a retry is due since before this time, and not before that of the start of retries.
pub const ANY_OVERDUE: &str = "
SELECT EXISTS (SELECT FROM pending WHERE claimed_by IS NULL AND attempts > 0 AND due_at > $2 AND due_at <= $1)";

/// What is free of each of these lanes within a range of positions.
pub const STRAYS: &str = "
SELECT l.lane, p.seq FROM unnest($1::int[], $2::bigint[], $3::bigint[]) l(lane, low, high) CROSS JOIN LATERAL (
  SELECT q.seq FROM pending q
  WHERE q.lane = l.lane AND q.claimed_by IS NULL AND q.attempts = 0 AND q.seq > l.low AND q.seq <= l.high
  ORDER BY q.seq LIMIT $4) p";

/// The retries that are free and were due within a range of times.
pub const STRAY_RETRIES: &str = "
SELECT lane, seq FROM pending WHERE claimed_by IS NULL AND attempts > 0 AND due_at > $1 AND due_at <= $2
ORDER BY due_at LIMIT $3";

/// The latest start of each lane that is stored: from the end, so that none that was replaced is passed.
pub const STARTS: &str = "
WITH RECURSIVE s AS (
 (SELECT lane, seq FROM lane_start ORDER BY lane DESC, seq DESC LIMIT 1)
 UNION ALL
 SELECT n.lane, n.seq FROM s CROSS JOIN LATERAL (
   SELECT t.lane, t.seq FROM lane_start t WHERE t.lane < s.lane ORDER BY t.lane DESC, t.seq DESC LIMIT 1) n)
SELECT lane, seq FROM s";

/// Stores starts, and removes those that they replace.
const STORE: &str = "
WITH n AS (INSERT INTO lane_start (lane, seq) SELECT * FROM unnest($1::int[], $2::bigint[]) ON CONFLICT DO NOTHING)
DELETE FROM lane_start t USING unnest($1::int[], $3::bigint[]) o(lane, seq)
WHERE t.lane = o.lane AND t.seq = o.seq";

impl PgStore {
    /// The position of what is accepted now, by the clock of the database.
    fn clock_position(&self) -> i64 {
        starts::position_at(self.sender().database_ms(clock::now()))
    }

    /// Looks which lanes have something, and wakes the dispatcher where one has something that was not known. Stores
    /// where queues start.
    pub(super) async fn sweep(&self) -> Result<(), StoreError> {
        let before = self.sender().database_ms(clock::now()).saturating_sub(OVERDUE);
        let mut acquired = self.sender().claims().await?;
        let db = acquired.db()?;
        if let Ok(seat) = self.sender().seat() {
            self.free_strays(db, seat).await?;
        }
        self.load_starts(db).await?;
        let after = self.sender().ready().starts.retries_after();
        let is_overdue = db.value(ANY_OVERDUE, &[&before, &after]).await?.unwrap_or(false);
        let lanes = self.first_lanes(db).await?;
        if self.sender().ready().found(lanes) || is_overdue {
            self.sender().wake();
        }
        let stored = self.sender().ready().starts.take_to_store();
        store_starts(db, &stored).await
    }

    /// The lanes with first attempts that nobody has claimed, and where those begin.
    pub(super) async fn first_lanes(&self, db: Db<'_>) -> Result<Vec<(i32, i64)>, StoreError> {
        let clock = self.clock_position();
        let (lanes, starts) = self.sender().ready().starts.dense(clock);
        let (low, high) = gaps(&lanes);
        positions(&db.rows(FIRST_LANES, &[&lanes, &starts, &low, &high]).await?)
    }

    /// Reads where queues start by what is stored, unless that was done.
    pub(super) async fn load_starts(&self, db: Db<'_>) -> Result<(), StoreError> {
        if self.sender().ready().has_starts() {
            return Ok(());
        }
        let stored = positions(&db.rows(STARTS, &[]).await?)?;
        self.sender().ready().know_starts(stored);
        Ok(())
    }

    /// Looks at the next slice of what lies before the starts of queues, and wakes the dispatcher where there is
    /// something.
    pub(super) async fn look_back(&self) -> Result<(), StoreError> {
        let mut acquired = match self.sender().claims().await {
            Ok(acquired) => acquired,
            Err(error) => {
                self.sender().ready().look_back.failed(Instant::now(), std::time::Duration::ZERO);
                return Err(error);
            }
        };
        if self.look_back_on(acquired.db()?).await? {
            self.sender().wake();
        }
        Ok(())
    }

    /// As [`look_back`](Self::look_back). Whether there is something.
    pub(super) async fn look_back_on(&self, db: Db<'_>) -> Result<bool, StoreError> {
        let slice = {
            let mut ready = self.sender().ready();
            let ready = &mut *ready;
            ready.look_back.next(Instant::now(), ready.starts.all())
        };
        let began = Instant::now();
        let looked = strays(db, &slice).await;
        let mut ready = self.sender().ready();
        let (now, took) = (Instant::now(), began.elapsed());
        match looked {
            Ok(found) => {
                ready.look_back.done(&slice, now, took);
                Ok(ready.found_strays(found))
            }
            Err(error) => {
                ready.look_back.failed(now, took);
                Err(error)
            }
        }
    }
}

/// What is free within a slice.
async fn strays(db: Db<'_>, slice: &Slice) -> Result<Vec<(i32, i64, bool)>, StoreError> {
    let most = i64::try_from(MOST_STRAYS).unwrap_or(i64::MAX);
    let retries = slice.lanes.iter().position(|lane| *lane == RETRIES);
    let range = |at: usize| Some((starts::ms_of(*slice.low.get(at)?), starts::ms_of(*slice.high.get(at)?)));
    let params: Params<'_> = &[&slice.lanes, &slice.low, &slice.high, &most];
    let first = positions(&db.rows(STRAYS, params).await?)?.into_iter();
    let mut found: Vec<_> = first.map(|(lane, seq)| (lane, seq, false)).collect();
    if let Some((low, high)) = retries.and_then(range) {
        let params: Params<'_> = &[&low, &high, &most];
        let retries = positions(&db.rows(STRAY_RETRIES, params).await?)?.into_iter();
        found.extend(retries.map(|(lane, seq)| (lane, seq, true)));
    }
    Ok(found)
}

/// Stores where queues start.
pub async fn store_starts(db: Db<'_>, stored: &[Stored]) -> Result<(), StoreError> {
    if stored.is_empty() {
        return Ok(());
    }
    let lanes: Vec<i32> = stored.iter().map(|start| start.lane).collect();
    let seqs: Vec<i64> = stored.iter().map(|start| start.seq).collect();
    let old: Vec<Option<i64>> = stored.iter().map(|start| start.old).collect();
    db.execute(STORE, &[&lanes, &seqs, &old]).await?;
    Ok(())
}

/// The ranges of lanes before, between and after these, which are in order: more than the low one, less than the high
/// one.
fn gaps(lanes: &[i32]) -> (Vec<i32>, Vec<i32>) {
    let low = std::iter::once(RETRIES).chain(lanes.iter().copied());
    let high = lanes.iter().copied().chain(std::iter::once(i32::MAX));
    low.zip(high).filter(|(low, high)| high.saturating_sub(*low) > 1).unzip()
}

fn positions(rows: &[Row]) -> Result<Vec<(i32, i64)>, StoreError> {
    Ok(rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<_, tokio_postgres::Error>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lane_is_named_or_in_a_gap() {
        assert_eq!(gaps(&[]), (vec![0], vec![i32::MAX]));
        assert_eq!(gaps(&[1, 2, 5]), (vec![2, 5], vec![5, i32::MAX]));
    }
}
