//! `ringback db copy`.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::cli::database_name::{Database, Given};
use crate::cli::error::CommandError;
use crate::cli::interrupt::Interrupts;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::passed_over;
use crate::cli::session::Session;
use crate::cli::status_line::StatusLine;
use crate::storage::transfer::store::{CopySource as _, CopyTarget};
use crate::storage::transfer::{Copied, CopyProgress, abandon, copy};
use crate::storage::{FileSource, Store};
use crate::text::group_digits;

use super::state_counts;

#[derive(Debug, clap::Args)]
pub(super) struct CopyArgs {
    /// The file to copy; it is closed and can only be read afterwards
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// An empty database with the schema: a postgres:// URL, or @FILE with such a URL in it
    #[arg(long, value_name = "URL")]
    to: PathBuf,
    /// End a copy that has not finished: empty the database, and let the file take changes again
    #[arg(long)]
    abandon: bool,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: &CopyArgs) -> Result<(), CommandError> {
    let store = source(session, &args.from)?;
    let target = target(session, &args.to)?;
    let (from, to) = (store.path().display().to_string(), target.name());
    if args.abandon {
        let source = FileSource::open(store).await?;
        let was_there = abandon(&source, target.as_ref()).await?;
        let result = if was_there { "abandoned" } else { "unchanged" };
        if args.json {
            return print_json(&json!({"from": from, "to": to, "result": result}));
        }
        return print(&if was_there {
            format!("abandoned the copy of {from} to {to}; the file takes changes again\n")
        } else {
            format!("{from} is not being copied\n")
        });
    }
    let mut interrupts = Interrupts::watch()?;
    let copied = tokio::select! {
        copied = copy_all(store, target.as_ref()) => copied?,
        code = interrupts.next() => {
            let left = "interrupted: run the same command again to resume".to_owned();
            return Err(CommandError::Interrupted { code, left });
        }
    };
    if let Some(copied) = &copied {
        passed_over::report(&copied.passed_over);
    }
    if args.json {
        return print_json(&document(&from, &to, copied.as_ref()));
    }
    match &copied {
        Some(copied) => print(&text(&from, &to, copied))?,
        None => print(&format!("{from} was copied to {to} before\n"))?,
    }
    eprint_line(&format!("ringback: {from} can only be read now; continue with --db {to}"));
    Ok(())
}

/// Copies, and closes the file permanently.
async fn copy_all(store: Store, target: &dyn CopyTarget) -> Result<Option<Copied>, CommandError> {
    let source = FileSource::open(store).await?;
    let mut line = StatusLine::new();
    let copied = copy(&source, target, &mut |progress| line.draw(|_| progress_text(progress))).await?;
    drop(line);
    let name = source.name();
    source.seal().map_err(|error| CommandError::System(format!("{name} cannot be made read-only"), error))?;
    Ok(copied)
}

/// The file to copy.
fn source(session: &Session, name: &Path) -> Result<Store, CommandError> {
    match Database::read(name, Given::CommandLine)? {
        Database::File(file) if file.try_exists().unwrap_or(true) => session.open_file(file),
        Database::File(file) => {
            Err(CommandError::Input(format!("no database {}: check --from", file.display())))
        }
        #[cfg(feature = "postgres")]
        Database::Server(_) => Err(CommandError::Input(
            "a database on a server cannot be copied yet: name a file with --from".to_owned(),
        )),
    }
}

/// The database to copy it into.
#[cfg_attr(not(feature = "postgres"), expect(unused_variables, reason = "only files can be named then"))]
fn target(session: &Session, name: &Path) -> Result<Box<dyn CopyTarget>, CommandError> {
    match Database::read(name, Given::CommandLine)? {
        Database::File(_) => Err(CommandError::Input(
            "a file cannot be copied into a file: name a database on a server (postgres://USER@HOST/DATABASE) with --to"
                .to_owned(),
        )),
        #[cfg(feature = "postgres")]
        Database::Server(address) => {
            Ok(Box::new(crate::storage::postgres::PgTarget::new(&session.on_server(*address))))
        }
    }
}

fn progress_text(progress: CopyProgress) -> String {
    let part = |what, n: u64, of: u64| {
        let percent = n.saturating_mul(100).checked_div(of).unwrap_or(100).min(100);
        format!("{what} {percent} % · {} of {} deliveries", group_digits(n), group_digits(of))
    };
    match progress {
        CopyProgress::Settings => "copying profiles".to_owned(),
        CopyProgress::Log(n, of) => part("copying", n, of),
        CopyProgress::Verifying(n, of) => part("verifying", n, of),
    }
}

fn text(from: &str, to: &str, copied: &Copied) -> String {
    let rows = |name| copied.tables.iter().find(|sum| sum.table == name).map_or(0, |sum| sum.rows);
    let of = state_counts::text(&copied.counts);
    format!(
        "copied {from} to {to}\n{} profiles, {} deliveries{of}, {} attempts; verified by counts and checksums\n",
        group_digits(rows("profiles")),
        group_digits(rows("deliveries")),
        group_digits(rows("attempts")),
    )
}

fn document(from: &str, to: &str, copied: Option<&Copied>) -> Value {
    let result = match copied {
        Some(copied) if copied.was_resumed => "resumed",
        Some(_) => "copied",
        None => "unchanged",
    };
    let deliveries = copied.map(|copied| state_counts::document(&copied.counts));
    let tables = copied.map(|copied| {
        let sum = |sum: &crate::storage::transfer::TableSum| {
            (sum.table.to_owned(), json!({"rows": sum.rows, "sha256": sum.sha256}))
        };
        copied.tables.iter().map(sum).collect::<Map<_, _>>()
    });
    json!({
        "from": from,
        "to": to,
        "result": result,
        "deliveries": deliveries,
        "tables": tables,
        "skipped": copied.map(|copied| copied.passed_over.all),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_rounded_down() {
        assert_eq!(
            progress_text(CopyProgress::Log(1_999, 2_000)),
            "copying 99 % · 1 999 of 2 000 deliveries"
        );
        assert_eq!(progress_text(CopyProgress::Verifying(0, 0)), "verifying 100 % · 0 of 0 deliveries");
    }
}
