//! `ringback stats`: numbers of deliveries, by profile, result or time.

mod csv;
mod text;

use std::collections::BTreeMap;
use std::process::ExitCode;

use super::error::CommandError;
use super::output::{eprint_line, print, print_json};
use super::resolve_profile;
use super::session::Session;
use super::value_enum::choices;
use crate::clock;
use crate::documents::{GivenTime, given_time, stats as document};
use crate::storage::{Opened, Stats, StatsBy, StatsError, StatsRequest, stats};

#[derive(Debug, clap::Args)]
pub(super) struct StatsArgs {
    /// Only of this profile: ID, unique ID prefix, or title
    #[arg(long)]
    profile: Option<String>,
    /// From then on: 2h (ago), 2025-04-17, 2025-04-17T14:02:10Z, or 2025-04-17T14:02[Europe/Rome];
    /// UTC without offset and zone. Whole minutes, before the last 48 hours whole hours
    #[arg(long, value_name = "TIME", value_parser = given_time, default_value = "1h")]
    since: GivenTime,
    /// Before then; now without it
    #[arg(long, value_name = "TIME", value_parser = given_time)]
    until: Option<GivenTime>,
    /// A row for each of these
    #[arg(long, value_name = "KEY", value_parser = choices::<StatsBy>(), default_value = "profile")]
    by: StatsBy,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
    /// Print CSV instead of text: a heading, and a line for each row
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

pub(super) async fn run(session: &Session, args: &StatsArgs) -> Result<ExitCode, CommandError> {
    for (option, time) in [("--since", Some(args.since)), ("--until", args.until)] {
        if let Some(note) = time.and_then(GivenTime::note) {
            eprint_line(&format!("ringback: note: {option}: {note}"));
        }
    }
    let store = session.store_if_there()?;
    let now = clock::now();
    let profiles = match &args.profile {
        Some(text) => Some(vec![resolve_profile::logged(store.as_ref(), text).await?]),
        None => None,
    };
    let until = args.until.map(|until| until.from(now));
    let request = StatsRequest { since: args.since.from(now), until, profiles, by: args.by };
    let (found, titles) = if let Some(store) = &store {
        let found = stats(&**store, request, now).await.map_err(|error| match error {
            StatsError::Store(error) => CommandError::from(error),
            wrong => CommandError::Input(wrong.to_string()),
        })?;
        let titles = titles(store, &found).await?;
        (found, titles)
    } else {
        // Nothing has happened yet, as far as this command knows.
        let until = until.unwrap_or(now);
        let found = Stats { since: args.since.from(now).min(until), until, by: args.by, rows: Vec::new() };
        (found, BTreeMap::new())
    };
    if args.json {
        print_json(&document(&found))?;
    } else if args.csv {
        print(&csv::csv(&found, &titles))?;
    } else if found.rows.is_empty() {
        eprint_line(&format!("nothing happened since {}", found.since));
    } else {
        print(&text::text(&found, &titles))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The titles of the profiles among the keys, deleted ones included.
async fn titles(store: &Opened, found: &Stats) -> Result<BTreeMap<String, String>, CommandError> {
    if found.by != StatsBy::Profile {
        return Ok(BTreeMap::new());
    }
    let stored = store.profiles().await?.into_iter();
    let deleted = store.deleted_profiles().await?.into_iter().map(|deleted| deleted.row);
    Ok(stored.chain(deleted).map(|row| (row.id.to_string(), row.title)).collect())
}
