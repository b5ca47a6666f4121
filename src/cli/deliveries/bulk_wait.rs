//! Waits for what becomes of a bulk retry or resend.

use std::time::{Duration, Instant};

use crate::cli::blocked;
use crate::cli::error::CommandError;
use crate::cli::interrupt::Interrupts;
use crate::cli::output::eprint_line;
use crate::clock;
use crate::documents::bulk_result;
use crate::record::BulkId;
use crate::storage::{BulkAction, Filter, SCAN_LIMIT, StateFilter, Storage};

/// The least time between two looks.
const LOOK: Duration = Duration::from_millis(200);

/// A look takes time for each delivery: the rest after it is this many times as long.
const SHARE: u32 = 10;

/// The interval of progress reports.
const PROGRESS: Duration = Duration::from_secs(2);

/// So many pending deliveries are looked at to find one that is not blocked.
const LOOKED_AT: usize = 1_000;

/// Waits until everything that a bulk action has changed has ended, and returns it as it is then.
///
/// # Errors
/// No process sends, or everything that is left is blocked: then nothing would end. Or a signal has arrived, or the
/// database cannot be read.
pub(super) async fn wait(store: &dyn Storage, action: BulkAction) -> Result<BulkAction, CommandError> {
    let mut interrupts = Interrupts::watch()?;
    let (id, mut action) = (action.id, action);
    let (mut rest, mut reported) = (LOOK, Instant::now());
    let more = format!("`ringback deliveries bulk {id} --wait` waits again");
    while !action.has_ended(clock::now()) {
        if let Some(why) = stuck(store, id).await? {
            return Err(CommandError::CannotSend(format!("{}; {why}; {more}", bulk_result(&action))));
        }
        tokio::select! {
            code = interrupts.next() => {
                return Err(CommandError::Interrupted { code, left: format!("{}; {more}", bulk_result(&action)) });
            }
            () = tokio::time::sleep(rest) => {}
        }
        let began = Instant::now();
        // Once all of it has left the log, it may be forgotten.
        let Some(now) = store.bulk_action(id).await? else { break };
        action = now;
        rest = LOOK.max(began.elapsed().saturating_mul(SHARE));
        if reported.elapsed() >= PROGRESS {
            reported = Instant::now();
            eprint_line(&format!("{} …", bulk_result(&action)));
        }
    }
    Ok(action)
}

/// Why nothing that is pending of an action will end without a person; `None` if something may.
async fn stuck(store: &dyn Storage, id: BulkId) -> Result<Option<String>, CommandError> {
    let pending =
        Filter { bulk: Some(id), state: Some(StateFilter::Pending), limit: LOOKED_AT, ..Filter::default() };
    let pending = store.search(&pending, SCAN_LIMIT).await?.rows;
    if pending.is_empty() {
        return Ok(None);
    }
    if !store.has_active_sender().await? {
        let start = "start `ringback work` or the console (`ringback`)";
        return Ok(Some(format!("no session is sending from this database: {start}")));
    }
    let blocks = store.blocks().await?;
    let mut by = None;
    for row in &pending {
        match blocks.of(row) {
            Some(block) => by = Some(block),
            None => return Ok(None),
        }
    }
    Ok(by
        .filter(|_| pending.len() < LOOKED_AT)
        .map(|block| format!("all pending ones are blocked: {}", blocked::sentence(block))))
}
