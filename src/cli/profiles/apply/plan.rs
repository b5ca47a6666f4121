//! From documents to what is to be done.

use std::collections::HashMap;

use uuid::Uuid;

use crate::cli::error::CommandError;
use crate::cli::json_input::JsonInput;
use crate::cli::profiles::input::{Found, MAX_PROFILES};
use crate::management::{CheckedProfile, DocumentFault, DocumentSource, ProfileCheck};
use crate::profile::document::{Document, diff, fields};
use crate::profile::{Channel, Choice as _, Profile, ProfileId};
use crate::settings::Settings;
use crate::storage::Opened;

use super::errors::Errors;
use super::planned::{ApplyResult, Plan, PlannedProfile};

/// Makes a [`Plan`] of one file after another.
pub(super) struct Planner<'a> {
    store: Option<&'a Opened>,
    check: ProfileCheck<'a>,
    errors: Errors,
    plan: Plan,
    /// Where each profile is described, and whether by its title.
    places: HashMap<ProfileId, (String, bool)>,
    /// The stored profiles by title, once a folder needs them.
    by_title: Option<HashMap<String, Vec<(ProfileId, Channel)>>>,
    /// Titles of new profiles of a folder, with their places.
    new_titles: HashMap<String, String>,
    /// The only input, or none if there are several and each message names its own.
    only: Option<String>,
    names_files: bool,
}

impl<'a> Planner<'a> {
    /// Without a store, nothing is stored yet.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(super) async fn new(
        settings: &'a Settings,
        store: Option<&'a Opened>,
        names_files: bool,
    ) -> Result<Self, CommandError> {
        let own = match store {
            Some(store) => store.own_variables().await?,
            None => Vec::new(),
        };
        Ok(Self {
            store,
            check: ProfileCheck::with(own, settings),
            errors: Errors::default(),
            plan: Plan::default(),
            places: HashMap::new(),
            by_title: None,
            new_titles: HashMap::new(),
            only: None,
            names_files,
        })
    }

    /// Adds the profiles of a file.
    ///
    /// # Errors
    /// There are too many in all, or the store cannot be read. Errors in profiles are collected.
    pub(super) async fn add(&mut self, found: Found<'_>) -> Result<(), CommandError> {
        let source = JsonInput(&found.input.path);
        let notes = found.contents.notes.iter().map(|note| format!("ringback: note: {source}: {note}"));
        self.plan.notes.extend(notes);
        if self.plan.profiles.len() + found.contents.documents.len() > MAX_PROFILES {
            let why = format!("nothing was saved: more than {MAX_PROFILES} profiles in all");
            return Err(CommandError::Input(format!("{source}: {why}")));
        }
        self.only = (!self.names_files).then(|| source.to_string());
        let file = self.names_files.then(|| source.to_string());
        self.documents(found, file.as_deref()).await
    }

    async fn documents(&mut self, found: Found<'_>, file: Option<&str>) -> Result<(), CommandError> {
        let Found { input, format, contents } = found;
        let of_folder = input.of_folder;
        let source = if contents.from_platform { DocumentSource::Platform } else { DocumentSource::Given };
        for document in contents.documents {
            let place = document.place.clone();
            let value = document.value().map_err(|why| DocumentFault::new("", why));
            let document = match value.and_then(|value| self.check.read(value, source)) {
                Ok(document) => document,
                Err(DocumentFault { field, mut message }) => {
                    message.push_str(format.hint(&message));
                    self.errors.add(file, &place, &DocumentFault { field, message });
                    continue;
                }
            };
            let whole_place = match file {
                Some(file) if place.is_empty() => file.to_owned(),
                Some(file) => format!("{file}: {place}"),
                None => place.clone(),
            };
            let id = match self.id_of(&document, &whole_place, of_folder).await? {
                Ok(id) => id,
                Err(fault) => {
                    self.errors.add(file, &place, &fault);
                    continue;
                }
            };
            let stored = match (&id, self.store) {
                (Some(id), Some(store)) => store.profile(id).await?,
                _ => None,
            };
            let has_new_id = id.is_none();
            match self.check.check(document, stored.as_ref(), Uuid::new_v4()) {
                Ok(checked) => self.take(checked, stored, has_new_id),
                Err(faults) => faults.iter().for_each(|fault| self.errors.add(file, &place, fault)),
            }
        }
        Ok(())
    }

    /// The profile that a document describes: by its ID, or, in a folder, by its title; none if it is a new one.
    async fn id_of(
        &mut self,
        document: &Document,
        place: &str,
        of_folder: bool,
    ) -> Result<Result<Option<ProfileId>, DocumentFault>, CommandError> {
        let mut field = "profile_id";
        let mut id = document.id.clone();
        let title = document.draft.title.trim();
        if id.is_none() && of_folder {
            field = "title";
            let add = "add its profile_id";
            match self.titled(title).await? {
                [] => {
                    if let Some(earlier) = self.new_titles.insert(title.to_owned(), place.to_owned()) {
                        let why =
                            format!("is also at {earlier}: give each a title of its own, or a profile_id");
                        return Ok(Err(DocumentFault::new(field, why)));
                    }
                }
                [(one, channel)]
                    if Channel::from_name(&document.draft.channel).is_some_and(|new| new != *channel) =>
                {
                    let why = format!(
                        "is that of a stored profile ({one}) of another channel, {}, and a channel cannot change: \
                         enter another title, or a profile_id",
                        channel.name()
                    );
                    return Ok(Err(DocumentFault::new(field, why)));
                }
                [(one, _)] => id = Some(one.clone()),
                several => {
                    let why = format!("is that of {} stored profiles: {add}", several.len());
                    return Ok(Err(DocumentFault::new(field, why)));
                }
            }
        }
        if let Some(id) = &id
            && let Some((earlier, was_titled)) =
                self.places.insert(id.clone(), (place.to_owned(), field == "title"))
        {
            let why = match (field, was_titled) {
                ("profile_id", false) => format!("is also at {earlier}"),
                ("profile_id", true) => format!(
                    "is that of the profile which {earlier} means by its title: remove one of them, or change that title"
                ),
                (_, true) => {
                    format!("is also at {earlier}: give each a title of its own, or a profile_id")
                }
                (_, false) => format!(
                    "is that of the stored profile {id}, which {earlier} describes: remove one of them, or change \
                     this title"
                ),
            };
            return Ok(Err(DocumentFault::new(field, why)));
        }
        Ok(Ok(id))
    }

    /// The stored profiles with this title.
    async fn titled(&mut self, title: &str) -> Result<&[(ProfileId, Channel)], CommandError> {
        if self.by_title.is_none() {
            let mut by_title: HashMap<String, Vec<(ProfileId, Channel)>> = HashMap::new();
            if let Some(store) = self.store {
                for row in store.profiles().await? {
                    by_title.entry(row.title).or_default().push((row.id, row.channel));
                }
            }
            self.by_title = Some(by_title);
        }
        Ok(self.by_title.as_ref().and_then(|titles| titles.get(title)).map_or(&[], Vec::as_slice))
    }

    fn take(&mut self, checked: CheckedProfile, stored: Option<Profile>, has_new_id: bool) {
        let CheckedProfile { profile, notes } = checked;
        let Profile { title, id, .. } = &profile;
        let note = |note: &String| format!("ringback: note: '{title}' ({id}): {note}");
        self.plan.notes.extend(notes.iter().map(note));
        let (changes, result) = match &stored {
            None => (fields(&profile), ApplyResult::Created),
            Some(stored) => {
                let changes = diff(stored, &profile);
                let is_same = changes.is_empty();
                (changes, if is_same { ApplyResult::Unchanged } else { ApplyResult::Updated })
            }
        };
        let profile = stored.filter(|_| result == ApplyResult::Unchanged).unwrap_or(profile);
        self.plan.profiles.push(PlannedProfile { profile, result, changes, has_new_id });
    }

    /// What is to be done.
    ///
    /// # Errors
    /// All errors in the profiles.
    pub(super) fn finish(self) -> Result<Plan, CommandError> {
        self.errors.refusal(self.only.as_deref())?;
        Ok(self.plan)
    }
}
