//! How much is blocked, and whether there is anything else: who waits for an end must not wait for what is blocked.

use crate::profile::ProfileId;
use crate::record::RunRange;
use crate::storage::control::block::Blocks;
use crate::storage::control::blocked_counts::BlockedCounts;
use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::control::pause::{self, BlockedProfiles};
use crate::storage::postgres::rows::get_or_default;

/// From this position to before that one, and the run; all where there is no range.
fn bounds(within: Option<RunRange>) -> (i64, i64, Option<i64>) {
    match within {
        Some(RunRange { run, from, to }) => (from.number(), to.number(), Some(run.number())),
        None => (i64::MIN, i64::MAX, None),
    }
}

/// Whether anything that is still to be sent is not blocked.
pub async fn is_moving(db: Db<'_>, within: Option<RunRange>) -> Result<bool, StoreError> {
    let blocked = BlockedProfiles::read(db).await?;
    if blocked.is_empty() {
        // By the counts: the first row that is pending may lie behind millions of dead ones.
        let sql = "SELECT sum(queued + waiting) > 0 FROM tally";
        let any = async || db.value::<bool>(sql, &[]).await;
        return Ok(within.is_some() || any().await?.unwrap_or(false));
    }
    let (from, to, run) = bounds(within);
    let sql = "SELECT EXISTS (SELECT FROM pending p
                   CROSS JOIN LATERAL (SELECT profile_id, by_hand FROM lane WHERE seq = p.lane LIMIT 1) l
                   WHERE p.seq >= $1 AND p.seq < $2 AND ($3::bigint IS NULL OR p.run_id = $3)
                       AND (l.by_hand OR NOT ($4 OR l.profile_id = ANY($5))))";
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&from, &to, &run, &blocked.all, &blocked.profiles];
    Ok(db.value::<bool>(sql, &params).await?.unwrap_or(false))
}

/// The blocked deliveries: all, or those of a range.
pub async fn all(db: Db<'_>, within: Option<RunRange>) -> Result<BlockedCounts, StoreError> {
    let by = pause::all(db).await?;
    let mut found = BlockedCounts::default();
    if by.is_empty() {
        return Ok(found);
    }
    let blocks: Blocks = by.iter().cloned().collect();
    let (from, to, run) = bounds(within);
    let sql = "SELECT l.profile_id, sum(p.queued)::bigint AS queued, sum(p.waiting)::bigint AS waiting FROM
                   (SELECT lane, count(*) FILTER (WHERE attempts = 0) AS queued,
                        count(*) FILTER (WHERE attempts > 0) AS waiting
                    FROM pending
                    WHERE seq >= $1 AND seq < $2 AND ($3::bigint IS NULL OR run_id = $3) GROUP BY lane) p
               JOIN lane l ON l.seq = p.lane WHERE NOT l.by_hand GROUP BY l.profile_id";
    let mut blocking = Vec::new();
    for row in &db.rows(sql, &[&from, &to, &run]).await? {
        let profile = ProfileId::parse(get_or_default(row, "profile_id"));
        let Some(why) = profile.map_or(blocks.all(), |profile| blocks.of_events(&profile)) else { continue };
        let n = |name| u64::try_from(get_or_default::<i64>(row, name)).unwrap_or(0);
        found.queued += n("queued");
        found.waiting += n("waiting");
        if !blocking.contains(&why) {
            blocking.push(why);
        }
    }
    found.by = by.iter().filter(|block| blocking.contains(block)).cloned().collect();
    Ok(found)
}

/// How many events of a profile are still to be sent.
pub async fn pending_events(db: Db<'_>, profile: &ProfileId) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM pending
               WHERE lane = ANY(ARRAY(SELECT seq FROM lane WHERE profile_id = $1 AND NOT by_hand))";
    let n = db.value::<i64>(sql, &[&profile.as_str()]).await?.unwrap_or(0);
    Ok(u64::try_from(n).unwrap_or(0))
}
