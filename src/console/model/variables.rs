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
    /// Chosen names.
    pub(in crate::console) chosen: HashSet<String>,
    /// Which row is chosen.
    pub list: List,
    pub(in crate::console) filter: Option<Input>,
    pub(in crate::console) typing: bool,
}

/// A row of the picker.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// The event whose variables follow, where there are several events.
    Heading(Event),
    /// A variable.
    Variable(Variable),
}

impl Variables {
    /// Whether keys are written into the filter.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.typing
    }

    /// The filter, while there is one, and whether it is being typed.
    #[must_use]
    pub fn filter(&self) -> Option<(&Input, bool)> {
        self.filter.as_ref().map(|f| (f, self.typing))
    }

    /// Whether a variable is chosen.
    #[must_use]
    pub fn is_chosen(&self, name: &str) -> bool {
        self.chosen.contains(name)
    }

    /// Forgets what was chosen, for another profile.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

fn own<'a>(all: &'a [(String, Variable)], scope: &'a str) -> impl Iterator<Item = &'a Variable> {
    all.iter().filter(move |(of, _)| of == scope).map(|(_, variable)| variable)
}

/// Which variables a draft knows; with Default every name is known.
#[derive(Debug, Clone)]
pub struct Known {
    free: bool,
    events: Vec<Event>,
    own: Vec<(String, Variable)>,
}

impl Known {
    /// Those of the draft in this editor, with these of one's own.
    #[must_use]
    pub fn of(editor: &Editor, own: &[(String, Variable)]) -> Self {
        Self { free: is_free(editor), events: editor.events(), own: own.to_vec() }
    }

    /// Whether a name is one of them.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.free || is_of(&self.events, &self.own, name)
    }
}

/// Whether a name is a known variable of the draft; with Default every name is.
pub fn known<'a>(editor: &Editor, added: &'a [(String, Variable)]) -> impl Fn(&str) -> bool + use<'a> {
    let free = is_free(editor);
    let events = editor.events();
    move |name| free || is_of(&events, added, name)
}

fn is_free(editor: &Editor) -> bool {
    editor.draft().channel() == Some(Channel::Default)
}

/// Whether one of these events has a variable of this name.
fn is_of(events: &[Event], added: &[(String, Variable)], name: &str) -> bool {
    // These name what a flow asked for or fetched, and so are in no catalogue (public page).
    let of_flow =
        || events.contains(&Event::Voice) && (name.starts_with("keypress:") || name.starts_with("api:"));
    of_flow()
        || events.iter().any(|event| {
            catalogue::variables(*event).iter().any(|v| v.name == name)
                || own(added, event.name()).any(|v| v.name == name)
        })
}
