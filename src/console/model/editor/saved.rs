//! The editor's input from outside: variables, and the stored profile.

use crate::console::model::editor::item::{Item, Step};
use crate::console::model::editor::{Editor, insert};
use crate::profile::{Draft, Field, Profile};

impl Editor {
    /// Inserts variables where they belong, and moves the focus there.
    pub fn insert(&mut self, names: &[String]) -> Field {
        let (field, value) = insert::inserted(&self.draft, names);
        self.set(field, value);
        self.step = Step::Basics;
        self.enter(if field == Field::Body { Item::Body } else { Item::Text(field) });
        field
    }

    /// The variables in the form that fits where they will be pasted.
    #[must_use]
    pub fn clipboard_text(&self, names: &[String]) -> String {
        insert::clipboard_text(&self.draft, names)
    }

    /// Takes over the profile that is stored now. Text typed since then stays, unsaved.
    pub fn saved(&mut self, profile: &Profile) {
        self.identity.created_at = profile.created_at;
        self.identity.modified_at = profile.modified_at;
        self.is_new = false;
        let before = std::mem::replace(&mut self.saved, profile.into());
        if !self.profile().is_ok_and(|typed| Draft::from(&typed) == self.saved) {
            self.keep_typed(&before);
            return;
        }
        self.draft = self.saved.clone();
        // Saving may have moved things (user and password of the URL), so all inputs are rebuilt.
        self.inputs.clear();
        if !self.items().contains(&self.focus) {
            self.enter(Item::Text(Field::Title));
            self.step = Step::Basics;
        }
        self.changed();
    }

    /// Only what the editor does not show is taken from disk: the status, which is changed in the list, and the
    /// channel, which is fixed now.
    fn keep_typed(&mut self, before: &Draft) {
        if self.draft.status == before.status {
            self.draft.status.clone_from(&self.saved.status);
        }
        if self.draft.channel != self.saved.channel {
            self.draft.channel.clone_from(&self.saved.channel);
            self.draft.events.clone_from(&self.saved.events);
        }
        self.changed();
    }
}

impl Editor {
    /// Whether secrets are shown.
    #[must_use]
    pub fn shows_secrets(&self) -> bool {
        self.show_secrets
    }
}
