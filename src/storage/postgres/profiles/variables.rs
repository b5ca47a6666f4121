//! Variables that a person added to an event.

use tokio_postgres::Row;

use crate::profile::catalogue::{Variable, VariableOrigin};
use crate::storage::error::StoreError;
use crate::storage::postgres::changes::Changes;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::get;
use crate::storage::unreadable::{UnreadableRow, Why};

/// All own variables, in the order in which they were added.
const OWN: &str = "SELECT scope, name, meaning, sample FROM own_variable ORDER BY seq";

/// All own variables, each with its scope, in the order in which they were added.
pub async fn all(db: Db<'_>) -> Result<Vec<(String, Variable)>, StoreError> {
    // One without meaning hides no other: see `unreadable`.
    Ok(db.rows(OWN, &[]).await?.iter().filter_map(|row| own(row).ok()).collect())
}

/// The rows that [`all`] passes over.
pub async fn unreadable(db: Db<'_>) -> Result<Vec<UnreadableRow>, StoreError> {
    let of = |row: &Row| {
        let name = get::<&str>(row, "name").map_or_else(|_| String::new(), str::to_owned);
        own(row).err().map(|why| UnreadableRow { name: format!("own variable {name}"), why, position: None })
    };
    Ok(db.rows(OWN, &[]).await?.iter().filter_map(of).collect())
}

/// Adds a variable to a scope, or changes the one of that name there.
pub async fn add(db: Db<'_>, scope: &str, variable: &Variable) -> Result<(), StoreError> {
    let sql = "INSERT INTO own_variable (scope, name, meaning, sample) VALUES ($1, $2, $3, $4)
               ON CONFLICT (scope, name) DO UPDATE SET meaning = excluded.meaning, sample = excluded.sample";
    let sample = variable.sample.to_string();
    db.execute(sql, &[&scope, &variable.name, &variable.meaning, &sample]).await?;
    Changes::VARIABLES.note(db).await
}

/// Changes an own variable of a scope, and perhaps its name. Whether it was there, and its new name free.
pub async fn change(db: Db<'_>, scope: &str, name: &str, variable: &Variable) -> Result<bool, StoreError> {
    let sql = "UPDATE own_variable SET name = $3, meaning = $4, sample = $5 WHERE scope = $1 AND name = $2
               AND NOT EXISTS (SELECT FROM own_variable o WHERE o.scope = $1 AND o.name = $3 AND o.name <> $2)";
    let sample = variable.sample.to_string();
    let changed = db.execute(sql, &[&scope, &name, &variable.name, &variable.meaning, &sample]).await? > 0;
    if changed {
        Changes::VARIABLES.note(db).await?;
    }
    Ok(changed)
}

/// Removes an own variable from a scope. Whether it was there.
pub async fn remove(db: Db<'_>, scope: &str, name: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM own_variable WHERE scope = $1 AND name = $2";
    let was_there = db.execute(sql, &[&scope, &name]).await? > 0;
    if was_there {
        Changes::VARIABLES.note(db).await?;
    }
    Ok(was_there)
}

fn own(row: &Row) -> Result<(String, Variable), Why> {
    let sample = serde_json::from_str(get(row, "sample")?).map_err(|error| error.to_string())?;
    let variable = Variable {
        name: get(row, "name")?,
        origin: VariableOrigin::Own,
        meaning: get(row, "meaning")?,
        sample,
    };
    Ok((get(row, "scope")?, variable))
}
