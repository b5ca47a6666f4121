//! `ringback remote diff`.

use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::error::{CommandError, FAILED};
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::profile::ProfileId;
use crate::remote::{Adopted, DiffState, ProfileDiff};
use crate::text::escape_controls;

use super::connect::{AccountArgs, Connected};
use super::report::push_changes;

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
    let diffs: Vec<ProfileDiff> = pairs.chosen.iter().map(|pair| ProfileDiff::of(pair, &check)).collect();
    let is_same = diffs.iter().all(|diff| diff.state == DiffState::Same);
    if json {
        let account = connected.client.account().name();
        print_json(&json!({
            "account": account, "same": is_same,
            "profiles": diffs.iter().map(ProfileDiff::document).collect::<Vec<Value>>(),
        }))?;
    } else {
        print(&text(&diffs))?;
        let differ = diffs.iter().filter(|diff| diff.state != DiffState::Same).count();
        let all = diffs.len();
        let account = escape_controls(connected.client.account().name());
        eprint_line(&format!("ringback: compared with {account}: {differ} of {all} profiles differ"));
    }
    Ok(if is_same { ExitCode::SUCCESS } else { FAILED.into() })
}

fn text(diffs: &[ProfileDiff]) -> String {
    let mut out = String::new();
    for diff in diffs {
        let word = match diff.state {
            DiffState::Same if diff.notes.is_empty() => continue,
            DiffState::Same => "same",
            DiffState::Differs => "differs",
            DiffState::OnlyHere => "only here",
            DiffState::OnlyOnAccount => "only on the account",
            DiffState::NotVisible => "not visible to this key",
            DiffState::Unreadable => "unreadable",
        };
        let id = diff.id.as_ref().or(diff.remote_id.as_ref()).map_or("", ProfileId::as_str);
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{word}  {id}  {}", escape_controls(&diff.title));
        push_changes(&mut out, &diff.changes, |field| changed_side(diff, field));
        if !diff.not_carried.is_empty() && diff.state != DiffState::Same {
            let _ = writeln!(out, "    not carried by the API: {}", diff.not_carried.join(", "));
        }
        for note in &diff.notes {
            let _ = writeln!(out, "    note: {}", escape_controls(note));
        }
    }
    out
}

/// Which side has changed a field, where that is known.
fn changed_side(diff: &ProfileDiff, field: &str) -> &'static str {
    let member = field.split(['.', '[']).next().unwrap_or(field);
    let is_in = |members: &[String]| members.iter().any(|one| one == member);
    match (is_in(&diff.changed_here), is_in(&diff.changed_there)) {
        (true, false) => " (changed here)",
        (false, true) => " (changed on the account)",
        (true, true) => " (changed on both sides)",
        (false, false) => "",
    }
}
