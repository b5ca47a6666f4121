//! Which delivery a person means, and its position.

use crate::record::{DeliveryId, LogPosition, Summary};
use crate::storage::error::StoreError;
use crate::storage::log::lookup::{MOST_FOUND, delivery_range};
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::log::summaries;
use crate::storage::postgres::rows::{get_or_default, uuid};
use crate::storage::unreadable::PassedOver;

/// The deliveries that a text may mean: the one of that id, or the newest of those whose id starts so; and those of
/// them that cannot be read.
pub async fn find(db: Db<'_>, text: &str) -> Result<(Vec<Summary>, PassedOver), StoreError> {
    let (mut found, mut passed_over) = (Vec::new(), PassedOver::default());
    let Some((first, last)) = delivery_range(text) else { return Ok((found, passed_over)) };
    let sql = "SELECT seq FROM delivery WHERE id >= $1 AND id <= $2 ORDER BY id DESC LIMIT $3";
    // Some of them may have no meaning.
    let most = i64::try_from(MOST_FOUND * 2).unwrap_or(i64::MAX);
    let rows = db.rows(sql, &[&uuid(first), &uuid(last), &most]).await?;
    let positions: Vec<i64> = rows.iter().map(|row| get_or_default(row, "seq")).collect();
    let rows = summaries::at(db, &positions).await?;
    for row in &rows {
        match row.summary() {
            Ok(summary) => found.push(summary),
            Err(why) => passed_over.add(row.unreadable(why)),
        }
    }
    found.sort_by_key(|row| std::cmp::Reverse(row.id));
    found.truncate(MOST_FOUND);
    Ok((found, passed_over))
}

/// The position of a delivery. Of one that is no longer there: after all that, by its id, was accepted before it.
pub async fn position(db: Db<'_>, id: DeliveryId) -> Result<LogPosition, StoreError> {
    let id = uuid(id);
    if let Some(seq) = db.value::<i64>("SELECT seq FROM delivery WHERE id = $1", &[&id]).await? {
        return Ok(LogPosition::new(seq));
    }
    let sql = "SELECT seq FROM delivery WHERE id < $1 ORDER BY id DESC LIMIT 1";
    let before = db.value::<i64>(sql, &[&id]).await?;
    Ok(before.map_or(LogPosition::FIRST, |seq| LogPosition::new(seq).after()))
}
