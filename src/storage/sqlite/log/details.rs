//! The log of deliveries: one in full, and counts.

use rusqlite::{OptionalExtension, Row, Transaction};

use crate::record::{Attempt, DeliveryId, DeliveryState, Details};
use crate::storage::error::StoreError;
use crate::storage::log::counts::Counts;
use crate::storage::phases_bytes::phases;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::log::links;
use crate::storage::sqlite::log::summary_row::{AFTER_SUMMARY, SEQ, SUMMARY, summary};
use crate::storage::sqlite::queue::job::callback;
use crate::storage::sqlite::rows::columns::{self, get, state_number};
use crate::storage::sqlite::rows::outcome::with_outcome;
use crate::storage::unreadable::Why;

impl Store {
    /// Everything about one delivery, if it exists.
    ///
    /// # Errors
    /// The file, or the delivery in it, cannot be read.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Details>, StoreError> {
        self.read(move |tx| details(tx, id)).await
    }

    /// How many deliveries are in each state, however many there are.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT n FROM tally WHERE state = ?1")?;
            let mut of = |state| -> Result<u64, StoreError> {
                let n = statement.query_row([state_number(state)], |row| Ok(row.get(0).unwrap_or(0)));
                // A missing number is recounted by the next sender.
                Ok(n.optional()?.map_or(0, |n: i64| u64::try_from(n).unwrap_or(0)))
            };
            Ok(Counts {
                queued: of(DeliveryState::Queued)?,
                waiting: of(DeliveryState::Waiting)?,
                delivered: of(DeliveryState::Delivered)?,
                failed: of(DeliveryState::Failed)?,
                cancelled: of(DeliveryState::Cancelled)?,
            })
        })
        .await
    }
}

pub fn unreadable(id: DeliveryId, why: Why) -> StoreError {
    StoreError::unreadable(format_args!("delivery {id}"), why)
}

fn details(tx: &Transaction<'_>, id: DeliveryId) -> Result<Option<Details>, StoreError> {
    let sql = format!(
        "SELECT {SUMMARY}, method, url, headers, body, vals
         FROM {} LEFT JOIN request ON request.delivery = delivery.seq WHERE id = ?1",
        with_outcome("delivery")
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([id.bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let seq = row.get(SEQ)?;
    let read = || -> Result<Details, Why> {
        Ok(Details {
            summary: summary(row)?,
            callback: callback(row, AFTER_SUMMARY)?,
            values: columns::values(&get::<String>(row, AFTER_SUMMARY + 4)?)?,
            attempts: Vec::new(),
            original: None,
            resends: Vec::new(),
            passed_over: Vec::new(),
        })
    };
    let mut details = read().map_err(|why| unreadable(id, why))?;
    attempts(tx, seq, &mut details)?;
    links::read(tx, &mut details)?;
    Ok(Some(details))
}

/// The columns of an attempt; see [`attempt`].
pub const ATTEMPT: &str = "n, started_at, duration_ms, status, class, message, response_headers, \
     response_body, response_cut, address, phases, is_probe";

/// The number of them.
pub const ATTEMPT_COLUMNS: usize = 12;

/// Reads all of them. An invalid one hides no other.
fn attempts(tx: &Transaction<'_>, seq: i64, details: &mut Details) -> Result<(), StoreError> {
    let sql =
        format!("SELECT {ATTEMPT} FROM attempt WHERE key BETWEEN ?1 << 10 AND ?1 << 10 | 1023 ORDER BY key");
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([seq])?;
    while let Some(row) = rows.next()? {
        match attempt(row) {
            Ok(attempt) => details.attempts.push(attempt),
            Err(why) => {
                details
                    .passed_over
                    .push(format!("{} cannot be read ({why})", columns::named("attempt", row)));
            }
        }
    }
    Ok(())
}

/// An attempt, from the columns of [`ATTEMPT`].
pub fn attempt(row: &Row<'_>) -> Result<Attempt, Why> {
    let (class, message): (Option<String>, Option<String>) = (get(row, 4)?, get(row, 5)?);
    let response_incomplete = message.clone().filter(|_| class.is_none());
    Ok(Attempt {
        n: get(row, 0)?,
        started_at: columns::time(get(row, 1)?)?,
        duration_ms: get(row, 2)?,
        address: columns::address(get(row, 9)?)?,
        status: get(row, 3)?,
        error: columns::failure(class, message)?,
        response_headers: columns::headers(&get::<String>(row, 6)?)?.into(),
        response_body: get(row, 7)?,
        response_cut: get(row, 8)?,
        response_incomplete,
        sender: None,
        phases: get::<Option<Vec<u8>>>(row, 10)?.as_deref().map(phases).transpose()?,
        is_probe: get::<Option<bool>>(row, 11)?.unwrap_or(false),
    })
}
