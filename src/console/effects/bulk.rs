//! Bulk changes of deliveries, concurrent with everything else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use crate::console::model::deliveries::bulk::{BulkNews, BulkRequest};
use crate::console::model::message::Message;
use crate::management::begin_bulk;
use crate::record::BulkId;
use crate::storage::{BulkResult, Storage, StoreError, change_next};

/// How often progress is reported.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// Counts the deliveries as of now.
pub async fn count(store: Arc<dyn Storage>, mut many: Box<BulkRequest>, tx: UnboundedSender<Message>) {
    many.filter = many.change.of(many.filter);
    let news = match store.count(&many.filter).await {
        Ok(count) => {
            many.count = Some(count);
            BulkNews::Counted(many)
        }
        Err(error) => BulkNews::Uncounted { ticket: many.ticket, why: error.to_string() },
    };
    let _ = tx.send(Message::Bulk(news));
}

/// Changes the deliveries until all are changed or `stop` is set, and reports the progress.
pub async fn change(
    store: Arc<dyn Storage>,
    many: Box<BulkRequest>,
    stop: Arc<AtomicBool>,
    tx: UnboundedSender<Message>,
) {
    let mut all = BulkResult::default();
    let mut bulk = None;
    let result = noted(&*store, *many, &stop, (&mut bulk, &mut all), &tx).await;
    let cut = match result {
        Ok(true) => None,
        Ok(false) => Some("stopped".to_owned()),
        Err(error) => Some(error.to_string()),
    };
    let _ = tx.send(Message::Bulk(BulkNews::Ended { did: Box::new(all), bulk, cut }));
}

/// Applies the change, as a bulk action if it is one whose result will be of interest. Whether all of it was done.
async fn noted(
    store: &dyn Storage,
    many: BulkRequest,
    stop: &AtomicBool,
    (bulk, all): (&mut Option<BulkId>, &mut BulkResult),
    tx: &UnboundedSender<Message>,
) -> Result<bool, StoreError> {
    *bulk = begin_bulk(store, many.change, many.what(), many.count.unwrap_or(0)).await?;
    let done = run(store, (many, *bulk), stop, all, tx).await;
    if let Some(id) = *bulk {
        let ended = store.end_bulk_action(id).await;
        // What went wrong first is reported.
        done.and_then(|done| ended.map(|()| done))
    } else {
        done
    }
}

/// Applies the change batch by batch. Whether all of it was done.
async fn run(
    store: &dyn Storage,
    (many, bulk): (BulkRequest, Option<BulkId>),
    stop: &AtomicBool,
    all: &mut BulkResult,
    tx: &UnboundedSender<Message>,
) -> Result<bool, StoreError> {
    let (mut next, mut reported) = (Some(many.filter), Instant::now());
    while let Some(filter) = next {
        if stop.load(Ordering::Acquire) {
            return Ok(false);
        }
        let (did, after) = change_next(store, many.change, &filter, bulk).await?;
        all.add(did);
        next = after;
        if reported.elapsed() >= PROGRESS_INTERVAL {
            reported = Instant::now();
            let _ = tx.send(Message::Bulk(BulkNews::Goes(Box::new(all.clone()))));
        }
    }
    Ok(true)
}
