//! Days of the log that are outdated as a whole go as a whole: their partitions are dropped, which leaves nothing to be
//! vacuumed.

use jiff::Timestamp;
use tokio_postgres::Row;

use crate::storage::encoding::millis;
use crate::storage::error::{Problem, StoreError};
use crate::storage::postgres::changes::Moves;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::connection::session::Acquired;
use crate::storage::postgres::feed::prune as feed;
use crate::storage::postgres::rows::get_or_default;
use crate::storage::retention::policy::Removed;
use crate::storage::server_problem::ServerProblem;

/// The tables with a partition a day, in the order in which these go: a late attempt of a delivery that has gone is
/// recorded nowhere.
const TABLES: [&str; 3] = ["delivery", "attempt", "ended"];

/// Days that ended before a time, the oldest first. Yesterday and today always stay.
const DAYS: &str = "
SELECT right(c.relname, 8) AS day FROM pg_class c
WHERE c.relnamespace = 'ringback'::regnamespace AND c.relkind = 'r' AND c.relname ~ '^delivery_[0-9]{8}$'
  AND right(c.relname, 8) < to_char(least(current_date - 1, to_timestamp($1::float8 / 1000)::date), 'YYYYMMDD')
ORDER BY 1";

/// Drops the oldest day of which all ended before `cutoff` and nothing is pending. What went; nothing where there is
/// no such day, or where this user may not drop it.
pub async fn drop_outdated(
    acquired: &mut Acquired<'_>,
    cutoff: Timestamp,
) -> Result<Option<Removed>, StoreError> {
    let cutoff = millis(cutoff);
    #[allow(clippy::cast_precision_loss, reason = "a day is what matters")]
    let before = cutoff as f64;
    let days = acquired.db()?.rows(DAYS, &[&before]).await?;
    for day in days.iter().map(|row| get_or_default::<String>(row, "day")) {
        if !is_outdated(acquired.db()?, &day, cutoff).await? {
            continue;
        }
        return match drop_day(acquired, &day).await {
            Ok(removed) => {
                feed::prune(acquired.db()?, cutoff).await?;
                Ok(Some(removed))
            }
            Err(error) if matches!(error.problem, Problem::Server(ServerProblem::Denied(_))) => Ok(None),
            Err(error) => Err(error),
        };
    }
    Ok(None)
}

async fn is_outdated(db: Db<'_>, day: &str, cutoff: i64) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT NOT EXISTS (SELECT FROM ended_{day} WHERE ended_at >= $1)
             AND NOT EXISTS (SELECT FROM pending WHERE seq >= first_position('{day}'::date)
                 AND seq < first_position('{day}'::date + 1))"
    );
    Ok(db.value::<bool>(&sql, &[&cutoff]).await?.unwrap_or(false))
}

async fn drop_day(acquired: &mut Acquired<'_>, day: &str) -> Result<Removed, StoreError> {
    for table in TABLES {
        let sql =
            format!("SELECT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('{table}_{day}'))");
        let db = acquired.db()?;
        if db.value::<bool>(&sql, &[]).await? == Some(true) {
            // Readers and writers continue meanwhile. What an earlier process has detached is only dropped.
            db.batch(&format!("ALTER TABLE {table} DETACH PARTITION {table}_{day} CONCURRENTLY")).await?;
        }
    }
    let transaction = acquired.begin().await?;
    let db = transaction.db();
    let sql = format!(
        "SELECT (SELECT count(*) FROM delivery_{day}) AS deliveries, (SELECT count(*) FROM attempt_{day}) AS attempts,
             count(*) FILTER (WHERE state = 2) AS delivered, count(*) FILTER (WHERE state = 3) AS failed,
             count(*) FILTER (WHERE state = 4) AS cancelled FROM ended_{day}"
    );
    let row = db.row(&sql, &[]).await?;
    let n = |name| row.as_ref().map_or(0, |row: &Row| get_or_default::<i64>(row, name));
    let moves = Moves {
        delivered: -n("delivered"),
        failed: -n("failed"),
        cancelled: -n("cancelled"),
        ..Moves::default()
    };
    let removed = Removed {
        deliveries: u64::try_from(n("deliveries")).unwrap_or(0),
        attempts: u64::try_from(n("attempts")).unwrap_or(0),
    };
    let tables = TABLES.map(|table| format!("{table}_{day}")).join(", ");
    let skew = format!("DELETE FROM clock_skew WHERE day = '{day}'::date - date '1970-01-01'");
    let rest = ["resend", "bulk_member"].map(|table| {
        format!(
            "DELETE FROM {table} WHERE seq >= first_position('{day}'::date) AND seq < first_position('{day}'::date + 1)"
        )
    });
    db.batch(&format!("DROP TABLE {tables}; {skew}; {}", rest.join("; "))).await?;
    moves.note(db).await?;
    transaction.commit().await?;
    Ok(removed)
}
