//! Checks a file: see [`integrity`](crate::storage::integrity). Read-only, and on one state of the file, also while a
//! sender runs.

mod faults;
mod numbers;

use std::path::Path;

use rusqlite::Transaction;

use crate::profile::Choice as _;
use crate::record::DeliveryState;
use crate::storage::error::StoreError;
use crate::storage::integrity::by_profile::BY_PROFILE;
use crate::storage::integrity::{IntegrityCheck, IntegrityReport, Invariant};
use crate::storage::log::counts::Counts;
use crate::storage::sqlite::error::InFile as _;
use crate::storage::sqlite::file::read_only;
use crate::storage::sqlite::file::schema::{self, Found};
use crate::storage::sqlite::rows::columns::state_number;
use crate::storage::sqlite::rows::row_check;

/// How many lines of damage are asked for.
const LINES: usize = 100;

/// Checks a file, and changes nothing. Takes as long as reading it does.
///
/// # Errors
/// It cannot be read, or it belongs to another program or a newer Ringback.
pub fn check_integrity(path: &Path) -> Result<IntegrityReport, StoreError> {
    let look = || -> Result<IntegrityReport, StoreError> {
        let real = read_only::real(path)?;
        let has_log = || read_only::log_bytes(&real).is_some();
        let without_log = !has_log();
        let report = check(&real)?;
        // Without a log it was read as if nobody could write it. If a session has begun to, it is read again.
        if report.faults() > 0 && without_log && has_log() { check(&real) } else { Ok(report) }
    };
    look().map_err(|error| error.at(path))
}

fn check(real: &Path) -> Result<IntegrityReport, StoreError> {
    let db = read_only::open(real)?;
    let tx = db.unchecked_transaction()?;
    let schema = match schema::look(&tx)? {
        Found::Empty => None,
        Found::Schema(version) => Some(version),
    };
    let mut report =
        IntegrityReport { schema, known_schema: schema::KNOWN, deliveries: None, checks: Vec::new() };
    report.checks.push(file(&tx)?);
    if schema == Some(schema::KNOWN) {
        let mut there = IntegrityCheck::new(Invariant::Schema);
        schema::missing(&tx)?.into_iter().for_each(|what| there.add(what));
        report.checks.push(there);
    }
    report.checks.push(references(&tx)?);
    let is_basis_sound = report.checks.iter().all(|check| check.faults == 0 || !check.invariant.is_basic());
    if schema == Some(schema::KNOWN) && is_basis_sound {
        report.checks.push(rows(&tx)?);
        report.checks.push(faults::profiles(&tx)?);
        for (invariant, sql) in BY_PROFILE {
            report.checks.push(faults::by_profile(&tx, *invariant, sql)?);
        }
        for (invariant, sql) in faults::BY_DELIVERY {
            report.checks.push(faults::by_delivery(&tx, *invariant, sql)?);
        }
        let (counts, deliveries) = counts(&tx)?;
        report.deliveries = Some(deliveries);
        report.checks.push(counts);
        report.checks.push(numbers::check(&tx)?);
    }
    Ok(report)
}

fn file(tx: &Transaction<'_>) -> Result<IntegrityCheck, StoreError> {
    let mut check = IntegrityCheck::new(Invariant::File);
    let mut select = tx.prepare(&format!("PRAGMA integrity_check({LINES})"))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if line != "ok" {
            check.add(line);
        }
    }
    Ok(check)
}

fn references(tx: &Transaction<'_>) -> Result<IntegrityCheck, StoreError> {
    let mut check = IntegrityCheck::new(Invariant::References);
    let mut select = tx.prepare("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        let number = row.get::<_, Option<i64>>(1)?.map_or_else(|| "a row".to_owned(), |n| format!("row {n}"));
        check.add(format!("{number} of {table} names a {parent} that does not exist"));
    }
    Ok(check)
}

fn rows(tx: &Transaction<'_>) -> Result<IntegrityCheck, StoreError> {
    let mut check = IntegrityCheck::new(Invariant::Rows);
    let found = row_check::look(tx)?;
    check.faults = found.all;
    check.named = found.named.iter().map(|row| format!("{}: {}", row.name, row.why)).collect();
    Ok(check)
}

/// Deliveries by state, one by one. The outcome of most is that of their first attempt, and not in their rows.
const BY_STATE: &str = "
SELECT iif(s.seq IS NULL, d.state, 2), count(*)
FROM delivery d LEFT JOIN delivered s ON s.lane = d.lane AND s.seq = d.seq AND d.state = 0 GROUP BY 1";

fn counts(tx: &Transaction<'_>) -> Result<(IntegrityCheck, Counts), StoreError> {
    let mut counts = Counts::default();
    let mut select = tx.prepare(BY_STATE)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let n = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
        let state: i64 = row.get(0)?;
        if let Some(state) = DeliveryState::ALL.iter().find(|known| state_number(**known) == state) {
            *of(&mut counts, *state) = n;
        }
    }
    let mut check = IntegrityCheck::new(Invariant::Counts);
    let mut tally = tx.prepare("SELECT (SELECT n FROM tally WHERE state = ?1)")?;
    for state in DeliveryState::ALL {
        let counted: Option<i64> = tally.query_row([state_number(*state)], |row| row.get(0))?;
        let there = *of(&mut counts, *state);
        if counted.and_then(|n| u64::try_from(n).ok()).unwrap_or(0) != there {
            let counted = counted.unwrap_or(0);
            check.add(format!("{}: {counted} are counted, and {there} are there", state.name()));
        }
    }
    Ok((check, counts))
}

fn of(counts: &mut Counts, state: DeliveryState) -> &mut u64 {
    match state {
        DeliveryState::Queued => &mut counts.queued,
        DeliveryState::Waiting => &mut counts.waiting,
        DeliveryState::Delivered => &mut counts.delivered,
        DeliveryState::Failed => &mut counts.failed,
        DeliveryState::Cancelled => &mut counts.cancelled,
    }
}
