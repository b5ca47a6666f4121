//! The copy itself, from one store into another one.

use std::collections::HashMap;

use uuid::Uuid;

use crate::storage::error::StoreError;
use crate::storage::log::counts::Counts;
use crate::storage::transfer::batch::{BatchLimit, LaneNames};
use crate::storage::transfer::datum::{ColumnKind, Datum};
use crate::storage::transfer::error::TransferError;
use crate::storage::transfer::fingerprint::{Fingerprint, TableSum};
use crate::storage::transfer::store::{Contents, CopySource, CopyTarget, SourceMark, TargetMark};
use crate::storage::transfer::table::{Table, TableRow};
use crate::storage::unreadable::PassedOver;

/// A batch of the log: what fits into memory many times over.
const BATCH_LIMIT: BatchLimit = BatchLimit { deliveries: 1000, bytes: 4 << 20 };

/// What a copy is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyProgress {
    /// Profiles, variables and what blocks deliveries.
    Settings,
    /// Deliveries: copied, and in all.
    Log(u64, u64),
    /// Both are compared: deliveries, and in all.
    Verifying(u64, u64),
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Whether an earlier copy was resumed.
    pub was_resumed: bool,
    /// The deliveries by state.
    pub counts: Counts,
    /// Each table, as it is in both stores.
    pub tables: Vec<TableSum>,
    /// Invalid rows of the source, which were not copied.
    pub passed_over: PassedOver,
}

/// Copies a store into an empty one, or resumes that, and closes the source. Whatever interrupts it, running it again
/// continues. Nothing where all was copied before.
///
/// # Errors
/// A store cannot be read or written, the source was or is being copied elsewhere, or the target is not empty.
pub async fn copy(
    from: &dyn CopySource,
    to: &dyn CopyTarget,
    report: &mut (dyn FnMut(CopyProgress) + Send),
) -> Result<Option<Copied>, TransferError> {
    if from.name() == to.name() {
        return Err(TransferError::Same(to.name()));
    }
    let mark = from.mark().await?;
    let was_resumed = mark.as_ref().is_some_and(|mark| mark.is_closed);
    let id = match mark {
        Some(mark) if mark.is_closed => {
            let there = to.mark(mark.id).await?;
            if mark.is_finished {
                return if there.is_some_and(|there| there.is_finished) {
                    Ok(None)
                } else {
                    Err(TransferError::CopiedBefore { source_name: from.name(), target: mark.target })
                };
            }
            // An emptied target is filled again; one of another name is another database.
            if there.is_none() && mark.target != to.name() {
                return Err(TransferError::OtherTarget { source_name: from.name(), target: mark.target });
            }
            mark.id
        }
        // It was not closed, so nothing was copied.
        Some(SourceMark { id, target, .. }) if target == to.name() => id,
        _ => {
            let id = Uuid::new_v4();
            from.plan(id, &to.name()).await?;
            id
        }
    };
    let begun = to.begin(id, &from.name()).await?;
    if !was_resumed {
        from.shut().await?;
    }
    if begun.is_finished {
        from.finish().await?;
        return Ok(None);
    }
    let all = from.deliveries().await?;
    fill(from, to, begun, &mut |n| report(n.map_or(CopyProgress::Settings, |n| CopyProgress::Log(n, all))))
        .await?;
    let (tables, counts, passed_over) =
        verify(from, to, &mut |n| report(CopyProgress::Verifying(n, all))).await?;
    to.finish(&counts).await?;
    from.finish().await?;
    Ok(Some(Copied { was_resumed, counts, tables, passed_over }))
}

/// Copies what is missing.
async fn fill(
    from: &dyn CopySource,
    to: &dyn CopyTarget,
    begun: TargetMark,
    report: &mut (dyn FnMut(Option<u64>) + Send),
) -> Result<(), TransferError> {
    report(None);
    if !begun.has_settings {
        to.write_settings(from).await?;
    }
    let lanes = numbers(&from.lanes().await?, &to.lanes().await?);
    let (mut at, mut done) = (begun.read_to, 0);
    loop {
        let mut batch = from.log(at, BATCH_LIMIT).await?;
        let Some(end) = batch.end else { return Ok(()) };
        for (table, rows) in Table::LOG.into_iter().zip(&mut batch.rows) {
            translate(table, rows, &lanes)?;
        }
        done += batch.positions.len() as u64;
        to.write_log(end, batch.rows).await?;
        report(Some(done));
        at = end;
    }
}

/// The lanes of one store by the numbers of another one.
fn numbers(from: &LaneNames, to: &LaneNames) -> HashMap<i64, i64> {
    let there: HashMap<_, i64> = to.iter().map(|(number, name)| (name, *number)).collect();
    from.iter().filter_map(|(number, name)| Some((*number, *there.get(name)?))).collect()
}

/// Replaces the numbers of lanes.
fn translate(table: Table, rows: &mut [TableRow], lanes: &HashMap<i64, i64>) -> Result<(), StoreError> {
    let place = table.columns().iter().position(|column| column.kind == ColumnKind::Lane);
    let Some(place) = place else { return Ok(()) };
    for row in rows {
        if let Some(Datum::Int(lane)) = row.get_mut(place) {
            let there = lanes.get(lane);
            *lane = *there
                .ok_or_else(|| StoreError::unreadable(format_args!("lane {lane}"), "it was not copied"))?;
        }
    }
    Ok(())
}

/// Reads both stores, and compares them.
async fn verify(
    from: &dyn CopySource,
    to: &dyn CopyTarget,
    report: &mut (dyn FnMut(u64) + Send),
) -> Result<(Vec<TableSum>, Counts, PassedOver), TransferError> {
    let mut passed_over = PassedOver::default();
    let (mut here, mut there) = (Fingerprint::new(from.lanes().await?), Fingerprint::new(to.lanes().await?));
    for table in Table::SETTINGS {
        settings(from, table, &mut here, &mut passed_over).await?;
        settings(to, table, &mut there, &mut PassedOver::default()).await?;
    }
    let (mut at, mut at_there, mut done) = (i64::MIN, i64::MIN, 0);
    loop {
        let batch = from.log(at, BATCH_LIMIT).await?;
        // As many there as here, so that memory is bounded by what was read here.
        let deliveries = if batch.end.is_some() { batch.positions.len() } else { 1 };
        if deliveries > 0 {
            let copied = to.log(at_there, BatchLimit { deliveries, bytes: u64::MAX }).await?;
            at_there = copied.end.unwrap_or(at_there);
            there.add_log(&copied);
        }
        here.add_log(&batch);
        done += batch.positions.len() as u64;
        passed_over.append(batch.passed_over);
        report(done);
        match batch.end {
            Some(end) => at = end,
            None => break,
        }
    }
    let ((here, counts), (there, _)) = (here.sums(), there.sums());
    match here.iter().zip(&there).find(|(here, there)| here != there) {
        Some((here, there)) => Err(TransferError::Differs {
            target: to.name(),
            table: here.table,
            here: here.rows,
            there: there.rows,
        }),
        None => Ok((here, counts, passed_over)),
    }
}

async fn settings<C: Contents + ?Sized>(
    store: &C,
    table: Table,
    print: &mut Fingerprint,
    passed_over: &mut PassedOver,
) -> Result<(), TransferError> {
    let mut from = 0;
    loop {
        let page = store.settings(table, from, table.page()).await?;
        if page.read == 0 {
            return Ok(());
        }
        print.add_settings(table, &page.rows);
        passed_over.append(page.passed_over);
        from += page.read;
    }
}
