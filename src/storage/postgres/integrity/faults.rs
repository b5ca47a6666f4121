//! Queries that return what violates an invariant.

use uuid::Uuid;

use crate::record::DeliveryId;
use crate::storage::encoding::profile;
use crate::storage::error::StoreError;
use crate::storage::integrity::{IntegrityCheck, Invariant};
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::get_or_default;

/// How many profiles are read at a time.
const PAGE: i64 = 500;

/// Violations by deliveries: their positions, their ids where they are known, and why.
pub const BY_DELIVERY: &[(Invariant, &str)] = &[
    (
        Invariant::References,
        "SELECT d.seq, d.id, 'its lane does not exist' AS why
         FROM delivery d WHERE NOT EXISTS (SELECT FROM lane l WHERE l.seq = d.lane)
         UNION ALL
         SELECT e.seq, NULL, 'it has ended, and is not in the log'
         FROM ended e WHERE NOT EXISTS (SELECT FROM delivery d WHERE d.seq = e.seq)
         UNION ALL
         SELECT a.seq, NULL, 'its attempts are there, and it is not in the log'
         FROM (SELECT DISTINCT seq FROM attempt) a WHERE NOT EXISTS (SELECT FROM delivery d WHERE d.seq = a.seq)",
    ),
    (
        Invariant::Queue,
        "SELECT d.seq, d.id, 'it is neither pending nor ended: it is never sent' AS why
         FROM delivery d
         WHERE NOT EXISTS (SELECT FROM pending p WHERE p.seq = d.seq)
             AND NOT EXISTS (SELECT FROM ended e WHERE e.seq = d.seq)
         UNION ALL
         SELECT p.seq, NULL, 'it is pending, and not in the log'
         FROM pending p WHERE NOT EXISTS (SELECT FROM delivery d WHERE d.seq = p.seq)
         UNION ALL
         SELECT p.seq, d.id, 'it has ended, and is in the queue'
         FROM pending p JOIN ended e ON e.seq = p.seq LEFT JOIN delivery d ON d.seq = p.seq
         UNION ALL
         SELECT p.seq, d.id, 'it is in the queue with another lane or run'
         FROM pending p JOIN delivery d ON d.seq = p.seq
         WHERE p.lane <> d.lane OR p.run_id IS DISTINCT FROM d.run_id
         UNION ALL
         SELECT i.seq, NULL, 'it was copied, and is kept from senders' FROM incoming i
         UNION ALL
         SELECT t.seq, d.id, 'it has ended, and the credentials of its test are still kept'
         FROM tested t LEFT JOIN delivery d ON d.seq = t.seq
         WHERE NOT EXISTS (SELECT FROM pending p WHERE p.seq = t.seq)",
    ),
    (
        Invariant::Attempts,
        "SELECT d.seq, d.id, c.attempts || ' attempts are counted, and ' || coalesce(a.n, 0) || ' are in the log' AS why
         FROM delivery d
         JOIN (SELECT seq, attempts FROM pending UNION ALL SELECT seq, attempts FROM ended) c ON c.seq = d.seq
         LEFT JOIN (SELECT seq, count(*) AS n FROM attempt GROUP BY seq) a ON a.seq = d.seq
         WHERE coalesce(a.n, 0) < c.attempts",
    ),
];

/// All violations are counted, and only as many are read as are named.
fn some(sql: &str, order: &str) -> String {
    format!("SELECT f.*, count(*) OVER () AS faults FROM ({sql}) f ORDER BY {order} LIMIT 5")
}

/// Violations of an invariant by deliveries.
pub async fn by_delivery(db: Db<'_>, invariant: Invariant, sql: &str) -> Result<IntegrityCheck, StoreError> {
    let mut check = IntegrityCheck::new(invariant);
    for row in db.rows(&some(sql, "seq"), &[]).await? {
        let id = get_or_default::<Option<Uuid>>(&row, "id").map(|id| DeliveryId::from_bytes(id.into_bytes()));
        check.add_delivery(id, get_or_default(&row, "seq"), &get_or_default::<String>(&row, "why"));
        check.faults = u64::try_from(get_or_default::<i64>(&row, "faults")).unwrap_or(0);
    }
    Ok(check)
}

/// Violations of an invariant by profiles.
pub async fn by_profile(db: Db<'_>, invariant: Invariant, sql: &str) -> Result<IntegrityCheck, StoreError> {
    let mut check = IntegrityCheck::new(invariant);
    for row in db.rows(&some(sql, "id"), &[]).await? {
        let [id, why] = ["id", "why"].map(|name| get_or_default::<String>(&row, name));
        check.add(format!("profile {id}: {why}"));
        check.faults = u64::try_from(get_or_default::<i64>(&row, "faults")).unwrap_or(0);
    }
    Ok(check)
}

/// Profiles whose document cannot be read, or is that of another one.
pub async fn profiles(db: Db<'_>) -> Result<IntegrityCheck, StoreError> {
    let mut check = IntegrityCheck::new(Invariant::Profiles);
    let sql = "SELECT seq, id, document FROM profile WHERE seq > $1 ORDER BY seq LIMIT $2";
    let mut after = i64::MIN;
    loop {
        let rows = db.rows(sql, &[&after, &PAGE]).await?;
        let Some(last) = rows.last() else { return Ok(check) };
        after = get_or_default(last, "seq");
        for row in &rows {
            let id: String = get_or_default(row, "id");
            match profile(&get_or_default::<String>(row, "document")) {
                Ok(found) if found.id.as_str() == id => {}
                Ok(found) => check.add(format!("profile {id}: it has the document of {}", found.id)),
                Err(why) => check.add(format!("profile {id}: {why}")),
            }
        }
    }
}
