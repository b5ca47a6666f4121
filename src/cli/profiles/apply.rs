//! `ringback profiles apply`: all profiles of a file, or none.

use std::collections::{HashMap, HashSet};
use std::fmt::{Display, Write as _};
use std::path::Path;

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::cli::error::CommandError;
use crate::cli::json_input::JsonInput;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::profile::catalogue::{self, Variable};
use crate::profile::document::Document;
use crate::profile::{Auth, Channel, Choice as _, Event, Field, Identity, Profile, ProfileId};
use crate::settings::Settings;
use crate::storage::Storage;
use crate::text::escape_controls;
use crate::{clock, delivery};

use super::source::{Documents, Found};

pub(super) async fn run(session: &Session, file: &Path, json: bool) -> Result<(), CommandError> {
    let source = JsonInput(file);
    let documents = Documents::read(&source)?;
    let found = documents.each(&source)?;
    let store = session.store()?;
    let mut apply = Apply {
        store: &*store,
        settings: session.settings(),
        own: store.own_variables().await?,
        now: now(),
        errors: Errors::default(),
        notes: Vec::new(),
    };
    if !found.unused.is_empty() {
        let names = found.unused.join(", ");
        apply.notes.push(format!("ringback: note: {source}: not used: {names}"));
    }
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

/// To the millisecond, as in lists.
fn now() -> Timestamp {
    let now = clock::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

struct Apply<'a> {
    store: &'a dyn Storage,
    settings: &'a Settings,
    /// Own variables, each with its scope.
    own: Vec<(String, Variable)>,
    now: Timestamp,
    errors: Errors,
    /// The report once everything is saved.
    notes: Vec<String>,
}

impl Apply<'_> {
    /// The profiles to save. Some are missing if there are errors.
    async fn all(&mut self, found: Found<'_>) -> Result<Vec<Profile>, CommandError> {
        let known = self.known(Channel::Voice.events());
        let import = if found.from_platform { Document::import_from_platform } else { Document::import };
        let mut profiles = Vec::new();
        let mut places: HashMap<ProfileId, String> = HashMap::new();
        for document in found.documents {
            let place = document.place.clone();
            let value = match document.value() {
                Ok(value) => value,
                Err(why) => {
                    self.wrong(&place, "", why);
                    continue;
                }
            };
            if !value.is_object() {
                self.wrong(&place, "", "must be an object with the fields of a profile");
                continue;
            }
            let document = match import(value, &known) {
                Ok(document) => document,
                Err(error) => {
                    self.wrong(&place, error.place(), error.message());
                    continue;
                }
            };
            if let Some(id) = &document.id
                && let Some(earlier) = places.insert(id.clone(), place.clone())
            {
                self.wrong(&place, "profile_id", format!("is also at {earlier}"));
                continue;
            }
            let stored = match &document.id {
                Some(id) => self.store.profile(id).await?,
                None => None,
            };
            profiles.extend(self.one(&place, document, stored.as_ref()));
        }
        Ok(profiles)
    }

    /// Whether one of these events has a variable with a given name, from the catalogue or an own one.
    fn known(&self, events: &[Event]) -> impl Fn(&str) -> bool + use<> {
        let events: Vec<Option<Event>> =
            if events.is_empty() { vec![None] } else { events.iter().copied().map(Some).collect() };
        let offered = events.into_iter().flat_map(|event| catalogue::offered(event, &self.own));
        let names: HashSet<String> = offered.map(|variable| variable.name).collect();
        move |name| names.contains(name)
    }

    fn one(&mut self, place: &str, mut document: Document, stored: Option<&Profile>) -> Option<Profile> {
        let before = self.errors.count;
        let missing = missing_secrets(&mut document, stored);
        for field in &missing {
            self.wrong(place, field, "is missing, and none is stored to keep: set it");
        }
        if let Some(stored) = stored
            && document.draft.channel().is_some_and(|channel| channel != stored.channel)
        {
            let channel = stored.channel.name();
            self.wrong(
                place,
                Field::Channel,
                format!("is {channel} and cannot be changed: leave profile_id out to create another profile"),
            );
        }
        let checked = document.draft.check(self.settings.rules(), self.identity(&document, stored));
        let profile = checked.map_err(|errors| {
            // Omitted fields are reported already.
            for error in errors.iter().filter(|error| !missing.contains(&error.field)) {
                self.wrong(place, error.field, &error.message);
            }
        });
        let profile = profile.ok().filter(|_| self.errors.count == before)?;
        if let Err(error) = delivery::check_files(&profile.tls) {
            self.wrong(place, error.field, &error.message);
            return None;
        }
        if !document.unused.is_empty() {
            self.note(&profile, format!("not used: {}", document.unused.join(", ")));
        }
        for change in &document.changed {
            self.note(&profile, change);
        }
        for advice in document.draft.advice_with(&profile.body, &self.known(&profile.events)) {
            self.note(&profile, advice);
        }
        if let Some(stored) = stored {
            for part in document.removed(stored, &profile) {
                self.note(&profile, format!("{part} removed: the document does not name it"));
            }
        }
        Some(profile)
    }

    /// A stored profile keeps its creation time. One that is imported with its ID is taken unchanged, so that
    /// exporting it again gives the same document.
    fn identity(&self, document: &Document, stored: Option<&Profile>) -> Identity {
        let now = self.now;
        if let Some(stored) = stored {
            return Identity { id: stored.id.clone(), created_at: stored.created_at, modified_at: now };
        }
        let created_at = document.created_at.unwrap_or(now);
        if let Some(id) = document.id.clone() {
            return Identity { id, created_at, modified_at: document.modified_at.unwrap_or(now) };
        }
        let id = ProfileId::new(self.settings.region, Uuid::new_v4());
        Identity { id, created_at, modified_at: now }
    }

    fn note(&mut self, profile: &Profile, note: impl Display) {
        let Profile { title, id, .. } = profile;
        self.notes.push(format!("ringback: note: '{title}' ({id}): {note}"));
    }

    /// `field` is a path within the profile's JSON; empty for all of it.
    fn wrong(&mut self, place: &str, field: impl Display, message: impl Display) {
        self.errors.add(|| placed(place, &field.to_string(), &message.to_string()));
    }
}

/// The errors, of which only the first ones are reported in full: nobody reads a list of millions.
#[derive(Default)]
struct Errors {
    count: usize,
    first: Vec<String>,
}

impl Errors {
    const MOST: usize = 100;

    fn add(&mut self, text: impl FnOnce() -> String) {
        if self.first.len() < Self::MOST {
            self.first.push(text());
        }
        self.count += 1;
    }
}

/// Keeps the stored secrets that were omitted. Returns those that are still missing.
fn missing_secrets(document: &mut Document, stored: Option<&Profile>) -> Vec<Field> {
    let Some(stored) = stored else { return std::mem::take(&mut document.left_out) };
    let has_password = matches!(stored.auth, Auth::Basic { .. });
    let no_password = document.left_out.contains(&Field::AuthPassword) && !has_password;
    document.keep_secrets(stored);
    let mut missing = std::mem::take(&mut document.left_out);
    // An empty password is valid, so the check cannot distinguish it from a missing one.
    if no_password {
        missing.push(Field::AuthPassword);
    }
    missing
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
