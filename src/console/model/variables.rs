//! Pane 3: the variables that the channel and the events of a profile offer.

use std::collections::HashSet;

use crate::console::model::editor::Editor;
use crate::console::model::input::Input;
use crate::console::model::list::List;
use crate::profile::catalogue::{self, Variable};
use crate::profile::{Channel, Choice as _, Event};

/// The picker.
#[derive(Debug, Default)]
pub struct Variables {
    /// The selected names.
    pub(in crate::console) selected: HashSet<String>,
    /// The focused row.
    pub list: List,
    pub(in crate::console) filter: Option<Input>,
    pub(in crate::console) typing: bool,
}

/// A row of the picker.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// The event whose variables follow, if there are several events.
    Heading(Event),
    /// A variable.
    Variable(Variable),
}

impl Variables {
    /// Whether keys type into the filter.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.typing
    }

    /// The filter, if there is one, and whether it is being typed.
    #[must_use]
    pub fn filter(&self) -> Option<(&Input, bool)> {
        self.filter.as_ref().map(|f| (f, self.typing))
    }

    /// Whether a variable is selected.
    #[must_use]
    pub fn is_selected(&self, name: &str) -> bool {
        self.selected.contains(name)
    }

    /// Clears the selection, for another profile.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

fn own<'a>(all: &'a [(String, Variable)], scope: &'a str) -> impl Iterator<Item = &'a Variable> {
    all.iter().filter(move |(of, _)| of == scope).map(|(_, variable)| variable)
}

/// The variables that exist for a draft; with Default every name does.
#[derive(Debug, Clone)]
pub struct Known {
    free: bool,
    events: Vec<Event>,
    own: Vec<(String, Variable)>,
}

impl Known {
    /// Those of the draft in this editor, with these own variables.
    #[must_use]
    pub fn of(editor: &Editor, own: &[(String, Variable)]) -> Self {
        Self { free: is_free(editor), events: editor.events(), own: own.to_vec() }
    }

    /// Whether a variable with this name exists.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.free || is_of(&self.events, &self.own, name)
    }
}

/// Whether the draft has a variable with this name; with Default it has every name.
pub fn known<'a>(editor: &Editor, added: &'a [(String, Variable)]) -> impl Fn(&str) -> bool + use<'a> {
    let free = is_free(editor);
    let events = editor.events();
    move |name| free || is_of(&events, added, name)
}

fn is_free(editor: &Editor) -> bool {
    editor.draft().channel() == Some(Channel::Default)
}

/// Whether one of these events has a variable with this name.
fn is_of(events: &[Event], added: &[(String, Variable)], name: &str) -> bool {
    // These are named after what a flow asked for or fetched, so no catalogue has them (public page).
    let of_flow =
        || events.contains(&Event::Voice) && (name.starts_with("keypress:") || name.starts_with("api:"));
    of_flow()
        || events.iter().any(|event| {
            catalogue::variables(*event).iter().any(|v| v.name == name)
                || own(added, event.name()).any(|v| v.name == name)
        })
}
