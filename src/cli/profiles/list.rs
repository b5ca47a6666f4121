//! `ringback profiles list`.

use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::cli::table::table;
use crate::cli::value_enum::choices;
use crate::cli::{blocked, passed_over};
use crate::documents::{deleted_profile_row, profile_row};
use crate::profile::{Channel, Choice as _};
use crate::storage::{DeletedProfile, FailingProfiles, HealthState, Listing, ProfileRow};

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Only if the title contains this text or the ID starts with it (case-insensitive)
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only of this channel
    #[arg(long, value_parser = choices::<Channel>(), ignore_case = true)]
    channel: Option<Channel>,
    /// List deleted profiles that can be restored, most recently deleted first
    #[arg(long)]
    deleted: bool,
}

pub(super) async fn run(session: &Session, args: &ListArgs, json: bool) -> Result<(), CommandError> {
    if args.deleted {
        return deleted(session, args, json).await;
    }
    let (all, blocks, failing) = match session.store_if_there()? {
        Some(store) => {
            passed_over::report(&store.unreadable(Listing::Profiles).await?);
            (store.profiles().await?, store.blocks().await?, store.failing_profiles().await?)
        }
        None => Default::default(),
    };
    let none_at_all = all.is_empty();
    let rows: Vec<ProfileRow> = all.into_iter().filter(|row| args.wants(row)).collect();
    if json {
        return print_json(&rows.iter().map(|row| profile_row(row, &blocks, &failing)).collect());
    }
    if rows.is_empty() {
        if none_at_all {
            let file = session.database_named()?;
            eprint_line(&format!("no profiles yet in {file}: `ringback profiles apply FILE` creates some"));
        } else {
            eprint_line("no matching profiles");
        }
        return Ok(());
    }
    print(&listed(&rows, &failing))
}

/// Lists the profiles that can be restored.
async fn deleted(session: &Session, args: &ListArgs, json: bool) -> Result<(), CommandError> {
    let (all, blocks, failing) = match session.store_if_there()? {
        Some(store) => {
            passed_over::report(&store.unreadable(Listing::DeletedProfiles).await?);
            (store.deleted_profiles().await?, store.blocks().await?, store.failing_profiles().await?)
        }
        None => Default::default(),
    };
    let found: Vec<&DeletedProfile> = all.iter().filter(|deleted| args.wants(&deleted.row)).collect();
    if json {
        let document = |deleted: &&DeletedProfile| deleted_profile_row(deleted, &blocks, &failing);
        return print_json(&found.iter().map(document).collect());
    }
    if found.is_empty() {
        eprint_line(if all.is_empty() {
            "no deleted profiles to restore"
        } else {
            "no matching deleted profiles"
        });
        return Ok(());
    }
    let cells: Vec<[String; 6]> = found
        .iter()
        .map(|deleted| {
            let DeletedProfile { row, deleted_at, pending } = deleted;
            let [at, until] = [*deleted_at, deleted.restorable_until()].map(blocked::clock);
            [
                row.id.to_string(),
                row.title.clone(),
                row.channel.name().to_owned(),
                at,
                until,
                pending.to_string(),
            ]
        })
        .collect();
    print(&table(["ID", "TITLE", "CHANNEL", "DELETED", "RESTORABLE UNTIL", "BLOCKED"], &cells))
}

impl ListArgs {
    fn wants(&self, row: &ProfileRow) -> bool {
        let found = |text: &String| {
            let text = text.trim();
            row.title.to_lowercase().contains(&text.to_lowercase()) || row.id.begins_with(text)
        };
        self.channel.is_none_or(|channel| channel == row.channel) && self.search.as_ref().is_none_or(found)
    }
}

/// The status of a profile, and whether it is failing.
fn status(row: &ProfileRow, failing: &FailingProfiles) -> String {
    let status = row.status.name();
    match failing.of(&row.id) {
        Some(health) if health.state == HealthState::Failing => format!("{status}, failing"),
        _ => status.to_owned(),
    }
}

/// Profiles as a table.
pub(in crate::cli) fn listed(rows: &[ProfileRow], failing: &FailingProfiles) -> String {
    let cells: Vec<[String; 6]> = rows
        .iter()
        .map(|row| {
            [
                row.id.as_str(),
                &row.title,
                row.channel.name(),
                row.method.name(),
                &status(row, failing),
                &row.endpoint,
            ]
            .map(str::to_owned)
        })
        .collect();
    table(["ID", "TITLE", "CHANNEL", "METHOD", "STATUS", "ENDPOINT"], &cells)
}
