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
#[cfg(feature = "postgres")]
use crate::storage::postgres::{PgSource, PgTarget};
use crate::storage::transfer::store::{CopySource, CopyTarget};
use crate::storage::transfer::{Copied, CopyProgress, abandon, copy};
use crate::storage::{FileSource, FileTarget};
use crate::text::group_digits;

use super::state_counts;

#[derive(Debug, clap::Args)]
pub(super) struct CopyArgs {
    /// The database to copy, a file or a postgres:// URL; it is closed and can only be read afterwards
    #[arg(long, value_name = "FILE|URL")]
    from: PathBuf,
    /// A new file, or an empty database with the schema: a postgres:// URL, or @FILE with such a URL in it
    #[arg(long, value_name = "FILE|URL")]
    to: PathBuf,
    /// End a copy that has not finished: remove what was copied, and let the source take changes again
    #[arg(long)]
    abandon: bool,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: &CopyArgs) -> Result<(), CommandError> {
    let source = Source::open(session, &args.from).await?;
    let target = target(session, &args.to)?;
    let (from, to) = (source.store().name(), target.name());
    if args.abandon {
        let was_there = abandon(source.store(), target.as_ref()).await?;
        let result = if was_there { "abandoned" } else { "unchanged" };
        if args.json {
            return print_json(&json!({"from": from, "to": to, "result": result}));
        }
        return print(&if was_there {
            format!("abandoned the copy of {from} to {to}; {from} takes changes again\n")
        } else {
            format!("{from} is not being copied\n")
        });
    }
    let mut interrupts = Interrupts::watch()?;
    let copied = tokio::select! {
        copied = copy_all(source, target.as_ref()) => copied?,
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

/// Copies, and closes the source permanently.
async fn copy_all(source: Source, target: &dyn CopyTarget) -> Result<Option<Copied>, CommandError> {
    let mut line = StatusLine::new();
    let copied = copy(source.store(), target, &mut |progress| line.draw(|_| progress_text(progress))).await?;
    drop(line);
    source.seal()?;
    Ok(copied)
}

/// The database to copy.
enum Source {
    File(FileSource),
    #[cfg(feature = "postgres")]
    Server(PgSource),
}

impl Source {
    async fn open(session: &Session, name: &Path) -> Result<Self, CommandError> {
        match Database::read(name, Given::CommandLine)? {
            Database::File(file) if file.try_exists().unwrap_or(true) => {
                Ok(Self::File(FileSource::open(session.open_file(file)?).await?))
            }
            Database::File(file) => {
                Err(CommandError::Input(format!("no database {}: check --from", file.display())))
            }
            #[cfg(feature = "postgres")]
            Database::Server(address) => {
                Ok(Self::Server(PgSource::open(&session.on_server(*address)).await?))
            }
        }
    }

    fn store(&self) -> &dyn CopySource {
        match self {
            Self::File(source) => source,
            #[cfg(feature = "postgres")]
            Self::Server(source) => source,
        }
    }

    /// Makes a file that was copied read-only. A database on a server refuses changes already.
    fn seal(self) -> Result<(), CommandError> {
        match self {
            Self::File(source) => {
                let name = source.name();
                let what = || format!("{name} cannot be made read-only");
                source.seal().map_err(|error| CommandError::System(what(), error))
            }
            #[cfg(feature = "postgres")]
            Self::Server(_) => Ok(()),
        }
    }
}

/// The database to copy it into.
#[cfg_attr(not(feature = "postgres"), expect(unused_variables, reason = "only files can be named then"))]
fn target(session: &Session, name: &Path) -> Result<Box<dyn CopyTarget>, CommandError> {
    match Database::read(name, Given::CommandLine)? {
        Database::File(file) => Ok(Box::new(FileTarget::new(&file)?)),
        #[cfg(feature = "postgres")]
        Database::Server(address) => Ok(Box::new(PgTarget::new(&session.on_server(*address)))),
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
    let count = |n: u64, one, many| format!("{} {}", group_digits(n), if n == 1 { one } else { many });
    format!(
        "copied {from} to {to}\n{}, {}, {}; verified by counts and checksums\n",
        count(rows("profiles"), "profile", "profiles"),
        state_counts::total_text(&copied.counts),
        count(rows("attempts"), "attempt", "attempts"),
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
