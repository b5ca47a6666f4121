//! Sending an earlier delivery once more.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, named_params};

use crate::delivery::{DeliveryId, Kind, State};
use crate::profile::Choice;

use super::Store;
use super::columns::{ID_HEADER, headers, headers_text, millis};
use super::error::{Problem, StoreError};
use super::lane;
use super::profiles;
use super::tally::Writing;

/// What must be known of the earlier one.
struct Earlier {
    seq: i64,
    profile_id: String,
    was_tested: bool,
    headers: Option<String>,
    origin: String,
}

impl Store {
    /// Accepts the request of an earlier delivery, to the byte, as a new delivery that is due at
    /// once: only its `webhook-id` is the new one's.
    ///
    /// # Errors
    /// There is no such delivery, it never had a request, or it tested a profile that was never
    /// saved; or the file cannot be written.
    pub async fn send_again(
        &self,
        id: DeliveryId,
        new_id: DeliveryId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |tx| send_again(tx, id, new_id, at)).await
    }
}

/// Whether a delivery was sent again before.
pub(super) fn was_sent_again(tx: &Transaction<'_>, id: DeliveryId) -> Result<bool, StoreError> {
    Ok(tx
        .prepare_cached("SELECT 1 FROM delivery WHERE id = ?1 AND again IS NOT NULL")?
        .exists([id.bytes()])?)
}

/// As [`Store::send_again`]; an error leaves nothing behind.
pub(super) fn send_again(
    tx: &Writing<'_>,
    id: DeliveryId,
    new_id: DeliveryId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let earlier = earlier(tx, id)?.ok_or(Problem::NoDelivery(id))?;
    let text = earlier.headers.as_deref().ok_or(Problem::NoRequest(id))?;
    let mut headers =
        headers(text).map_err(|why| StoreError::unreadable(format_args!("delivery {id}"), why))?;
    for (name, value) in &mut headers {
        if name.eq_ignore_ascii_case(ID_HEADER) {
            *value = new_id.to_string();
        }
    }
    let tested = earlier.was_tested && is_kept(tx, earlier.seq)?;
    if earlier.was_tested && !tested && profiles::kept_document(tx, &earlier.profile_id)?.is_none() {
        return Err(Problem::TestedGone(id).into());
    }
    copy(tx, &earlier, new_id, at, &headers_text(&headers), tested)
}

fn earlier(tx: &Transaction<'_>, id: DeliveryId) -> Result<Option<Earlier>, StoreError> {
    let sql = "SELECT delivery.seq, profile_id, was_tested, headers, origin
               FROM delivery JOIN lane ON lane.seq = delivery.lane WHERE id = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Earlier {
            seq: row.get(0)?,
            profile_id: row.get(1)?,
            was_tested: row.get(2)?,
            headers: row.get(3)?,
            origin: row.get(4)?,
        })
    };
    Ok(tx.prepare_cached(sql)?.query_row([id.bytes()], read).optional()?)
}

/// Whether the profile as it was tested is still there.
fn is_kept(tx: &Transaction<'_>, seq: i64) -> Result<bool, StoreError> {
    Ok(tx.prepare_cached("SELECT 1 FROM tested WHERE delivery = ?1")?.exists([seq])?)
}

fn copy(
    tx: &Writing<'_>,
    earlier: &Earlier,
    new_id: DeliveryId,
    at: Timestamp,
    headers: &str,
    tested: bool,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO delivery
                   (id, state, lane, kind, profile_title, event, was_tested,
                    retry_count, interval_s, timeout_ms, backoff, attempts, due_at, accepted_at,
                    method, url, headers, vals, body)
               SELECT :id, 0, :lane, :kind, profile_title, event, :tested,
                    retry_count, interval_s, timeout_ms, backoff, 0, :at, :at,
                    method, url, :headers, vals, body
               FROM delivery WHERE seq = :earlier";
    tx.prepare_cached(sql)?.execute(named_params! {
        ":id": new_id.bytes(),
        ":lane": lane::find_or_make(tx, &earlier.profile_id, &earlier.origin, true)?,
        ":kind": Kind::Again.name(),
        ":tested": tested,
        ":at": millis(at),
        ":headers": headers,
        ":earlier": earlier.seq,
    })?;
    tx.came(State::Queued);
    if tested {
        let sql = "INSERT INTO tested SELECT ?1, document FROM tested WHERE delivery = ?2";
        tx.prepare_cached(sql)?.execute((tx.last_insert_rowid(), earlier.seq))?;
    }
    let sql = "UPDATE delivery SET again = ?2 WHERE seq = ?1";
    tx.prepare_cached(sql)?.execute((earlier.seq, new_id.bytes()))?;
    tx.touched();
    Ok(())
}
