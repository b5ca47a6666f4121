//! Numbers by hour and minute, against the log.

use crate::storage::encoding::state;
use crate::storage::error::StoreError;
use crate::storage::integrity::hours::HourNumbers;
use crate::storage::integrity::{IntegrityCheck, Invariant};
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rollups::fold::{each_mark, profiles};
use crate::storage::postgres::rows::get_or_default;
use crate::storage::rollups::fold::Folding;
use crate::storage::rollups::range::RollupStep;

/// Deliveries by profile, hour of acceptance or of the end, and state of those that have ended: those since everything is
/// counted.
const LOG: &str = "
SELECT l.profile_id, c.hour, c.state, sum(c.n)::bigint AS n
FROM (
    SELECT lane, accepted_at / 3600000 AS hour, NULL::smallint AS state, count(*) AS n FROM delivery
    WHERE accepted_at >= (SELECT coalesce(max(at), 0) FROM rollup_start) GROUP BY 1, 2
    UNION ALL
    SELECT lane, ended_at / 3600000, state, count(*) FROM ended
    WHERE ended_at >= (SELECT coalesce(max(at), 0) FROM rollup_start) GROUP BY 1, 2, 3
) c JOIN lane l ON l.seq = c.lane GROUP BY 1, 2, 3";

/// How many rows are read at a time.
const PAGE: i64 = 10_000;

const STORED: &str = "
SELECT step, at, profile_id, counts FROM rollup
WHERE (step, at, profile_id) > ($1, $2, $3) ORDER BY step, at, profile_id LIMIT $4";

/// Compares them.
pub async fn check(db: Db<'_>) -> Result<IntegrityCheck, StoreError> {
    let mut check = IntegrityCheck::new(Invariant::Numbers);
    let mut numbers = HourNumbers::default();
    for row in db.rows(LOG, &[]).await? {
        let ended = get_or_default::<Option<i16>>(&row, "state").and_then(|number| state(number.into()).ok());
        let n = u64::try_from(get_or_default::<i64>(&row, "n")).unwrap_or(0);
        let profile: String = get_or_default(&row, "profile_id");
        numbers.add_log(&profile, get_or_default(&row, "hour"), ended, n);
    }
    let mut after = (-1_i16, 0_i32, String::new());
    loop {
        let rows = db.rows(STORED, &[&after.0, &after.1, &after.2, &PAGE]).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let (number, at): (i16, i32) = (get_or_default(row, "step"), get_or_default(row, "at"));
            let profile: String = get_or_default(row, "profile_id");
            let counts: Vec<u8> = get_or_default(row, "counts");
            if let Some(step) = RollupStep::ALL.into_iter().find(|known| known.number() == number)
                && !numbers.add_stored(step, u32::try_from(at).unwrap_or(0), &profile, &counts)
            {
                check.add(format!("the numbers of {profile}, step {number}, {at} are damaged"));
            }
            after = (number, at, profile);
        }
    }
    let mut folding = Folding::default();
    for row in db.rows("SELECT lanes, marks, times FROM rollup_change", &[]).await? {
        each_mark(&row, |lane, mark, times| folding.add(lane, mark, times));
    }
    numbers.add_unfolded(&folding, &profiles(db, &folding.lanes()).await?);
    numbers.compare(&mut check);
    Ok(check)
}
