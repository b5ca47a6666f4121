//! Accepts deliveries: from its commit on a delivery survives everything but the disk.

use rusqlite::{CachedStatement, params};

use crate::profile::Choice;
use crate::record::{DeliveryState, NewDelivery, RunId};
use crate::storage::error::{Problem, StoreError};
use crate::storage::rollups::mark::RollupMark;
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
        let (accepted, _batch) = result.await.unwrap_or_else(|_| (Err(Problem::Closed.into()), Vec::new()));
        accepted.map_err(|error| error.at(self.path()))
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
struct Inserts<'t, 'n> {
    delivery: CachedStatement<'t>,
    request: CachedStatement<'t>,
    queued: CachedStatement<'t>,
    /// The delivery whose values are still bound to those, and its lane: binding another one costs as much as storing
    /// it, and most of the next delivery's are the same.
    bound: Option<(&'n NewDelivery, i64)>,
}

impl<'t> Inserts<'t, '_> {
    fn prepare(tx: &'t Writing<'_>) -> Result<Self, StoreError> {
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
            bound: None,
        })
    }
}

fn insert<'n>(
    tx: &Writing<'_>,
    inserts: &mut Inserts<'_, 'n>,
    lane: i64,
    new: &'n NewDelivery,
) -> Result<(), StoreError> {
    let is_queued = new.request.is_ok();
    let state = if is_queued { DeliveryState::Queued } else { DeliveryState::Failed };
    let seq = tx.next_position()?;
    // If this fails, nothing is known to be bound.
    let last = inserts.bound.take();
    bind_delivery(&mut inserts.delivery, last, lane, new)?;
    inserts.delivery.raw_bind_parameter(18, seq)?;
    inserts.delivery.raw_execute()?;
    if is_queued {
        inserts.queued.execute(params![lane, seq, new.run.map(RunId::number)])?;
    }
    bind_request(&mut inserts.request, last.map(|(last, _)| last), new)?;
    inserts.request.raw_bind_parameter(1, seq)?;
    inserts.request.raw_execute()?;
    inserts.bound = Some((new, lane));
    tx.came(state);
    let class = new.request.as_ref().err().map(|failure| failure.class);
    tx.count(lane, RollupMark::accepted(millis(new.accepted_at), class));
    if let Some(tested) = new.tested.as_deref().filter(|_| state.is_pending()) {
        let sql = "INSERT INTO tested VALUES (?1, ?2)";
        tx.prepare_cached(sql)?.execute((seq, document_text(tested)))?;
    }
    Ok(())
}

/// Binds the row of a delivery without its position, as far as it differs from that of the last one.
fn bind_delivery(
    row: &mut CachedStatement<'_>,
    last: Option<(&NewDelivery, i64)>,
    lane: i64,
    new: &NewDelivery,
) -> Result<(), StoreError> {
    let differs =
        |same: fn(&NewDelivery, &NewDelivery) -> bool| last.is_none_or(|(last, _)| !same(last, new));
    row.raw_bind_parameter(1, new.id.bytes())?;
    if last.is_none_or(|(_, last)| last != lane) {
        row.raw_bind_parameter(3, lane)?;
    }
    if differs(|last, new| last.kind == new.kind) {
        row.raw_bind_parameter(4, new.kind.name())?;
    }
    if differs(|last, new| last.profile_title == new.profile_title) {
        row.raw_bind_parameter(5, &new.profile_title)?;
    }
    if differs(|last, new| last.event == new.event) {
        row.raw_bind_parameter(6, new.event.map(Choice::name))?;
    }
    if differs(|last, new| last.tested.is_some() == new.tested.is_some()) {
        row.raw_bind_parameter(7, new.tested.is_some())?;
    }
    if differs(|last, new| last.policy == new.policy) {
        row.raw_bind_parameter(8, new.policy.count())?;
        row.raw_bind_parameter(9, new.policy.interval_s())?;
        row.raw_bind_parameter(10, new.policy.timeout_ms())?;
        row.raw_bind_parameter(11, new.policy.backoff().name())?;
    }
    // One that cannot be sent has failed from the start.
    if differs(|last, new| last.accepted_at == new.accepted_at && last.request.is_ok() && new.request.is_ok())
    {
        let (accepted_at, failure) = (millis(new.accepted_at), new.request.as_ref().err());
        let state = if failure.is_none() { DeliveryState::Queued } else { DeliveryState::Failed };
        row.raw_bind_parameter(2, state_number(state))?;
        row.raw_bind_parameter(12, state.is_pending().then_some(accepted_at))?;
        row.raw_bind_parameter(13, accepted_at)?;
        row.raw_bind_parameter(14, failure.map(|_| accepted_at))?;
        row.raw_bind_parameter(15, failure.map(|f| f.class.name()))?;
        row.raw_bind_parameter(16, failure.map(|f| f.message.as_str()))?;
    }
    if differs(|last, new| last.run == new.run) {
        row.raw_bind_parameter(17, new.run.map(RunId::number))?;
    }
    Ok(())
}

/// Binds the row of a request without its position, as far as it differs from that of the last one.
fn bind_request(
    row: &mut CachedStatement<'_>,
    last: Option<&NewDelivery>,
    new: &NewDelivery,
) -> Result<(), StoreError> {
    let (request, last) = (new.request.as_ref().ok(), last.map(|last| last.request.as_ref().ok()));
    if last.is_none_or(|last| last.map(|last| last.method) != request.map(|new| new.method)) {
        row.raw_bind_parameter(2, request.map(|request| request.method.name()))?;
    }
    if last.is_none_or(|last| last.map(|last| &last.url) != request.map(|new| &new.url)) {
        row.raw_bind_parameter(3, request.map(|request| &request.url))?;
    }
    row.raw_bind_parameter(4, request.map(|request| headers_text(&request.headers)))?;
    row.raw_bind_parameter(5, values_text(&new.values)?)?;
    row.raw_bind_parameter(6, request.map(|request| request.body.as_slice()))?;
    Ok(())
}
