//! `ringback profiles apply`: all profiles of a file, or none.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;
use uuid::Uuid;

use crate::cli::error::CommandError;
use crate::cli::json_input::JsonInput;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::management::{DocumentFault, DocumentSource, ProfileCheck};
use crate::profile::{Profile, ProfileId};
use crate::storage::Storage;
use crate::text::escape_controls;

use super::source::{Documents, Found};

pub(super) async fn run(session: &Session, file: &Path, json: bool) -> Result<(), CommandError> {
    let source = JsonInput(file);
    let documents = Documents::read(&source)?;
    let found = documents.each(&source)?;
    let store = session.store()?;
    let mut apply = Apply {
        store: &*store,
        check: ProfileCheck::new(&*store, session.settings()).await?,
        errors: Errors::default(),
        notes: Vec::new(),
    };
    apply.notes.extend(found.notes.iter().map(|note| format!("ringback: note: {source}: {note}")));
    let profiles = apply.all(found).await?;
    if apply.errors.count > 0 {
        return Err(refused(&source, &apply.errors));
    }
    let ids: Vec<ProfileId> = profiles.iter().map(|profile| profile.id.clone()).collect();
    if profiles.is_empty() {
        eprint_line("nothing to apply: the array is empty");
    } else {
        store.save_profiles(profiles).await?;
    }
    apply.notes.iter().for_each(|note| eprint_line(note));
    if json {
        let ids: Vec<&str> = ids.iter().map(ProfileId::as_str).collect();
        print_json(&json!({"profile_ids": ids}))
    } else {
        print(&ids.iter().flat_map(|id| [id.as_str(), "\n"]).collect::<String>())
    }
}

fn refused(source: &JsonInput, errors: &Errors) -> CommandError {
    let Errors { count, first } = errors;
    let noun = if *count == 1 { "error" } else { "errors" };
    let mut text = format!("{source}: nothing was saved: {count} {noun}:\n{}", first.join("\n"));
    if *count > first.len() {
        // Writing to a string cannot fail.
        let _ = write!(text, "\nand {} more", count - first.len());
    }
    CommandError::Input(text)
}

struct Apply<'a> {
    store: &'a dyn Storage,
    check: ProfileCheck<'a>,
    errors: Errors,
    /// The report once everything is saved.
    notes: Vec<String>,
}

impl Apply<'_> {
    /// The profiles to save. Some are missing if there are errors.
    async fn all(&mut self, found: Found<'_>) -> Result<Vec<Profile>, CommandError> {
        let source = if found.from_platform { DocumentSource::Platform } else { DocumentSource::Given };
        let mut profiles = Vec::new();
        let mut places: HashMap<ProfileId, String> = HashMap::new();
        for document in found.documents {
            let place = document.place.clone();
            let value = document.value().map_err(|why| DocumentFault::new("", why));
            let document = match value.and_then(|value| self.check.read(value, source)) {
                Ok(document) => document,
                Err(fault) => {
                    self.wrong(&place, &fault);
                    continue;
                }
            };
            if let Some(id) = &document.id
                && let Some(earlier) = places.insert(id.clone(), place.clone())
            {
                self.wrong(&place, &DocumentFault::new("profile_id", format!("is also at {earlier}")));
                continue;
            }
            let stored = match &document.id {
                Some(id) => self.store.profile(id).await?,
                None => None,
            };
            match self.check.check(document, stored.as_ref(), Uuid::new_v4()) {
                Ok(checked) => {
                    let Profile { title, id, .. } = &checked.profile;
                    let note = |note: &String| format!("ringback: note: '{title}' ({id}): {note}");
                    self.notes.extend(checked.notes.iter().map(note));
                    profiles.push(checked.profile);
                }
                Err(faults) => faults.iter().for_each(|fault| self.wrong(&place, fault)),
            }
        }
        Ok(profiles)
    }

    fn wrong(&mut self, place: &str, fault: &DocumentFault) {
        self.errors.add(|| placed(place, &fault.field, &fault.message));
    }
}

/// The errors, of which only the first ones are reported in full: nobody reads a list of millions.
#[derive(Default)]
struct Errors {
    count: usize,
    first: Vec<String>,
}

impl Errors {
    const MAX_SHOWN: usize = 100;

    fn add(&mut self, text: impl FnOnce() -> String) {
        if self.first.len() < Self::MAX_SHOWN {
            self.first.push(text());
        }
        self.count += 1;
    }
}

/// A message with its path in the whole document: `profiles[1].retry.count: …`.
fn placed(place: &str, field: &str, message: &str) -> String {
    let dot = if place.is_empty() || field.is_empty() { "" } else { "." };
    let whole = format!("{place}{dot}{field}");
    let colon = if whole.is_empty() { "" } else { ": " };
    escape_controls(&format!("{whole}{colon}{message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_their_path() {
        assert_eq!(placed("", "title", "enter a title"), "title: enter a title");
        assert_eq!(placed("profiles[1]", "retry.count", "no"), "profiles[1].retry.count: no");
        assert_eq!(placed("profiles[1]", "headers (name 1)", "no"), "profiles[1].headers (name 1): no");
        assert_eq!(placed("profiles[0]", "headers.a: b c", "no"), "profiles[0].headers.a: b c: no");
        assert_eq!(placed("profiles[0]", "", "an object: no"), "profiles[0]: an object: no");
        assert_eq!(placed("", "", "no"), "no");
    }
}
