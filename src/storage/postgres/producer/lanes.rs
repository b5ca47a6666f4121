//! Lanes: the queue of one profile to one endpoint.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::record::{Kind, NewDelivery};
use crate::storage::error::{Problem, StoreError};
use crate::storage::postgres::connection::db::Db;

/// Profile, endpoint, and whether a person sent it.
pub type LaneKey = (String, String, bool);

/// How many lanes are remembered.
const MOST: usize = 100_000;

/// The numbers of lanes, as far as this process has met them. They never change.
#[derive(Debug, Default)]
pub struct KnownLanes(Mutex<HashMap<LaneKey, i32>>);

/// The lane of a delivery.
pub fn key(new: &NewDelivery) -> LaneKey {
    (new.profile_id.to_string(), new.origin.clone(), new.kind != Kind::Event)
}

impl KnownLanes {
    /// The lanes of these keys, in their order. Those that are missing are made.
    pub async fn of(&self, db: Db<'_>, keys: &[LaneKey]) -> Result<Vec<i32>, StoreError> {
        let missing: Vec<LaneKey> = {
            let known = self.lock();
            // In order, so that two processes that make the same ones never wait for each other.
            let missing: BTreeSet<&LaneKey> = keys.iter().filter(|key| !known.contains_key(*key)).collect();
            missing.into_iter().cloned().collect()
        };
        if !missing.is_empty() {
            let made = find_or_make(db, &missing).await?;
            let mut known = self.lock();
            if known.len() >= MOST {
                known.clear();
            }
            known.extend(made);
        }
        let known = self.lock();
        let number =
            |key| known.get(key).copied().ok_or_else(|| Problem::Sql("a lane is missing".to_owned()));
        Ok(keys.iter().map(number).collect::<Result<_, _>>()?)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<LaneKey, i32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn find_or_make(db: Db<'_>, keys: &[LaneKey]) -> Result<Vec<(LaneKey, i32)>, StoreError> {
    let profiles: Vec<&str> = keys.iter().map(|key| key.0.as_str()).collect();
    let origins: Vec<&str> = keys.iter().map(|key| key.1.as_str()).collect();
    let by_hand: Vec<bool> = keys.iter().map(|key| key.2).collect();
    let sql = "INSERT INTO lane (profile_id, origin, by_hand)
               SELECT * FROM unnest($1::text[], $2::text[], $3::bool[]) ON CONFLICT DO NOTHING";
    db.execute(sql, &[&profiles, &origins, &by_hand]).await?;
    let sql = "SELECT l.seq, k.place FROM unnest($1::text[], $2::text[], $3::bool[])
                   WITH ORDINALITY k(profile_id, origin, by_hand, place)
               JOIN lane l ON (l.profile_id, l.origin, l.by_hand) = (k.profile_id, k.origin, k.by_hand)";
    let rows = db.rows(sql, &[&profiles, &origins, &by_hand]).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let place = usize::try_from(row.try_get::<_, i64>(1)?).unwrap_or(0);
        if let Some(key) = place.checked_sub(1).and_then(|place| keys.get(place)) {
            found.push((key.clone(), row.try_get(0)?));
        }
    }
    Ok(found)
}
