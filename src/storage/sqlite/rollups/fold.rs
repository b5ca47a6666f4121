//! Changes become rollups.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension as _, Transaction, params};

use crate::storage::error::StoreError;
use crate::storage::rollups::fold::Folding;
use crate::storage::rollups::mark_list;
use crate::storage::rollups::rollup::Rollup;
use crate::storage::sqlite::rows::columns::{get, text};

/// Adds all changes to the rollups.
pub fn fold(tx: &Transaction<'_>) -> Result<(), StoreError> {
    let mut folding = Folding::default();
    {
        let mut select = tx.prepare_cached("SELECT marks FROM rollup_change")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            // Damage to one must not keep the others, nor what is being committed.
            let marks: Vec<u8> = get(row, 0).unwrap_or_default();
            mark_list::each(&marks, |lane, mark, times| folding.add(lane, mark, times));
        }
    }
    tx.prepare_cached("DELETE FROM rollup_change")?.execute([])?;
    let profiles = profiles(tx, &folding.lanes())?;
    let key = "step = ?1 AND at = ?2 AND profile_id = ?3";
    let mut select = tx.prepare_cached(&format!("SELECT counts FROM rollup WHERE {key}"))?;
    let mut replace = tx.prepare_cached("INSERT OR REPLACE INTO rollup VALUES (?1, ?2, ?3, ?4)")?;
    for ((step, at, profile), added) in folding.slots(&profiles) {
        let stored = select
            .query_row(params![step.number(), at, profile], |row| row.get::<_, Vec<u8>>(0))
            .optional()?;
        let mut all = Rollup::default();
        // A damaged one begins anew.
        let _ = all.add_encoded(&stored.unwrap_or_default());
        all.add(&added);
        replace.execute(params![step.number(), at, profile, all.encode()])?;
    }
    Ok(())
}

/// The profiles of lanes; without those that cannot be read.
pub fn profiles(tx: &Transaction<'_>, lanes: &[i64]) -> Result<BTreeMap<i64, String>, StoreError> {
    let mut select = tx.prepare_cached("SELECT profile_id FROM lane WHERE seq = ?1")?;
    let mut found = BTreeMap::new();
    for lane in lanes {
        let id = select.query_row([lane], |row| Ok(text(row, 0).map(str::to_owned).ok())).optional()?;
        found.extend(id.flatten().map(|id| (*lane, id)));
    }
    Ok(found)
}
