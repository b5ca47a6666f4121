//! `ringback deliveries list`.

use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print};
use crate::cli::passed_over::Notes;
use crate::cli::session::Session;
use crate::clock;
use crate::documents::delivery_row;
use crate::record::{DeliveryId, Summary};
use crate::storage::{Blocks, Filter, SCAN_LIMIT, Storage};

use super::csv;
use super::filter_args::FilterArgs;
use super::follow;
use super::row::table_of;
use super::search_progress::SearchProgress;

/// The number of rows loaded and printed at a time.
const PAGE: usize = 1000;

/// How many are listed without `--limit`.
const USUAL_LIMIT: usize = 50;

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// Maximum number to list, 50 without it, with --csv all; 0 lists all
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Print CSV instead of text: a heading, and a line for each delivery
    #[arg(long)]
    csv: bool,
    /// Print the last deliveries (10, or --limit), oldest first, then new and changed ones as it happens, until
    /// interrupted; with --json a line of JSON each
    #[arg(long, short, conflicts_with_all = ["csv", "before"])]
    follow: bool,
}

/// How deliveries are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Json,
    Csv,
}

pub(super) async fn run(session: &Session, args: &ListArgs, json: bool) -> Result<(), CommandError> {
    if args.follow {
        return follow::run(session, &args.filter, args.limit, json).await;
    }
    let form = match (json, args.csv) {
        (true, true) => {
            return Err(CommandError::Input(
                "--json and --csv exclude each other: give one of them".to_owned(),
            ));
        }
        (true, false) => Form::Json,
        (false, true) => Form::Csv,
        (false, false) => Form::Text,
    };
    let Some(store) = session.store_if_there()? else {
        return match form {
            Form::Json => print("[]\n"),
            Form::Csv => print(&csv::heading()),
            Form::Text => none(session, true),
        };
    };
    let filter = args.filter.filter(&store, clock::now()).await?;
    let limit = match args.limit {
        Some(0) => usize::MAX,
        Some(limit) => limit,
        None if form == Form::Csv => usize::MAX,
        None => USUAL_LIMIT,
    };
    let mut out = Out { form, printed: 0, passed_over: Notes::default(), blocks: store.blocks().await? };
    let mut progress = SearchProgress::start()?;
    let older = pages(&*store, filter, limit, &mut out, &mut progress).await;
    drop(progress);
    // What was found until it was interrupted is a whole document too.
    if matches!(older, Ok(_) | Err(CommandError::Interrupted { .. })) {
        out.end()?;
        out.passed_over.end();
    }
    match older? {
        Some(last) => eprint_line(&format!("more: add --before {last}, or --limit 0 for all")),
        None if out.printed == 0 && form == Form::Text => return none(session, args.filter.is_empty()),
        None => {}
    }
    Ok(())
}

fn none(session: &Session, at_all: bool) -> Result<(), CommandError> {
    if at_all {
        let file = session.database_named()?;
        eprint_line(&format!("no deliveries yet in {file}: `ringback test` sends one"));
    } else {
        eprint_line("no matching deliveries");
    }
    Ok(())
}

/// Prints page after page, with only one of them in memory. Returns the last delivery printed if there are older
/// ones.
async fn pages(
    store: &dyn Storage,
    mut filter: Filter,
    limit: usize,
    out: &mut Out,
    progress: &mut SearchProgress,
) -> Result<Option<DeliveryId>, CommandError> {
    loop {
        filter.limit = (limit - out.printed).min(PAGE);
        let found = progress.until_interrupted(store.search(&filter, SCAN_LIMIT)).await??;
        if !found.rows.is_empty() {
            progress.clear();
        }
        out.rows(&found.rows)?;
        out.passed_over.add(&found.unreadable);
        filter.before = found.next;
        if filter.before.is_none() {
            return Ok(None);
        }
        if out.printed < limit {
            progress.reached(found.reached);
        } else {
            filter.limit = 1;
            // The last row loaded may be the last match.
            let more = !store.deliveries(&filter).await?.is_empty();
            return Ok(found.rows.last().map(|row| row.id).filter(|_| more));
        }
    }
}

/// Standard output, page by page.
struct Out {
    form: Form,
    printed: usize,
    /// Unreadable rows.
    passed_over: Notes,
    blocks: Blocks,
}

impl Out {
    fn rows(&mut self, rows: &[Summary]) -> Result<(), CommandError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut text = String::new();
        match self.form {
            Form::Json => {
                for row in rows {
                    text.push_str(if self.printed == 0 && text.is_empty() { "[" } else { ",\n" });
                    text.push_str(&delivery_row(row, &self.blocks).to_string());
                }
            }
            Form::Csv => {
                if self.printed == 0 {
                    text = csv::heading();
                }
                csv::push_rows(&mut text, rows, &self.blocks);
            }
            Form::Text => {
                let table = table_of(rows, &self.blocks);
                let body = table.split_once('\n').map_or("", |(_, body)| body);
                text.push_str(if self.printed == 0 { &table } else { body });
            }
        }
        self.printed += rows.len();
        print(&text)
    }

    fn end(&self) -> Result<(), CommandError> {
        match (self.form, self.printed) {
            (Form::Json, 0) => print("[]\n"),
            (Form::Json, _) => print("]\n"),
            (Form::Csv, 0) => print(&csv::heading()),
            (Form::Csv | Form::Text, _) => Ok(()),
        }
    }
}
