//! The log of deliveries: one in full, and counts.

use rusqlite::{OptionalExtension, Row, Transaction};

use crate::record::{Attempt, DeliveryId, DeliveryState, Details, LogPosition, Summary};
use crate::storage::error::StoreError;
use crate::storage::log::counts::Counts;
use crate::storage::phases_bytes::phases;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::queue::job::{callback, policy};
use crate::storage::sqlite::rows::columns::{self, get, state_number};
use crate::storage::sqlite::rows::outcome::with_outcome;
use crate::storage::unreadable::Why;

/// The columns of a summary; see [`summary`]. They are selected from [`with_outcome`].
pub const SUMMARY: &str = "id, kind, (SELECT profile_id FROM lane WHERE lane.seq = delivery.lane), profile_title, event, \
     iif(delivered.seq IS NULL, state, 2), iif(delivered.seq IS NULL, attempts, max(attempts, 1)), retry_count, \
     interval_s, timeout_ms, backoff, iif(delivered.seq IS NULL, due_at, NULL), accepted_at, \
     coalesce(last_status, only.status), last_class, last_message, coalesce(last_ms, only.duration_ms), again, \
     delivery.seq";

/// The index of the time of acceptance among them.
pub const ACCEPTED_AT: usize = 12;

/// The index of `again` among them.
pub const AGAIN: usize = 17;

/// The index of the row among them.
pub const SEQ: usize = 18;

/// The first column after those of a summary.
pub const AFTER_SUMMARY: usize = 19;

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

pub fn summary(row: &Row<'_>) -> Result<Summary, Why> {
    Ok(Summary {
        id: columns::delivery_id(row, 0)?,
        position: LogPosition::new(get(row, SEQ)?),
        kind: columns::choice(&get::<String>(row, 1)?)?,
        profile_id: columns::profile_id(&get::<String>(row, 2)?)?,
        profile_title: get(row, 3)?,
        event: get::<Option<String>>(row, 4)?.map(|name| columns::choice(&name)).transpose()?,
        state: columns::state(get(row, 5)?)?,
        attempts: get(row, 6)?,
        policy: policy(row, 7)?,
        due_at: get::<Option<i64>>(row, 11)?.map(columns::time).transpose()?,
        accepted_at: columns::time(get(row, ACCEPTED_AT)?)?,
        last_status: get(row, 13)?,
        last_error: columns::failure(get(row, 14)?, get(row, 15)?)?,
        last_ms: get(row, 16)?,
        again: get::<Option<[u8; 16]>>(row, AGAIN)?.map(DeliveryId::from_bytes),
    })
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
            passed_over: Vec::new(),
        })
    };
    let mut details = read().map_err(|why| unreadable(id, why))?;
    attempts(tx, seq, &mut details)?;
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
