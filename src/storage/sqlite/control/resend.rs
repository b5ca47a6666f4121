//! Resends an earlier delivery.

use jiff::Timestamp;
use rusqlite::{Transaction, named_params, params};

use crate::profile::Choice;
use crate::record::{DeliveryId, DeliveryState, Kind};
use crate::storage::error::{Problem, StoreError};
use crate::storage::rollups::mark::RollupMark;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::profiles::list;
use crate::storage::sqlite::queue::enqueue::QUEUE;
use crate::storage::sqlite::queue::job::callback;
use crate::storage::sqlite::queue::lane;
use crate::storage::sqlite::rows::columns::{self, ID_HEADER, get, headers_text, millis};
use crate::storage::sqlite::rows::salvage::on_row;
use crate::storage::unreadable::Why;

/// The required parts of the earlier one.
struct Earlier {
    id: DeliveryId,
    seq: i64,
    profile_id: String,
    was_tested: bool,
    /// None if no request could be made.
    headers: Option<Vec<(String, String)>>,
    origin: String,
}

impl Store {
    /// Accepts the request of an earlier delivery, byte for byte, as a new delivery that is due at once: only its
    /// `webhook-id` is new.
    ///
    /// # Errors
    /// There is no such delivery, it never had a request, or it tested a profile that was never
    /// saved; or the file cannot be written.
    pub async fn resend(&self, id: DeliveryId, new_id: DeliveryId, at: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| resend(tx, id, new_id, at).map(drop)).await
    }
}

/// Whether a delivery was resent before.
pub fn was_sent_again(tx: &Transaction<'_>, id: DeliveryId) -> Result<bool, StoreError> {
    Ok(tx
        .prepare_cached("SELECT 1 FROM delivery WHERE id = ?1 AND again IS NOT NULL")?
        .exists([id.bytes()])?)
}

/// As [`Store::resend`]; returns the position of the new delivery. An error leaves no trace.
pub fn resend(
    tx: &Writing<'_>,
    id: DeliveryId,
    new_id: DeliveryId,
    at: Timestamp,
) -> Result<i64, StoreError> {
    let earlier = earlier(tx, id)?.ok_or(Problem::NoDelivery(id))?;
    let mut headers = earlier.headers.clone().ok_or(Problem::NoRequest(id))?;
    for (name, value) in &mut headers {
        if name.eq_ignore_ascii_case(ID_HEADER) {
            *value = new_id.to_string();
        }
    }
    let tested = earlier.was_tested && is_kept(tx, earlier.seq)?;
    if earlier.was_tested && !tested && list::kept_document(tx, &earlier.profile_id)?.is_none() {
        return Err(Problem::TestedGone(id).into());
    }
    copy(tx, &earlier, new_id, at, &headers_text(&headers), tested)
}

fn earlier(tx: &Transaction<'_>, id: DeliveryId) -> Result<Option<Earlier>, StoreError> {
    let sql = "SELECT delivery.seq, profile_id, was_tested, origin, vals, method, url, headers, body
               FROM delivery LEFT JOIN lane ON lane.seq = delivery.lane
                   LEFT JOIN request ON request.delivery = delivery.seq WHERE id = ?1";
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query([id.bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    // Only a completely readable delivery is resent.
    let read = || -> Result<Earlier, Why> {
        columns::values(columns::text(row, 4)?)?;
        Ok(Earlier {
            id,
            seq: get(row, 0)?,
            profile_id: get(row, 1)?,
            was_tested: get(row, 2)?,
            origin: get(row, 3)?,
            headers: callback(row, 5)?.map(|callback| callback.headers),
        })
    };
    let unreadable = |why| StoreError::unreadable(format_args!("delivery {id}"), why);
    read().map(Some).map_err(unreadable)
}

/// Whether the tested profile is still stored.
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
) -> Result<i64, StoreError> {
    let sql = "INSERT INTO delivery
                   (seq, id, state, lane, kind, profile_title, event, was_tested,
                    retry_count, interval_s, timeout_ms, backoff, attempts, due_at, accepted_at)
               SELECT :seq, :id, 0, :lane, :kind, profile_title, event, :tested,
                    retry_count, interval_s, timeout_ms, backoff, 0, :at, :at
               FROM delivery WHERE seq = :earlier";
    let lane = lane::find_or_make(tx, &earlier.profile_id, &earlier.origin, true)?;
    let seq = tx.next_position()?;
    let copy = || {
        tx.prepare_cached(sql)?.execute(named_params! {
            ":seq": seq,
            ":id": new_id.bytes(),
            ":lane": lane,
            ":kind": Kind::Again.name(),
            ":tested": tested,
            ":at": millis(at),
            ":earlier": earlier.seq,
        })
    };
    on_row(tx, earlier.seq, copy)?;
    let sql = "INSERT INTO request SELECT ?1, method, url, ?2, vals, body FROM request WHERE delivery = ?3";
    on_row(tx, earlier.seq, || tx.prepare_cached(sql)?.execute((seq, headers, earlier.seq)))?;
    tx.prepare_cached(QUEUE)?.execute(params![lane, seq, None::<i64>])?;
    tx.came(DeliveryState::Queued);
    tx.count(lane, RollupMark::accepted(millis(at), None));
    if tested {
        let sql = "INSERT INTO tested SELECT ?1, document FROM tested WHERE delivery = ?2";
        tx.prepare_cached(sql)?.execute((seq, earlier.seq))?;
    }
    tx.prepare_cached("INSERT INTO resend (seq, earlier) VALUES (?1, ?2)")?
        .execute((seq, earlier.id.bytes()))?;
    let sql = "UPDATE delivery SET again = ?2 WHERE seq = ?1";
    on_row(tx, earlier.seq, || tx.prepare_cached(sql)?.execute((earlier.seq, new_id.bytes())))?;
    tx.touched();
    Ok(seq)
}
