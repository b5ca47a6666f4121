//! Rows that have no meaning: changed by another program, or written by a clock near the end of its
//! range. Lists pass them over, so that one of them hides no other; here they are found.

use rusqlite::Connection;

use crate::delivery::DeliveryId;

use super::error::StoreError;
use super::log::{SUMMARY, summary};
use super::profiles::{LISTED, listed};

/// Most rows that are named.
const NAMED: usize = 5;

/// Some of them, each with the reason, and how many there are. Takes as long as reading the log does.
pub(super) fn look(db: &Connection) -> Result<(Vec<String>, u64), StoreError> {
    let (mut named, mut all) = (Vec::new(), 0);
    let mut note = |what: String| {
        all += 1;
        if named.len() < NAMED {
            named.push(what);
        }
    };
    let mut statement = db.prepare(&format!("SELECT {LISTED} FROM profile WHERE deleted_at IS NULL"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Err(error) = listed(row) {
            note(error.problem.to_string());
        }
    }
    let mut statement = db.prepare(&format!("SELECT {SUMMARY} FROM delivery"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Err(why) = summary(row) {
            note(format!("delivery {} ({why})", DeliveryId::from_bytes(row.get(0)?)));
        }
    }
    Ok((named, all))
}
