//! From the document of a profile to a profile that may be saved.

use std::collections::HashSet;
use std::fmt::Display;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::saved_at::saved_at;
use crate::delivery;
use crate::profile::catalogue::{self, Variable};
use crate::profile::document::{Document, DocumentError};
use crate::profile::{Auth, Channel, Choice as _, Event, Field, Identity, Profile, ProfileId};
use crate::settings::Settings;
use crate::storage::{Storage, StoreError};

/// Checks documents against the settings and against what is stored. All profiles of one check are saved at one time.
#[derive(Debug)]
pub struct ProfileCheck<'a> {
    settings: &'a Settings,
    /// Own variables, each with its scope.
    own: Vec<(String, Variable)>,
    /// The names of Voice's variables, which older documents have in braces.
    of_voice: HashSet<String>,
    now: Timestamp,
}

/// Where a document comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentSource {
    /// A person or a program: an unknown member is an error.
    Given,
    /// A response of the platform's API: unknown members are ignored.
    Platform,
}

/// An error in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentFault {
    /// The path in the document, such as `retry.count`; empty for the whole of it.
    pub field: String,
    /// A sentence.
    pub message: String,
}

impl DocumentFault {
    /// An error at this path.
    #[must_use]
    pub fn new(field: impl Display, message: impl Display) -> Self {
        Self { field: field.to_string(), message: message.to_string() }
    }
}

impl Display for DocumentFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let colon = if self.field.is_empty() { "" } else { ": " };
        write!(f, "{}{colon}{}", self.field, self.message)
    }
}

impl From<DocumentError> for DocumentFault {
    fn from(error: DocumentError) -> Self {
        Self::new(error.place(), error.message())
    }
}

/// A profile that may be saved.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedProfile {
    /// The profile.
    pub profile: Profile,
    /// What a person should know about it.
    pub notes: Vec<String>,
}

impl<'a> ProfileCheck<'a> {
    /// With the own variables of a store.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn new(store: &dyn Storage, settings: &'a Settings) -> Result<Self, StoreError> {
        Ok(Self::with(store.own_variables().await?, settings))
    }

    /// With these own variables, each with its scope.
    #[must_use]
    pub fn with(own: Vec<(String, Variable)>, settings: &'a Settings) -> Self {
        let of_voice = known(&own, Channel::Voice.events());
        Self { settings, own, of_voice, now: saved_at() }
    }

    /// Parses a document.
    ///
    /// # Errors
    /// It is not an object, or a member is unknown or of another type.
    pub fn read(&self, value: Value, source: DocumentSource) -> Result<Document, DocumentFault> {
        if !value.is_object() {
            return Err(DocumentFault::new("", "must be an object with the fields of a profile"));
        }
        let known = |name: &str| self.of_voice.contains(name);
        Ok(match source {
            DocumentSource::Given => Document::import(value, &known),
            DocumentSource::Platform => Document::import_from_platform(value, &known),
        }?)
    }

    /// Checks a document: of a new profile, whose id gets the bits of `unique` if the document has none; or of a
    /// stored one, whose secrets it keeps.
    ///
    /// # Errors
    /// All errors, by field.
    pub fn check(
        &self,
        mut document: Document,
        stored: Option<&Profile>,
        unique: Uuid,
    ) -> Result<CheckedProfile, Vec<DocumentFault>> {
        let missing = missing_secrets(&mut document, stored);
        let mut faults: Vec<DocumentFault> = missing
            .iter()
            .map(|field| DocumentFault::new(field, "is missing, and none is stored to keep: set it"))
            .collect();
        if let Some(stored) = stored
            && document.draft.channel().is_some_and(|channel| channel != stored.channel)
        {
            let channel = stored.channel.name();
            faults.push(DocumentFault::new(
                Field::Channel,
                format!("is {channel} and cannot be changed: create another profile for another channel"),
            ));
        }
        let identity = self.identity(&document, stored, unique);
        let profile = match document.draft.check(self.settings.rules(), identity) {
            Ok(profile) if faults.is_empty() => profile,
            Ok(_) => return Err(faults),
            Err(errors) => {
                // Omitted fields are reported already.
                let others = errors.iter().filter(|error| !missing.contains(&error.field));
                faults.extend(others.map(|error| DocumentFault::new(error.field, &error.message)));
                return Err(faults);
            }
        };
        if let Err(error) = delivery::check_files(&profile.tls) {
            return Err(vec![DocumentFault::new(error.field, &error.message)]);
        }
        let notes = self.notes(&document, stored, &profile);
        Ok(CheckedProfile { profile, notes })
    }

    fn notes(&self, document: &Document, stored: Option<&Profile>, profile: &Profile) -> Vec<String> {
        let mut notes = Vec::new();
        if !document.unused.is_empty() {
            notes.push(format!("not used: {}", document.unused.join(", ")));
        }
        notes.extend(document.changed.iter().map(ToString::to_string));
        let names = known(&self.own, &profile.events);
        let advice = document.draft.advice_with(&profile.body, &|name: &str| names.contains(name));
        notes.extend(advice.iter().map(ToString::to_string));
        if let Some(stored) = stored {
            let removed = document.removed(stored, profile);
            notes.extend(
                removed.iter().map(|part| format!("{}: the document has no value for it", part.done())),
            );
            notes.extend(document.fallbacks(stored, profile));
        }
        notes
    }

    /// A stored profile keeps its creation time. One that is imported with its ID is taken unchanged, so that
    /// exporting it again gives the same document.
    fn identity(&self, document: &Document, stored: Option<&Profile>, unique: Uuid) -> Identity {
        let now = self.now;
        if let Some(stored) = stored {
            return Identity { id: stored.id.clone(), created_at: stored.created_at, modified_at: now };
        }
        let created_at = document.created_at.unwrap_or(now);
        if let Some(id) = document.id.clone() {
            return Identity { id, created_at, modified_at: document.modified_at.unwrap_or(now) };
        }
        let id = ProfileId::new(self.settings.region, unique);
        Identity { id, created_at, modified_at: now }
    }
}

/// The names of the variables of these events, from the catalogue and own ones.
fn known(own: &[(String, Variable)], events: &[Event]) -> HashSet<String> {
    let events: Vec<Option<Event>> =
        if events.is_empty() { vec![None] } else { events.iter().copied().map(Some).collect() };
    let offered = events.into_iter().flat_map(|event| catalogue::offered(event, own));
    offered.map(|variable| variable.name).collect()
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
