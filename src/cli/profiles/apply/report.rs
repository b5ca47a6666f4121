//! What an application has done, or would do.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::profile::document::FieldChange;
use crate::text::{escape_controls, escape_json};

use super::planned::{ApplyResult, DELETED, Plan, PlannedProfile};

/// Reports what was done: the IDs on standard output, what became of each profile on standard error.
pub(super) fn done(plan: &Plan, json: bool) -> Result<(), CommandError> {
    let ids: Vec<&str> = plan.profiles.iter().map(|planned| planned.profile.id.as_str()).collect();
    if json {
        return print_json(&json!({"profile_ids": ids, "profiles": rows(plan, false)}));
    }
    print(&ids.iter().flat_map(|id| [id, "\n"]).collect::<String>())?;
    for PlannedProfile { profile, result, .. } in &plan.profiles {
        eprint_line(&format!("ringback: {} '{}' ({})", result.name(), profile.title, profile.id));
    }
    for row in &plan.deleted {
        let title = escape_controls(&row.title);
        let undo = format!("`ringback profiles restore {}` undoes it", row.id);
        eprint_line(&format!("ringback: {DELETED} '{title}' ({}): {undo}", row.id));
    }
    Ok(())
}

/// Reports what would be done.
pub(super) fn preview(plan: &Plan, json: bool) -> Result<(), CommandError> {
    if json {
        let ids: Vec<Value> = plan.profiles.iter().map(id).collect();
        let all = json!({"profile_ids": ids, "profiles": rows(plan, true), "dry_run": true});
        return print_json(&all);
    }
    let mut text = String::new();
    for planned in plan.profiles.iter().filter(|planned| planned.result != ApplyResult::Unchanged) {
        let id = if planned.has_new_id { String::new() } else { format!(" ({})", planned.profile.id) };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} '{}'{id}", planned.result.plan(), planned.profile.title);
        let is_new = planned.result == ApplyResult::Created;
        planned.changes.iter().for_each(|change| text.push_str(&lines(change, is_new)));
    }
    for row in &plan.deleted {
        let _ = writeln!(text, "delete '{}' ({})", escape_controls(&row.title), row.id);
    }
    print(&text)?;
    let count = |result| plan.profiles.iter().filter(|planned| planned.result == result).count();
    let [created, updated, unchanged] =
        [ApplyResult::Created, ApplyResult::Updated, ApplyResult::Unchanged].map(count);
    eprint_line(&format!(
        "ringback: dry run, nothing was changed: {created} to create, {updated} to update, {} to delete, \
         {unchanged} unchanged",
        plan.deleted.len()
    ));
    Ok(())
}

fn id(planned: &PlannedProfile) -> Value {
    if planned.has_new_id { Value::Null } else { json!(planned.profile.id.as_str()) }
}

/// One object per profile; with its changes in a preview, in which a new one has no ID yet.
fn rows(plan: &Plan, is_preview: bool) -> Value {
    let row = |planned: &PlannedProfile| {
        let PlannedProfile { profile, result, changes, .. } = planned;
        let id = if is_preview { id(planned) } else { json!(profile.id.as_str()) };
        let mut row = json!({"profile_id": id, "title": profile.title.as_str(), "result": result.name()});
        if is_preview {
            row["changes"] = changes.iter().map(FieldChange::document).collect();
        }
        row
    };
    let deleted = plan
        .deleted
        .iter()
        .map(|row| json!({"profile_id": row.id.as_str(), "title": row.title, "result": DELETED}));
    plan.profiles.iter().map(row).chain(deleted).collect()
}

/// The lines of a change: the value of a new profile; both values beside each other, or, for texts of several lines, the lines that differ.
fn lines(change: &FieldChange, is_new: bool) -> String {
    let FieldChange { field, before, after, is_secret } = change;
    let field = escape_controls(field);
    if *is_secret {
        let what = match (before, after) {
            (None, _) if is_new => "(secret)",
            (None, _) => "added (secret)",
            (_, None) => "removed (secret)",
            _ => "changed (secret)",
        };
        return format!("  {field}: {what}\n");
    }
    if let (Some(Value::String(before)), Some(Value::String(after))) = (before, after)
        && (before.contains('\n') || after.contains('\n'))
    {
        return format!("  {field}:\n{}", differing_lines(before, after));
    }
    let value = |value: &Option<Value>| {
        value.as_ref().map_or("none".to_owned(), |value| escape_json(&value.to_string()).into_owned())
    };
    match before {
        None if is_new => format!("  {field}: {}\n", value(after)),
        _ => format!("  {field}: {} -> {}\n", value(before), value(after)),
    }
}

/// What differs between two texts, without the lines that both begin and end with.
fn differing_lines(before: &str, after: &str) -> String {
    let [before, after]: [Vec<&str>; 2] = [before, after].map(|text| text.split('\n').collect());
    let start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let (before, after) = (&before[start..], &after[start..]);
    let end = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
    let marked = |mark: &str, lines: &[&str]| -> String {
        lines.iter().fold(String::new(), |mut all, line| {
            // Writing to a string cannot fail.
            let _ = writeln!(all, "    {mark} {}", escape_controls(line));
            all
        })
    };
    marked("-", &before[..before.len() - end]) + &marked("+", &after[..after.len() - end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: Option<Value>, after: Option<Value>, is_secret: bool) -> String {
        lines(&FieldChange { field: "body".to_owned(), before, after, is_secret }, false)
    }

    #[test]
    fn a_change_is_one_line_or_the_lines_that_differ() {
        assert_eq!(change(Some(json!(1)), Some(json!(2)), false), "  body: 1 -> 2\n");
        assert_eq!(change(None, Some(json!("a")), false), "  body: none -> \"a\"\n");
        assert_eq!(change(Some(json!(["a"])), None, false), "  body: [\"a\"] -> none\n");
        let (before, after) =
            (json!("{\n  \"a\": 1,\n  \"b\": 2\n}"), json!("{\n  \"a\": 1,\n  \"b\": 3,\n  \"c\": 4\n}"));
        let wanted = "  body:\n    -   \"b\": 2\n    +   \"b\": 3,\n    +   \"c\": 4\n";
        assert_eq!(change(Some(before), Some(after), false), wanted);
        let (shorter, longer) = (json!("a\na"), json!("a\na\na"));
        assert_eq!(change(Some(shorter), Some(longer), false), "  body:\n    + a\n");
    }

    #[test]
    fn a_value_never_drives_the_terminal() {
        let text = change(Some(json!("a\u{9b}2J")), Some(json!("b\u{202e}c")), false);
        assert_eq!(text, "  body: \"a\\u009b2J\" -> \"b\\u202ec\"\n");
    }

    #[test]
    fn a_secret_is_named_only() {
        let none = Some(Value::Null);
        assert_eq!(change(none.clone(), none.clone(), true), "  body: changed (secret)\n");
        assert_eq!(change(None, none.clone(), true), "  body: added (secret)\n");
        assert_eq!(change(none, None, true), "  body: removed (secret)\n");
    }
}
