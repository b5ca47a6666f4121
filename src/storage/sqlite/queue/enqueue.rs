//! Accepts deliveries: from its commit on a delivery survives everything but the disk.

use rusqlite::{CachedStatement, params};

use crate::profile::Choice;
use crate::record::{DeliveryState, NewDelivery, RunId};
use crate::storage::error::{Problem, StoreError};
use crate::storage::sqlite::Store;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::engine::write_queue::Order;
use crate::storage::sqlite::error::InFile as _;
use crate::storage::sqlite::queue::lane::Lanes;
use crate::storage::sqlite::rows::columns::{document_text, headers_text, millis, state_number, values_text};

impl Store {
    /// Accepts a batch of deliveries: all or none.
    ///
    /// # Errors
    /// The file cannot be written. Whether the batch was stored may be unknown then: see
    /// [`Store::accepted_after_all`].
    pub async fn enqueue(&self, batch: Vec<NewDelivery>) -> Result<(), StoreError> {
        let (command, result) = self.0.gathering.add(batch);
        if let Some(command) = command {
            self.0.writer.order(Order::Write(command));
        }
        let result = result.await.map_err(|_| StoreError::from(Problem::Closed)).flatten();
        result.map_err(|error| error.at(self.path()))
    }
}

/// Inserts deliveries: queued and due at once, or failed if no request could be made.
pub fn insert_all<'a>(
    tx: &Writing<'_>,
    batch: impl IntoIterator<Item = &'a NewDelivery>,
) -> Result<(), StoreError> {
    let mut lanes = Lanes::default();
    let mut inserts = Inserts::prepare(tx)?;
    batch.into_iter().try_for_each(|new| insert(tx, &mut inserts, lanes.of(tx, new)?, new))
}

/// Puts a delivery at the end of its queue.
pub const QUEUE: &str = "INSERT OR FAIL INTO queued VALUES (?1, ?2, ?3)";

/// The statements of a batch: finding each in the cache for every delivery costs as much as a column or two.
struct Inserts<'a> {
    delivery: CachedStatement<'a>,
    request: CachedStatement<'a>,
    queued: CachedStatement<'a>,
}

impl<'a> Inserts<'a> {
    fn prepare(tx: &'a Writing<'_>) -> Result<Self, StoreError> {
        // By number: each name would be looked up for each row. `OR FAIL`, since the whole command is undone.
        let delivery = "INSERT OR FAIL INTO delivery
                   (id, state, lane, kind, profile_title, event, was_tested,
                    retry_count, interval_s, timeout_ms, backoff, attempts, due_at, accepted_at,
                    ended_at, last_class, last_message, run_id, seq)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, ?12, ?13, ?14, ?15, ?16,
                       ?17, ?18)";
        let request = "INSERT OR FAIL INTO request VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        Ok(Self {
            delivery: tx.prepare_cached(delivery)?,
            request: tx.prepare_cached(request)?,
            queued: tx.prepare_cached(QUEUE)?,
        })
    }
}

fn insert(
    tx: &Writing<'_>,
    inserts: &mut Inserts<'_>,
    lane: i64,
    new: &NewDelivery,
) -> Result<(), StoreError> {
    let (callback, failure) = match &new.request {
        Ok(callback) => (Some(callback), None),
        Err(failure) => (None, Some(failure)),
    };
    let state = if failure.is_none() { DeliveryState::Queued } else { DeliveryState::Failed };
    let accepted_at = millis(new.accepted_at);
    let run = new.run.map(RunId::number);
    let seq = tx.next_position()?;
    inserts.delivery.execute(params![
        new.id.bytes(),
        state_number(state),
        lane,
        new.kind.name(),
        new.profile_title,
        new.event.map(Choice::name),
        new.tested.is_some(),
        new.policy.count(),
        new.policy.interval_s(),
        new.policy.timeout_ms(),
        new.policy.backoff().name(),
        state.is_pending().then_some(accepted_at),
        accepted_at,
        failure.map(|_| accepted_at),
        failure.map(|f| f.class.name()),
        failure.map(|f| f.message.as_str()),
        run,
        seq,
    ])?;
    if state == DeliveryState::Queued {
        inserts.queued.execute(params![lane, seq, run])?;
    }
    inserts.request.execute(params![
        seq,
        callback.map(|c| c.method.name()),
        callback.map(|c| c.url.as_str()),
        callback.map(|c| headers_text(&c.headers)),
        values_text(&new.values)?,
        callback.map(|c| c.body.as_slice()),
    ])?;
    tx.came(state);
    if let Some(tested) = new.tested.as_deref().filter(|_| state.is_pending()) {
        let sql = "INSERT INTO tested VALUES (?1, ?2)";
        tx.prepare_cached(sql)?.execute((seq, document_text(tested)))?;
    }
    Ok(())
}
