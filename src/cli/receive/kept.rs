//! The requests that are kept: listed, shown, replayed, removed.

use std::process::ExitCode;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::replay::{self, ReplayArgs};
use super::stored::{all, file, named};
use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print};
use crate::cli::session::Session;
use crate::cli::table::table;
use crate::receiver::{Examined, KeptRequests, PathFilter, Received, Reply, describe_in_full};
use crate::text::escape_controls;
use crate::text::time::format_in_zone;
use crate::threads;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Verb {
    /// List the requests that were received, newest first: the last 200, also of earlier runs and of the console
    List(ListArgs),
    /// Show one of them in full
    Show(ShowArgs),
    /// Send one of them to another address, and show the response
    Replay(ReplayArgs),
    /// Remove all of them
    Clear,
}

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// How many to list
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Only requests whose path begins with this; can be repeated
    #[arg(long, value_name = "PREFIX")]
    path: Vec<String>,
    /// Print JSON instead of text: an array of requests as `receive --json` prints them
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// ID of the request or the beginning of it, or `last`
    #[arg(value_name = "REQUEST")]
    request: String,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, verb: Verb) -> Result<ExitCode, CommandError> {
    match verb {
        Verb::List(args) => list(&all(session).await?, args)?,
        Verb::Show(args) => {
            let request = named(&all(session).await?, &args.request)?;
            if args.json {
                print(&(json(&request)? + "\n"))?;
            } else {
                print(&describe_in_full(&request, &TimeZone::system(), &Examined::default()))?;
            }
        }
        Verb::Replay(args) => return replay::run(session, &args).await,
        Verb::Clear => {
            let mut kept = KeptRequests::at(file(session)?);
            let path = escape_controls(&kept.path().to_string_lossy());
            let cleared = threads::blocking(move || kept.clear()).await?;
            cleared.map_err(|error| CommandError::Input(format!("{path}: {error}")))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn json(request: &Received) -> Result<String, CommandError> {
    let text = request.to_json(&Examined::default());
    text.map_err(|error| CommandError::Input(format!("request {}: {error}", request.id)))
}

fn list(all: &[Arc<Received>], args: ListArgs) -> Result<(), CommandError> {
    let paths = PathFilter::new(args.path);
    let found: Vec<_> = all.iter().rev().filter(|request| paths.takes(request)).take(args.limit).collect();
    if args.json {
        let documents = found.iter().map(|request| json(request)).collect::<Result<Vec<_>, _>>()?;
        return print(&format!("[{}]\n", documents.join(",")));
    }
    if found.is_empty() {
        eprint_line("no request is kept: `ringback receive` keeps those that arrive");
        return Ok(());
    }
    let zone = TimeZone::system();
    let rows: Vec<[String; 6]> = found
        .iter()
        .map(|request| {
            let mark = if request.query.is_empty() { "" } else { "?" };
            [
                request.id.clone(),
                format_in_zone(request.received_at, &zone, "%Y-%m-%d %H:%M:%S"),
                request.method.clone(),
                match request.response.reply {
                    Reply::Status(status) => status.to_string(),
                    Reply::Hung => "timeout".to_owned(),
                    Reply::Reset => "reset".to_owned(),
                },
                request.body_length.to_string(),
                format!("{}{mark}{}", request.path, request.query),
            ]
        })
        .collect();
    print(&table(["ID", "RECEIVED", "METHOD", "RESPONSE", "BYTES", "PATH"], &rows))
}
