//! Claims of senders that do not exist. A seat and its claims end in one transaction, so there are none, unless the
//! database went back to an earlier time while senders ran, as by a restore or by a failover that loses commits: then it
//! has claims that nobody knows of. Each sender looks for them, now and then and in slices.

use std::time::Instant;

use crate::clock;
use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::queue::claim_sql::freed;
use crate::storage::postgres::queue::starts::{self, RETRIES};

/// What is claimed within a range of positions by seats that are not there. A claim is committed after its seat, and
/// ends with it: in one snapshot each has one.
pub const ORPHANS: &str = "
SELECT seq, claimed_by FROM pending
WHERE seq > $1 AND seq <= $2 AND claimed_by IS NOT NULL AND claimed_by <> ALL (ARRAY(SELECT seq FROM sender))";

/// The same among these positions.
const ORPHANS_AMONG: &str = "
SELECT seq, claimed_by FROM pending
WHERE seq = ANY($1) AND claimed_by IS NOT NULL AND claimed_by <> ALL (ARRAY(SELECT seq FROM sender))";

/// How many there are.
pub const COUNT_ORPHANS: &str = "
SELECT count(*) FROM pending
WHERE claimed_by IS NOT NULL AND claimed_by <> ALL (ARRAY(SELECT seq FROM sender))";

/// Whether all that is pending, with its dead rows, takes up no more than this on disk.
const IS_SMALL: &str = "SELECT pg_relation_size('pending'::regclass) <= $1";

/// Up to this size in bytes all of it is read at once: some hundredths of a second.
const SMALL: i64 = 64 << 20;

/// Frees claims, unless they were freed and claimed by others meanwhile.
pub const FREE_ORPHANS: &str = "
UPDATE pending p SET claimed_by = NULL FROM unnest($1::bigint[], $2::int[]) o(seq, seat)
WHERE p.seq = o.seq AND p.claimed_by = o.seat RETURNING p.lane, p.seq, p.attempts > 0";

impl PgStore {
    /// Looks at all that is pending for claims of senders that do not exist, or at the next slice of much, frees them,
    /// and wakes the dispatcher where there were any.
    pub(super) async fn free_orphans(&self) -> Result<(), StoreError> {
        let mut acquired = self.sender().claims().await?;
        let db = acquired.db()?;
        let clock = starts::position_at(self.sender().database_ms(clock::now()));
        let began = Instant::now();
        let slice = self.sender().orphans().next(began, std::iter::once((RETRIES, clock)));
        let range = slice.low.first().copied().zip(slice.high.first().copied());
        let range = range.unwrap_or((i64::MIN, clock));
        let found = free_orphans_within(db, range).await;
        let (now, took) = (Instant::now(), began.elapsed());
        match found {
            Ok((found, is_all)) => {
                let mut orphans = self.sender().orphans();
                if is_all {
                    orphans.all_done(now);
                } else {
                    orphans.done(&slice, now, took);
                }
                drop(orphans);
                if !found.is_empty() {
                    self.sender().ready().released(found);
                    self.sender().wake();
                }
                Ok(())
            }
            Err(error) => {
                self.sender().orphans().failed(now, took);
                Err(error)
            }
        }
    }
}

/// Whether little is pending, so that reading all of it costs nothing that anybody would notice.
pub async fn is_small(db: Db<'_>) -> Result<bool, StoreError> {
    Ok(db.value::<bool>(IS_SMALL, &[&SMALL]).await? == Some(true))
}

/// Frees those within these positions, or all where little is pending. Returns which, and whether it were all.
async fn free_orphans_within(
    db: Db<'_>,
    range: (i64, i64),
) -> Result<(Vec<(i32, i64, bool)>, bool), StoreError> {
    let is_all = is_small(db).await?;
    let (low, high) = if is_all { (i64::MIN, i64::MAX) } else { range };
    let found = db.rows(ORPHANS, &[&low, &high]).await?;
    Ok((free(db, &found).await?, is_all))
}

/// Frees those of these positions that senders have claimed that do not exist.
pub async fn free_among(db: Db<'_>, positions: &[i64]) -> Result<(), StoreError> {
    let found = db.rows(ORPHANS_AMONG, &[&positions]).await?;
    free(db, &found).await?;
    Ok(())
}

async fn free(db: Db<'_>, found: &[tokio_postgres::Row]) -> Result<Vec<(i32, i64, bool)>, StoreError> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let (mut seqs, mut seats) = (Vec::<i64>::new(), Vec::<i32>::new());
    for row in found {
        seqs.push(row.try_get(0)?);
        seats.push(row.try_get(1)?);
    }
    freed(&db.rows(FREE_ORPHANS, &[&seqs, &seats]).await?)
}
