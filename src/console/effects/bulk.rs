//! Bulk changes of deliveries, concurrent with everything else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use crate::console::model::deliveries::bulk::{BulkNews, BulkRequest};
use crate::console::model::message::Message;
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
    let result = run(&*store, *many, &stop, &mut all, &tx).await;
    let cut = match result {
        Ok(true) => None,
        Ok(false) => Some("stopped".to_owned()),
        Err(error) => Some(error.to_string()),
    };
    let _ = tx.send(Message::Bulk(BulkNews::Ended { did: Box::new(all), cut }));
}

/// Applies the change batch by batch. Whether all of it was done.
async fn run(
    store: &dyn Storage,
    many: BulkRequest,
    stop: &AtomicBool,
    all: &mut BulkResult,
    tx: &UnboundedSender<Message>,
) -> Result<bool, StoreError> {
    let (mut next, mut reported) = (Some(many.filter), Instant::now());
    while let Some(filter) = next {
        if stop.load(Ordering::Acquire) {
            return Ok(false);
        }
        let (did, after) = change_next(store, many.change, &filter).await?;
        all.add(did);
        next = after;
        if reported.elapsed() >= PROGRESS_INTERVAL {
            reported = Instant::now();
            let _ = tx.send(Message::Bulk(BulkNews::Goes(Box::new(all.clone()))));
        }
    }
    Ok(true)
}
