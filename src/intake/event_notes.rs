//! What callers should know about events that were accepted: variables without a value, and values without a
//! placeholder.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::missing::Missing;
use super::prepared::EventNote;

/// How many different notes about values are kept; the rest are counted by whether there are more.
const KEPT: usize = 8;

/// The notes about many events.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventNotes {
    missing: Missing,
    /// About values that no placeholder takes, each once.
    unused: BTreeSet<String>,
    /// Whether there were more of those.
    is_cut: bool,
}

impl EventNotes {
    /// Adds the notes about one event.
    pub fn note(&mut self, note: EventNote) {
        self.missing.note(note.missing);
        self.keep(note.unused);
    }

    /// Adds the notes about other events.
    pub fn add(&mut self, others: Self) {
        self.missing.add(others.missing);
        self.keep(others.unused);
        self.is_cut |= others.is_cut;
    }

    fn keep(&mut self, unused: impl IntoIterator<Item = String>) {
        for text in unused {
            if self.unused.len() < KEPT || self.unused.contains(&text) {
                self.unused.insert(text);
            } else {
                self.is_cut = true;
            }
        }
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.unused.is_empty()
    }

    /// Sentences such as `17 events had no value for <ref>` and `data: 'Order SMS' has no placeholder <stauts> (did you
    /// mean <status>?)`.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let unused = self.unused.iter().map(|text| format!("data: {text}"));
        let more = self.is_cut.then(|| "data: more names have no placeholder".to_owned());
        self.missing.text().into_iter().chain(unused).chain(more).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(missing: &[&str], unused: Option<&str>) -> EventNote {
        let missing = missing.iter().map(|path| (*path).to_owned()).collect();
        EventNote { missing, unused: unused.map(str::to_owned) }
    }

    #[test]
    fn each_note_is_there_once_whatever_the_number_of_events() {
        let mut notes = EventNotes::default();
        notes.note(note(&[], None));
        assert!(notes.is_empty() && notes.texts().is_empty());
        let mut others = EventNotes::default();
        for _ in 0..3 {
            notes.note(note(&["ref"], Some("a")));
            others.note(note(&["status"], Some("b")));
        }
        notes.add(others);
        assert_eq!(notes.texts(), ["6 events had no value for <ref>, <status>", "data: a", "data: b"]);
        let kept = serde_json::to_string(&notes).unwrap();
        assert_eq!(serde_json::from_str::<EventNotes>(&kept).unwrap(), notes);
    }

    #[test]
    fn their_number_is_limited() {
        let mut notes = EventNotes::default();
        for n in 0..100 {
            notes.note(note(&[], Some(&format!("{n:02}"))));
        }
        let texts = notes.texts();
        assert_eq!(texts.len(), KEPT + 1);
        assert_eq!(texts.last().unwrap(), "data: more names have no placeholder");
    }
}
