//! `ringback remote diff`.

use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::error::{CommandError, FAILED};
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::profile::ProfileId;
use crate::remote::{Adopted, DiffState, ProfileDiff, dialect};
use crate::text::escape_controls;

use super::connect::{AccountArgs, Connected};
use super::report::{NO_PROFILES, push_changes, push_values};

#[derive(Debug, clap::Args)]
pub(super) struct DiffArgs {
    /// Profile IDs, unique ID prefixes, or titles, here or on the account [default: all]
    profiles: Vec<String>,
}

pub(super) async fn run(
    session: &Session,
    account: &AccountArgs,
    args: &DiffArgs,
    json: bool,
) -> Result<ExitCode, CommandError> {
    let connected = Connected::new(session, account).await?;
    let check = connected.check(session).await?;
    let pairs = connected
        .pairs(&args.profiles, Adopted::Interrupted, &check)
        .await
        .map_err(CommandError::of_comparison)?;
    let dialect = dialect(&pairs.all);
    let diff = |pair| ProfileDiff::of(pair, &check, dialect);
    let diffs: Vec<ProfileDiff> = pairs.chosen.iter().map(diff).collect();
    let is_same = diffs.iter().all(|diff| diff.state == DiffState::Same);
    if json {
        let account = connected.client.account().name();
        print_json(&json!({
            "account": account, "same": is_same,
            "profiles": diffs.iter().map(ProfileDiff::document).collect::<Vec<Value>>(),
        }))?;
    } else {
        print(&text(&diffs))?;
        let account = escape_controls(connected.client.account().name());
        eprint_line(&format!("ringback: compared with {account}: {}", summary(&diffs)));
    }
    Ok(if is_same { ExitCode::SUCCESS } else { FAILED.into() })
}

fn text(diffs: &[ProfileDiff]) -> String {
    let mut out = String::new();
    for diff in diffs {
        if diff.state == DiffState::Same && diff.notes.is_empty() && diff.not_compared.is_empty() {
            continue;
        }
        let word = word(diff.state);
        let id = diff.id.as_ref().or(diff.remote_id.as_ref()).map_or("", ProfileId::as_str);
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{word}  {id}  {}", escape_controls(&diff.title));
        if matches!(diff.state, DiffState::OnlyHere | DiffState::OnlyOnAccount) {
            push_values(&mut out, &diff.changes);
        } else {
            push_changes(&mut out, &diff.changes, &diff.changed);
        }
        if !diff.not_carried.is_empty() && diff.state != DiffState::Same {
            let _ = writeln!(out, "    not carried by the API: {}", diff.not_carried.join(", "));
        }
        if !diff.not_compared.is_empty() {
            let paths = escape_controls(&diff.not_compared.join(", "));
            let _ = writeln!(out, "    not compared, since the account does not return it: {paths}");
        }
        for note in &diff.notes {
            let _ = writeln!(out, "    note: {}", escape_controls(note));
        }
    }
    out
}

/// All states, in the order of a summary.
const STATES: [DiffState; 6] = [
    DiffState::Differs,
    DiffState::OnlyHere,
    DiffState::OnlyOnAccount,
    DiffState::Unreadable,
    DiffState::NotVisible,
    DiffState::Same,
];

fn word(state: DiffState) -> &'static str {
    match state {
        DiffState::Same => "same",
        DiffState::Differs => "differs",
        DiffState::OnlyHere => "only here",
        DiffState::OnlyOnAccount => "only on the account",
        DiffState::NotVisible => "not visible to this key",
        DiffState::Unreadable => "unreadable",
    }
}

/// How many profiles are in each state.
fn summary(diffs: &[ProfileDiff]) -> String {
    let counts = STATES.iter().filter_map(|state| {
        let count = diffs.iter().filter(|diff| diff.state == *state).count();
        let word = if (*state, count > 1) == (DiffState::Differs, true) { "differ" } else { word(*state) };
        (count > 0).then(|| format!("{count} {word}"))
    });
    let counts: Vec<String> = counts.collect();
    if counts.is_empty() { NO_PROFILES.to_owned() } else { counts.join(", ") }
}
