//! What was done to each profile, as text and as JSON.

use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::error::{CommandError, FAILED};
use crate::cli::output::{eprint_line, print, print_json};
use crate::profile::ProfileId;
use crate::profile::document::FieldChange;
use crate::remote::{ChangedMembers, ProfileOutcome, ProfileResult};
use crate::text::{escape_controls, escape_json, escape_start};

/// The most characters of a value that are shown; JSON has all of it.
const VALUE: usize = 200;

/// What is said if there is nothing to compare.
pub(super) const NO_PROFILES: &str = "no profiles, neither here nor on the account";

/// All results, in the order of a summary.
const RESULTS: [ProfileResult; 7] = [
    ProfileResult::Created,
    ProfileResult::Updated,
    ProfileResult::Deleted,
    ProfileResult::Unchanged,
    ProfileResult::Conflict,
    ProfileResult::Failed,
    ProfileResult::NotDone,
];

/// The heading of a report.
pub(super) struct Heading<'a> {
    /// Such as `pulled from`.
    pub what: &'a str,
    /// The name of the account.
    pub account: &'a str,
    /// Whether nothing was written.
    pub dry_run: bool,
}

/// Prints what was done. Unchanged profiles without a note are only counted.
pub(super) fn report(
    heading: &Heading<'_>,
    outcomes: &[ProfileOutcome],
    json: bool,
) -> Result<ExitCode, CommandError> {
    if json {
        print_json(&json!({
            "account": heading.account, "dry_run": heading.dry_run,
            "profiles": outcomes.iter().map(ProfileOutcome::document).collect::<Vec<Value>>(),
        }))?;
    } else {
        print(&text(outcomes, heading.dry_run))?;
    }
    eprint_line(&summary(heading, outcomes));
    let is_fine = outcomes.iter().all(|outcome| outcome.result.is_fine());
    Ok(if is_fine { ExitCode::SUCCESS } else { FAILED.into() })
}

/// The lines of all profiles that something was done to, or that a person should know something about. A preview has
/// what is to be done, with values.
pub(super) fn text(outcomes: &[ProfileOutcome], is_preview: bool) -> String {
    let mut out = String::new();
    for outcome in outcomes {
        let is_quiet = outcome.result == ProfileResult::Unchanged && outcome.notes.is_empty();
        if is_quiet {
            continue;
        }
        let id = outcome.id.as_ref().or(outcome.remote_id.as_ref()).map_or("", ProfileId::as_str);
        let title = escape_controls(&outcome.title);
        let has_values = is_preview || outcome.result == ProfileResult::Conflict;
        // Writing to a string cannot fail.
        let result = if is_preview { outcome.result.plan() } else { outcome.result.name() };
        let _ = write!(out, "{result:<9}  {id}  {title}");
        if let Some(why) = &outcome.why {
            let _ = write!(out, ": {}", escape_controls(why));
        } else if outcome.result == ProfileResult::Updated && !has_values {
            let fields: Vec<&str> = outcome.changes.iter().map(|change| change.field.as_str()).collect();
            let _ = write!(out, ": {}", escape_controls(&fields.join(", ")));
        }
        out.push('\n');
        let is_new = outcome.result == ProfileResult::Created;
        if has_values && is_new {
            push_values(&mut out, &outcome.changes);
        } else if has_values && !outcome.changes.is_empty() {
            push_changes(&mut out, &outcome.changes, &outcome.changed);
        }
        if let (ProfileResult::Created, Some(there)) = (outcome.result, &outcome.remote_id)
            && outcome.id.is_some()
            && outcome.id != outcome.remote_id
        {
            let _ = writeln!(out, "    ID on the account: {there}");
        }
        if !outcome.not_carried.is_empty() && outcome.result != ProfileResult::Unchanged {
            let _ = writeln!(out, "    not carried by the API: {}", outcome.not_carried.join(", "));
        }
        for note in &outcome.notes {
            let _ = writeln!(out, "    note: {}", escape_controls(note));
        }
    }
    out
}

/// The values that differ, one per line, each with the side that has changed.
pub(super) fn push_changes(out: &mut String, changes: &[FieldChange], by: &ChangedMembers) {
    for change in changes {
        let (field, side) = (escape_controls(&change.field), by.side(&change.field));
        let _ = if change.is_secret {
            writeln!(out, "    {field}: differs (secret){side}")
        } else {
            writeln!(
                out,
                "    {field}: here {}, on the account {}{side}",
                value(change.before.as_ref()),
                value(change.after.as_ref())
            )
        };
    }
}

/// The values of a profile that is on one side only, one per line.
pub(super) fn push_values(out: &mut String, changes: &[FieldChange]) {
    for change in changes {
        let field = escape_controls(&change.field);
        let value = match change {
            FieldChange { is_secret: true, .. } => "(secret)".to_owned(),
            FieldChange { before, after, .. } => value(before.as_ref().or(after.as_ref())),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "    {field}: {value}");
    }
}

fn value(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(value) => escape_start(&escape_json(&value.to_string()), VALUE),
    }
}

fn summary(heading: &Heading<'_>, outcomes: &[ProfileOutcome]) -> String {
    let counts = RESULTS.iter().filter_map(|result| {
        let count = outcomes.iter().filter(|outcome| outcome.result == *result).count();
        let to = if heading.dry_run && result.is_write() { "to " } else { "" };
        let word = if heading.dry_run { result.plan() } else { result.name() };
        (count > 0).then(|| format!("{count} {to}{word}"))
    });
    let counts: Vec<String> = counts.collect();
    let counts = if counts.is_empty() { NO_PROFILES.to_owned() } else { counts.join(", ") };
    let dry = if heading.dry_run { " (dry run: nothing was written)" } else { "" };
    format!("ringback: {} {}: {counts}{dry}", heading.what, escape_controls(heading.account))
}
