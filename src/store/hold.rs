//! Profiles of which nothing is sent for now, or all of them.
//!
//! What is held stays queued, and comes in as ever. What a person sends by hand goes out.

use std::collections::HashSet;

use rusqlite::Transaction;

use super::error::StoreError;

/// In the place of a profile's id: all profiles.
const ALL: &str = "";

/// What is held.
#[derive(Debug, Default)]
pub(super) struct Holds {
    all: bool,
    profiles: HashSet<String>,
}

impl Holds {
    pub(super) fn read(tx: &Transaction<'_>) -> Result<Self, StoreError> {
        let mut statement = tx.prepare_cached("SELECT profile_id FROM hold")?;
        let mut rows = statement.query([])?;
        let mut holds = Self::default();
        while let Some(row) = rows.next()? {
            match row.get::<_, String>(0)? {
                id if id == ALL => holds.all = true,
                id => {
                    holds.profiles.insert(id);
                }
            }
        }
        Ok(holds)
    }

    /// Whether nothing of this profile is sent now; `by_hand` says that a person asked for it.
    pub(super) fn hold(&self, profile_id: &str, by_hand: bool) -> bool {
        !by_hand && (self.all || self.profiles.contains(profile_id))
    }
}
