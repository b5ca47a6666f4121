//! `ringback db check`.

use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::database_name::Database;
use crate::cli::error::{CommandError, FAILED};
use crate::cli::output::{print, print_json};
use crate::cli::session::Session;
use crate::storage::{IntegrityCheck, IntegrityReport, check_integrity};
use crate::text::{escape_controls, group_digits};
use crate::threads;

use super::state_counts;

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: &CheckArgs) -> Result<ExitCode, CommandError> {
    let name = session.database_named()?;
    let report = match session.database()? {
        Database::File(file) if file.try_exists().unwrap_or(true) => {
            // The whole file is read.
            threads::blocking(move || check_integrity(&file)).await??
        }
        Database::File(_) => {
            let why = format!(
                "no database {name}: check --db or RINGBACK_DB; there is nothing to check before its first use"
            );
            return Err(CommandError::Input(why));
        }
        #[cfg(feature = "postgres")]
        Database::Server(address) => session.on_server(*address).check_integrity().await?,
    };
    if args.json {
        print_json(&document(&name, &report))?;
    } else {
        print(&text(&name, &report))?;
    }
    Ok(if report.faults() == 0 { ExitCode::SUCCESS } else { FAILED.into() })
}

fn text(name: &str, report: &IntegrityReport) -> String {
    let schema = report.schema.map_or("nothing in it yet".to_owned(), |schema| format!("schema {schema}"));
    let deliveries =
        report.deliveries.as_ref().map(|counts| format!(", {}", state_counts::total_text(counts)));
    let mut out = format!("{name}: {schema}{}\n", deliveries.unwrap_or_default());
    let width = report.checks.iter().map(|check| check.invariant.name().len()).max().unwrap_or(0);
    for check in &report.checks {
        let IntegrityCheck { invariant, faults, named } = check;
        let (state, what) = match faults {
            0 => ("ok", invariant.holds().to_owned()),
            1 => ("problem", "1 fault".to_owned()),
            n => ("problem", format!("{} faults", group_digits(*n))),
        };
        // Writing into a string cannot fail.
        let _ = writeln!(out, "{state:8} {:width$}  {what}", invariant.name());
        for fault in named {
            let _ = writeln!(out, "{:8} {:width$}  - {}", "", "", escape_controls(fault));
        }
        if let Some(more) = faults.checked_sub(named.len() as u64).filter(|more| *more > 0) {
            let _ = writeln!(out, "{:8} {:width$}  - and {} more", "", "", group_digits(more));
        }
        if *faults > 0 {
            let _ = writeln!(out, "{:8} {:width$}  -> {}", "", "", invariant.fix());
        }
    }
    if report.is_of_earlier_schema() {
        let known = report.known_schema;
        let _ = writeln!(
            out,
            "note     only the file itself was checked: schema {known} is current, and the next session migrates it"
        );
    }
    let _ = match report.faults() {
        0 => writeln!(out, "\nNo faults found."),
        1 => writeln!(out, "\n1 fault found."),
        n => writeln!(out, "\n{} faults found.", group_digits(n)),
    };
    out
}

fn document(name: &str, report: &IntegrityReport) -> Value {
    let check = |check: &IntegrityCheck| {
        let IntegrityCheck { invariant, faults, named } = check;
        let fix = (*faults > 0).then(|| invariant.fix());
        json!({"check": invariant.name(), "ok": *faults == 0, "faults": faults, "named": named, "fix": fix})
    };
    json!({
        "database": name,
        "schema": report.schema,
        "known_schema": report.known_schema,
        "ok": report.faults() == 0,
        "deliveries": report.deliveries.as_ref().map(state_counts::document),
        "checks": report.checks.iter().map(check).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Counts, Invariant};

    #[test]
    fn each_fault_has_a_line_and_its_fix() {
        let mut counts = IntegrityCheck::new(Invariant::Counts);
        (0..7).for_each(|n| counts.add(format!("fault {n}\u{1b}")));
        let report = IntegrityReport {
            schema: Some(3),
            known_schema: 3,
            deliveries: Some(Counts { queued: 2, ..Counts::default() }),
            checks: vec![IntegrityCheck::new(Invariant::File), counts],
        };
        let text = text("a.db", &report);
        assert!(
            text.starts_with(
                "a.db: schema 3, 2 deliveries (2 queued)\n\
             ok       file    pages, indexes and values are sound\n\
             problem  counts  7 faults\n\
             \x20                - fault 0\\u{1b}\n"
            ),
            "{text}"
        );
        assert!(
            text.ends_with(
                "                 - and 2 more\n\
             \x20                -> please report it; sending does not depend on these numbers\n\n\
             7 faults found.\n"
            ),
            "{text}"
        );
        assert_eq!(document("a.db", &report)["checks"][1]["faults"], 7);
    }
}
