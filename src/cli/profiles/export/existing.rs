//! The files that are in a folder before profiles are exported to it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::error::CommandError;
use crate::cli::profiles::input::{Documents, Input, inputs};
use crate::profile::{Profile, ProfileId};

/// Which file of a folder has which profile.
#[derive(Debug, Default)]
pub(super) struct Existing {
    by_id: HashMap<ProfileId, PathBuf>,
    /// Profiles without an ID, which `apply -f` finds by their titles.
    by_title: HashMap<String, PathBuf>,
    /// How many profiles a file has.
    counts: HashMap<PathBuf, usize>,
}

impl Existing {
    /// Reads a folder, if there is one. What `apply -f` cannot read has no profile that could be replaced.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub(super) fn of(folder: &Path) -> Result<Self, CommandError> {
        let mut existing = Self::default();
        if folder.exists() {
            for input in inputs(&[], Some(folder))? {
                existing.add(&input);
            }
        }
        Ok(existing)
    }

    fn add(&mut self, input: &Input) {
        let Ok(text) = Documents::read(input, None) else { return };
        let Ok(found) = text.each() else { return };
        let path = &input.path;
        self.counts.insert(path.clone(), found.contents.documents.len());
        for value in found.contents.documents.into_iter().filter_map(|document| document.value().ok()) {
            let text = |name: &str| value.get(name).and_then(Value::as_str);
            match (text("profile_id"), text("title")) {
                (Some(id), _) => {
                    self.by_id.extend(ProfileId::parse(id).ok().map(|id| (id, path.clone())));
                }
                (None, Some(title)) => {
                    self.by_title.insert(title.trim().to_owned(), path.clone());
                }
                (None, None) => {}
            }
        }
    }

    /// The file of a profile.
    ///
    /// # Errors
    /// It has other profiles as well, which would be lost.
    pub(super) fn file_of(&self, profile: &Profile) -> Result<Option<&Path>, CommandError> {
        let found = self.by_id.get(&profile.id).or_else(|| self.by_title.get(profile.title.as_str()));
        let Some(path) = found else { return Ok(None) };
        if self.counts.get(path).is_some_and(|count| *count > 1) {
            let Profile { title, .. } = profile;
            return Err(CommandError::Input(format!(
                "{}: nothing was exported: it has '{title}' beside other profiles: give each a file of its own, or \
                 name another folder",
                path.display()
            )));
        }
        Ok(Some(path))
    }
}
