//! Named samples that a person added to an event.

use serde_json::Value;
use tokio_postgres::Row;

use crate::profile::catalogue::Sample;
use crate::storage::encoding;
use crate::storage::error::StoreError;
use crate::storage::postgres::changes::Changes;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::get;
use crate::storage::unreadable::{UnreadableRow, Why};

/// All own samples, in the order in which they were added.
const OWN: &str = "SELECT scope, name, vals FROM own_sample ORDER BY seq";

/// All own samples, each with its scope, in the order in which they were added.
pub async fn all(db: Db<'_>) -> Result<Vec<(String, Sample)>, StoreError> {
    // One without meaning hides no other: see `unreadable`.
    Ok(db.rows(OWN, &[]).await?.iter().filter_map(|row| own(row).ok()).collect())
}

/// The rows that [`all`] passes over.
pub async fn unreadable(db: Db<'_>) -> Result<Vec<UnreadableRow>, StoreError> {
    let of = |row: &Row| {
        let name = get::<&str>(row, "name").map_or_else(|_| String::new(), str::to_owned);
        own(row).err().map(|why| UnreadableRow { name: format!("own sample {name}"), why, position: None })
    };
    Ok(db.rows(OWN, &[]).await?.iter().filter_map(of).collect())
}

/// Adds a sample to a scope, or changes the one of that name there.
pub async fn save(db: Db<'_>, scope: &str, sample: Sample) -> Result<(), StoreError> {
    let sql = "INSERT INTO own_sample (scope, name, vals) VALUES ($1, $2, $3)
               ON CONFLICT (scope, name) DO UPDATE SET vals = excluded.vals";
    db.execute(sql, &[&scope, &sample.name, &Value::Object(sample.values).to_string()]).await?;
    Changes::VARIABLES.note(db).await
}

/// Removes an own sample from a scope. Whether it was there.
pub async fn remove(db: Db<'_>, scope: &str, name: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM own_sample WHERE scope = $1 AND name = $2";
    let was_there = db.execute(sql, &[&scope, &name]).await? > 0;
    if was_there {
        Changes::VARIABLES.note(db).await?;
    }
    Ok(was_there)
}

fn own(row: &Row) -> Result<(String, Sample), Why> {
    let values = encoding::values(get(row, "vals")?)?.into_members();
    Ok((get(row, "scope")?, Sample { name: get(row, "name")?, values }))
}
