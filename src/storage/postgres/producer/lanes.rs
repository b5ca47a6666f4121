//! Lanes: the queue of one profile to one endpoint.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::record::{Kind, NewDelivery};
use crate::storage::error::{Problem, StoreError};
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::connection::server::Server;

/// Profile, endpoint, and whether a person sent it.
pub type LaneKey = (String, String, bool);

/// How many lanes are remembered.
const MOST: usize = 100_000;

/// The numbers of lanes, as far as this process has met them.
///
/// A lane keeps its number, unless the database goes back to an earlier state: then the number is given again, to a
/// lane of another profile. So what was learned before the last connection was made is forgotten.
pub struct KnownLanes {
    server: Arc<Server>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// How many connections had been made when these were learned.
    connections: u64,
    numbers: HashMap<LaneKey, i32>,
}

/// The lane of a delivery.
pub fn key(new: &NewDelivery) -> LaneKey {
    (new.profile_id.to_string(), new.origin.clone(), new.kind != Kind::Event)
}

impl KnownLanes {
    /// None yet.
    pub fn new(server: Arc<Server>) -> Self {
        Self { server, known: Mutex::default() }
    }

    /// The lanes of these keys, in their order. Those that are missing are made: not in a transaction, since they are
    /// remembered whatever becomes of it.
    pub async fn of(&self, db: Db<'_>, keys: &[LaneKey]) -> Result<Vec<i32>, StoreError> {
        self.look_up(db, keys, true).await
    }

    /// As [`KnownLanes::of`], in a transaction: those that are made are not remembered.
    pub async fn in_transaction(&self, db: Db<'_>, keys: &[LaneKey]) -> Result<Vec<i32>, StoreError> {
        self.look_up(db, keys, false).await
    }

    async fn look_up(&self, db: Db<'_>, keys: &[LaneKey], remember: bool) -> Result<Vec<i32>, StoreError> {
        let connections = self.server.connections_made();
        let mut numbers: HashMap<&LaneKey, i32> = {
            let known = self.lock(connections);
            keys.iter().filter_map(|key| Some((key, *known.numbers.get(key)?))).collect()
        };
        // In order, so that two processes that make the same ones never wait for each other.
        let missing: BTreeSet<&LaneKey> = keys.iter().filter(|key| !numbers.contains_key(key)).collect();
        let missing: Vec<LaneKey> = missing.into_iter().cloned().collect();
        let made = if missing.is_empty() { Vec::new() } else { find_or_make(db, &missing).await? };
        numbers.extend(made.iter().map(|(key, number)| (key, *number)));
        let number =
            |key| numbers.get(key).copied().ok_or_else(|| Problem::Sql("a lane is missing".to_owned()));
        let all = keys.iter().map(number).collect::<Result<_, _>>()?;
        // Meanwhile another connection may have been made.
        if remember && connections == self.server.connections_made() {
            let mut known = self.lock(connections);
            if known.numbers.len() >= MOST {
                known.numbers.clear();
            }
            known.numbers.extend(made);
        }
        Ok(all)
    }

    /// What is known after this many connections.
    fn lock(&self, connections: u64) -> MutexGuard<'_, Known> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.connections != connections {
            *known = Known { connections, numbers: HashMap::new() };
        }
        known
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
