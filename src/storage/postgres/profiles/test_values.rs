//! The values that a profile was tested with last, to be offered again.

use crate::callback::Values;
use crate::profile::{Choice as _, Event, ProfileId};
use crate::storage::encoding::{self, values_text};
use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::get;

/// Keeps the values of a test, in place of the last ones of this profile and event.
pub async fn keep(
    db: Db<'_>,
    profile_id: &ProfileId,
    event: Option<Event>,
    values: &Values,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO test_values (profile_id, event, vals) VALUES ($1, $2, $3)
               ON CONFLICT (profile_id, event) DO UPDATE SET vals = excluded.vals";
    let event = event.map_or("", |event| event.name());
    db.execute(sql, &[&profile_id.as_str(), &event, &values_text(values)?]).await?;
    Ok(())
}

/// The values of the last test of each event of a profile.
pub async fn of(db: Db<'_>, profile_id: &ProfileId) -> Result<Vec<(Option<Event>, Values)>, StoreError> {
    let sql = "SELECT event, vals FROM test_values WHERE profile_id = $1";
    let mut all = Vec::new();
    for row in &db.rows(sql, &[&profile_id.as_str()]).await? {
        // Unreadable test values are a convenience only, and prevent no test.
        let Ok(values) = get(row, "vals").and_then(encoding::values) else { continue };
        all.push((get(row, "event").ok().and_then(Event::from_name), values));
    }
    Ok(all)
}
