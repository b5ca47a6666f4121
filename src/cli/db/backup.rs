//! `ringback db backup`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::cli::database_name::Database;
use crate::cli::error::CommandError;
use crate::cli::interrupt::Interrupts;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::storage::{BackedUp, BackupError, back_up};
use crate::text::{escape_controls, group_digits};
use crate::threads;

use super::state_counts;

#[derive(Debug, clap::Args)]
pub(super) struct BackupArgs {
    /// The file to write, which must not exist; readable only by you
    file: PathBuf,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

/// Why a database on a server has its own backup.
#[cfg(feature = "postgres")]
const OF_SERVER: &str = "a database on a server is backed up by PostgreSQL itself, which alone can also restore it to \
                         any moment: use pg_dump, or pg_basebackup with an archived write-ahead log (docs/fleet.md, Backup)";

pub(super) async fn run(session: &Session, args: &BackupArgs) -> Result<ExitCode, CommandError> {
    let name = session.database_named()?;
    let source = match session.database()? {
        Database::File(file) if file.try_exists().unwrap_or(true) => file,
        Database::File(_) => {
            let why = format!(
                "no database {name}: check --db or RINGBACK_DB; there is nothing to back up before its first use"
            );
            return Err(CommandError::Input(why));
        }
        #[cfg(feature = "postgres")]
        Database::Server(_) => return Err(CommandError::Input(OF_SERVER.to_owned())),
    };
    let mut interrupts = Interrupts::watch()?;
    let stop = Arc::<AtomicBool>::default();
    let (target, stops) = (args.file.clone(), Arc::clone(&stop));
    let mut working = std::pin::pin!(threads::blocking(move || back_up(&source, &target, &stops)));
    let (done, signal) = tokio::select! {
        done = &mut working => (done, None),
        code = interrupts.next() => {
            stop.store(true, Ordering::Relaxed);
            // What it has written is removed.
            (working.await, Some(code))
        }
    };
    let done = match (done?, signal) {
        (Err(BackupError::Stopped), Some(code)) => {
            return Err(CommandError::Interrupted { code, left: BackupError::Stopped.to_string() });
        }
        (done, _) => done?,
    };
    let faults = done.report.faults();
    if faults > 0 {
        let noun = if faults == 1 { "fault" } else { "faults" };
        let n = group_digits(faults);
        eprint_line(&format!(
            "ringback: note: the database has {n} {noun}, and so has the backup: see `ringback db check`"
        ));
    }
    if args.json {
        print_json(&document(&done))?;
    } else {
        print(&text(&done))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn text(done: &BackedUp) -> String {
    let [from, to] = [&done.source, &done.target].map(|path| escape_controls(&path.to_string_lossy()));
    let deliveries =
        done.report.deliveries.as_ref().map(|counts| format!(", {}", state_counts::total_text(counts)));
    let bytes = group_digits(done.bytes);
    format!("backed up {from} to {to}\n{bytes} bytes{}; verified\n", deliveries.unwrap_or_default())
}

fn document(done: &BackedUp) -> Value {
    json!({
        "from": done.source.to_string_lossy(),
        "to": done.target.to_string_lossy(),
        "bytes": done.bytes,
        "schema": done.report.schema,
        "deliveries": done.report.deliveries.as_ref().map(state_counts::document),
        "faults": done.report.faults(),
    })
}
