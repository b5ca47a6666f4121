//! Pane 1: the list of profiles, with incremental search.

use crate::console::model::input::Input;
use crate::console::model::list::List;
use crate::profile::{Choice as _, ProfileId, Status};
use crate::storage::ProfileRow;
use crate::text::group_digits;

/// The list of profiles.
#[derive(Debug, Default)]
pub struct ProfileList {
    pub(in crate::console) rows: Vec<ProfileRow>,
    /// Titles in lower case, parallel to `rows`.
    lowered: Vec<String>,
    /// The rows that match the search.
    pub(in crate::console) found: Vec<usize>,
    /// The selection in `found`.
    pub list: List,
    pub(in crate::console) search: Option<Input>,
    /// Whether keys type into the search.
    pub(in crate::console) typing: bool,
    loaded: bool,
    /// Whether a profile was deleted here and is not known to be restored: the loaded blocks may not include it yet.
    pub(in crate::console) deleted_here: bool,
    /// To select as soon as it is in the list.
    wanted: Option<ProfileId>,
}

impl ProfileList {
    /// The selected profile.
    #[must_use]
    pub fn selected(&self) -> Option<&ProfileRow> {
        self.found.get(self.list.selected()).map(|at| &self.rows[*at])
    }

    /// The rows that match the search.
    #[must_use]
    pub fn found(&self) -> impl ExactSizeIterator<Item = &ProfileRow> {
        self.found.iter().map(|at| &self.rows[*at])
    }

    /// The number of profiles in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.rows.len()
    }

    /// Whether the list has been loaded.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.loaded
    }

    /// The search, if there is one, and whether it is being typed.
    #[must_use]
    pub fn search(&self) -> Option<(&Input, bool)> {
        self.search.as_ref().map(|input| (input, self.typing))
    }

    /// Whether keys type into the search.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.typing
    }

    /// Takes a new list and keeps the selected profile selected.
    pub fn set(&mut self, rows: Vec<ProfileRow>) {
        // A requested profile that does not exist is forgotten.
        let wanted = [self.wanted.take(), self.selected().map(|row| row.id.clone())];
        self.lowered = rows.iter().map(|row| row.title.to_ascii_lowercase()).collect();
        self.rows = rows;
        self.loaded = true;
        self.find();
        if let Some(row) = wanted.iter().flatten().find_map(|id| self.place(id)) {
            self.list.select(row);
        }
    }

    /// Removes a profile, if it is there; if it was selected, the one below it becomes selected.
    pub(in crate::console) fn remove(&mut self, id: &ProfileId) {
        let Some(at) = self.rows.iter().position(|row| row.id == *id) else { return };
        let selected = self.selected().map(|row| row.id.clone());
        self.lowered.remove(at);
        self.rows.remove(at);
        self.find();
        if let Some(place) = selected.and_then(|id| self.place(&id)) {
            self.list.select(place);
        }
    }

    /// Whether the search is empty.
    pub(in crate::console) fn is_search_empty(&self) -> bool {
        self.search.as_ref().is_none_or(|search| search.text().is_empty())
    }

    /// Shows all profiles again and keeps the selection.
    pub(in crate::console) fn end_search(&mut self) {
        let selected = self.selected().map(|row| row.id.clone());
        (self.search, self.typing) = (None, false);
        self.find();
        if let Some(place) = selected.and_then(|id| self.place(&id)) {
            self.list.select(place);
        }
    }

    /// Profiles whose titles contain all of these words, in list order. The words are in lower case.
    pub fn titled<'a>(&'a self, words: &'a [String]) -> impl Iterator<Item = &'a ProfileRow> {
        let fits = |title: &String| words.iter().all(|word| title.contains(word));
        self.rows.iter().zip(&self.lowered).filter(move |(_, title)| fits(title)).map(|(row, _)| row)
    }

    pub(in crate::console) fn place(&self, id: &ProfileId) -> Option<usize> {
        self.found.iter().position(|at| self.rows[*at].id == *id)
    }

    /// Selects a profile, now or as soon as it is in the list.
    pub fn choose(&mut self, id: &ProfileId) {
        match self.place(id) {
            Some(row) => self.list.select(row),
            None => self.wanted = Some(id.clone()),
        }
    }

    /// Finds the rows that match each word of the search, in any order: in the title, in the URL, as the beginning of
    /// the ID, or as the channel.
    pub(in crate::console) fn find(&mut self) {
        // Shorter words are in nearly every URL.
        const LEAST_OF_URL: usize = 3;
        let line = self.search.as_ref().map(Input::text).unwrap_or_default();
        let words: Vec<(&str, String)> =
            line.split_whitespace().map(|word| (word, word.to_ascii_lowercase())).collect();
        let matches = |row: &ProfileRow, title: &str| {
            words.iter().all(|(typed, lower)| {
                title.contains(lower.as_str())
                    || typed.len() >= LEAST_OF_URL
                        && (row.endpoint.contains(typed) || row.endpoint.contains(lower.as_str()))
                    || row.id.begins_with(lower)
                    || row.channel.name() == lower
            })
        };
        let rows = self.rows.iter().zip(&self.lowered).enumerate();
        let hits = rows.filter(|(_, (row, title))| matches(row, title));
        self.found = hits.map(|(at, _)| at).collect();
        let last = self.found.len().saturating_sub(1);
        self.list.select(self.list.selected().min(last));
    }
}

/// Such as `2 pending deliveries`.
#[must_use]
pub fn count(pending: u64) -> String {
    let noun = if pending == 1 { "delivery" } else { "deliveries" };
    format!("{} pending {noun}", group_digits(pending))
}

/// The sign and word of a status.
#[must_use]
pub fn status_sign(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Active => ("●", "active"),
        Status::AutoDisabled => ("◌", Status::AutoDisabled.name()),
        Status::Disabled => ("○", "disabled"),
    }
}
