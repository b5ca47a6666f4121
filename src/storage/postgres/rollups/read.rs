//! Rollups are added up, with what is not folded yet, in one state of the database.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tokio_postgres::Row;

use crate::profile::ProfileId;
use crate::storage::encoding::time;
use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rollups::fold::{each_mark, profiles};
use crate::storage::postgres::rows::get_or_default;
use crate::storage::rollups::query::{RollupKey, RollupQuery, RollupSum};
use crate::storage::rollups::range::RollupStep;
use crate::storage::rollups::rollup::Rollup;

/// Rollups of these steps and times, and of these profiles or of all; and all changes. One statement, so that what is
/// folded meanwhile is read once.
const READ: &str = "
SELECT r.step, r.at, r.profile_id, r.counts, NULL::int[] AS lanes, NULL::bigint[] AS marks, NULL::bytea AS times
FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) p(step, first, last)
JOIN rollup r ON r.step = p.step AND r.at BETWEEN p.first AND p.last AND ($4::text[] IS NULL OR r.profile_id = ANY($4))
UNION ALL
SELECT NULL, NULL, NULL, NULL, lanes, marks, times FROM rollup_change";

/// Adds up what a query asks for.
pub async fn sums(db: Db<'_>, query: RollupQuery) -> Result<BTreeMap<RollupKey, Rollup>, StoreError> {
    let pieces = query.pieces();
    let steps: Vec<i16> = pieces.iter().map(|(step, _)| step.number()).collect();
    let first: Vec<i64> = pieces.iter().map(|(_, piece)| piece.start.into()).collect();
    let last: Vec<i64> = pieces.iter().map(|(_, piece)| i64::from(piece.end) - 1).collect();
    let ids: Option<Vec<String>> =
        query.profiles.as_ref().map(|ids| ids.iter().map(ToString::to_string).collect());
    let rows = db.rows(READ, &[&steps, &first, &last, &ids]).await?;
    let mut sum = RollupSum::new(query);
    let mut changes = Vec::new();
    for row in &rows {
        match get_or_default::<Option<i16>>(row, "step") {
            Some(number) => add(&mut sum, number, row),
            None => each_mark(row, |lane, mark, times| changes.push((lane, mark, times))),
        }
    }
    let mut lanes: Vec<i64> = changes.iter().map(|(lane, ..)| *lane).collect();
    lanes.sort_unstable();
    lanes.dedup();
    let of_lane = if lanes.is_empty() { BTreeMap::new() } else { profiles(db, &lanes).await? };
    for (lane, mark, times) in changes {
        sum.add_mark(of_lane.get(&lane).map_or("", String::as_str), mark, times);
    }
    Ok(sum.finish())
}

fn add(sum: &mut RollupSum, number: i16, row: &Row) {
    let at = u32::try_from(get_or_default::<i32>(row, "at")).unwrap_or(0);
    if let Some(step) = RollupStep::ALL.into_iter().find(|step| step.number() == number) {
        let counts: Vec<u8> = get_or_default(row, "counts");
        sum.add((step, at), &get_or_default::<String>(row, "profile_id"), &counts);
    }
}

/// Since when everything is counted.
pub async fn counted_since(db: Db<'_>) -> Result<Timestamp, StoreError> {
    let at = db.value::<i64>("SELECT max(at) FROM rollup_start", &[]).await?;
    time(at.unwrap_or(0)).map_err(|why| StoreError::unreadable("the start of the numbers", why))
}

/// How many deliveries are pending, by profile.
pub async fn pending(
    db: Db<'_>,
    profiles: Option<Vec<ProfileId>>,
) -> Result<BTreeMap<String, u64>, StoreError> {
    let ids: Option<Vec<String>> = profiles.map(|ids| ids.iter().map(ToString::to_string).collect());
    let sql = "SELECT l.profile_id, sum(p.n)::bigint AS n
               FROM (SELECT lane, count(*) AS n FROM pending GROUP BY lane) p JOIN lane l ON l.seq = p.lane
               WHERE $1::text[] IS NULL OR l.profile_id = ANY($1) GROUP BY 1";
    let rows = db.rows(sql, &[&ids]).await?;
    let of_profile = |row: &Row| {
        let n = u64::try_from(get_or_default::<i64>(row, "n")).unwrap_or(0);
        (get_or_default(row, "profile_id"), n)
    };
    Ok(rows.iter().map(of_profile).collect())
}
