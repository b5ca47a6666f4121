//! Lanes: the queue of one profile to one endpoint.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{OptionalExtension, Transaction};

use crate::profile::ProfileId;
use crate::record::{Kind, NewDelivery};
use crate::storage::error::StoreError;

/// Finds the lanes of accepted deliveries, and creates missing ones. A batch usually has few.
#[derive(Default)]
pub struct Lanes<'a> {
    known: HashMap<Key<'a>, i64>,
    /// Usually the next one has the same lane.
    last: Option<(Key<'a>, i64)>,
}

/// Profile, endpoint, and whether it is manual.
type Key<'a> = (&'a str, &'a str, bool);

impl<'a> Lanes<'a> {
    pub fn of(&mut self, tx: &Transaction<'_>, new: &'a NewDelivery) -> Result<i64, StoreError> {
        let key = (new.profile_id.as_str(), new.origin.as_str(), new.kind != Kind::Event);
        if let Some((last, lane)) = self.last
            && last == key
        {
            return Ok(lane);
        }
        let lane = match self.known.entry(key) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => *new.insert(find_or_make(tx, key.0, key.1, key.2)?),
        };
        self.last = Some((key, lane));
        Ok(lane)
    }
}

/// The lane of this profile, this endpoint, and manual deliveries or events.
pub fn find_or_make(
    tx: &Transaction<'_>,
    profile_id: &str,
    origin: &str,
    by_hand: bool,
) -> Result<i64, StoreError> {
    let key = (profile_id, origin, by_hand);
    let sql = "SELECT seq FROM lane WHERE profile_id = ?1 AND origin = ?2 AND by_hand = ?3";
    if let Some(lane) = tx.prepare_cached(sql)?.query_row(key, |row| row.get(0)).optional()? {
        return Ok(lane);
    }
    let sql = "INSERT INTO lane (profile_id, origin, by_hand) VALUES (?1, ?2, ?3)";
    tx.prepare_cached(sql)?.execute(key)?;
    Ok(tx.last_insert_rowid())
}

/// The lanes that a profile has or had.
pub fn of_profile(tx: &Transaction<'_>, profile: &ProfileId) -> Result<Vec<i64>, StoreError> {
    let mut statement = tx.prepare_cached("SELECT seq FROM lane WHERE profile_id = ?1")?;
    let lanes = statement.query_map([profile.as_str()], |row| row.get(0))?;
    Ok(lanes.collect::<Result<_, _>>()?)
}
