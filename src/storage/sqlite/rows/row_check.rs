//! Finds all invalid rows.

use rusqlite::{Connection, Row};

use crate::storage::error::StoreError;
use crate::storage::profiles::listing::Listing;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::log::details::{ATTEMPT, ATTEMPT_COLUMNS, attempt};
use crate::storage::sqlite::log::summary_row::{SEQ, SUMMARY, summary};
use crate::storage::sqlite::profiles::deleted::{deleted, restorable};
use crate::storage::sqlite::profiles::list::{LISTED, listed};
use crate::storage::sqlite::profiles::samples::{OWN_SAMPLES, own_sample};
use crate::storage::sqlite::profiles::variables::{OWN, own};
use crate::storage::sqlite::rows::columns::{self, get};
use crate::storage::sqlite::rows::outcome::with_outcome;
use crate::storage::unreadable::{PassedOver, UnreadableRow, Why};

impl Listing {
    /// Finds its invalid rows.
    fn look(self, db: &Connection, found: &mut PassedOver) -> Result<(), StoreError> {
        match self {
            Self::Profiles => {
                let sql = format!("SELECT {LISTED} FROM profile WHERE deleted_at IS NULL");
                each(db, &sql, found, |row| listed(row).map(drop))
            }
            Self::DeletedProfiles => each(db, &restorable(), found, |row| deleted(row).map(drop)),
            Self::OwnVariables => each(db, OWN, found, |row| own(row).map(drop)),
            Self::OwnSamples => each(db, OWN_SAMPLES, found, |row| own_sample(row).map(drop)),
        }
    }
}

impl Store {
    /// The invalid rows of a listing, which the listing skips.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn unreadable(&self, listing: Listing) -> Result<PassedOver, StoreError> {
        self.read(move |tx| {
            let mut found = PassedOver::default();
            listing.look(tx, &mut found)?;
            Ok(found)
        })
        .await
    }
}

/// All invalid rows, in every table. Takes as long as reading the log does.
pub fn look(db: &Connection) -> Result<PassedOver, StoreError> {
    let mut found = PassedOver::default();
    let all = [Listing::Profiles, Listing::DeletedProfiles, Listing::OwnVariables, Listing::OwnSamples];
    for listing in all {
        listing.look(db, &mut found)?;
    }
    let lanes = "SELECT seq, profile_id, origin, by_hand, failed_in_row, delivered FROM lane";
    each(db, lanes, &mut found, |row| {
        let of = |why| UnreadableRow { name: columns::named("queue", row), why, position: None };
        lane(row).map_err(of)
    })?;
    let deliveries = format!("SELECT {SUMMARY} FROM {}", with_outcome("delivery"));
    each(db, &deliveries, &mut found, |row| {
        let of = |why| {
            let id = columns::delivery_id(row, 0).ok();
            UnreadableRow::delivery(id, row.get(SEQ).unwrap_or_default(), why)
        };
        summary(row).map(drop).map_err(of)
    })?;
    // Bodies are the largest part, and any bytes are valid.
    let attempts = format!("SELECT {ATTEMPT}, key FROM attempt").replace("response_body", "x''");
    each(db, &attempts, &mut found, |row| {
        let of = |why| {
            let key = row.get::<_, i64>(ATTEMPT_COLUMNS).unwrap_or_default();
            let name = format!("attempt {} of the delivery in row {}", key & 1023, key >> 10);
            UnreadableRow { name, why, position: None }
        };
        attempt(row).map(drop).map_err(of)
    })?;
    Ok(found)
}

fn each(
    db: &Connection,
    sql: &str,
    found: &mut PassedOver,
    read: impl Fn(&Row<'_>) -> Result<(), UnreadableRow>,
) -> Result<(), StoreError> {
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        found.extend(read(row).err());
    }
    Ok(())
}

fn lane(row: &Row<'_>) -> Result<(), Why> {
    columns::profile_id(columns::text(row, 1)?)?;
    columns::text(row, 2)?;
    get::<bool>(row, 3)?;
    get::<u32>(row, 4)?;
    get::<Option<[u8; 16]>>(row, 5)?;
    Ok(())
}
