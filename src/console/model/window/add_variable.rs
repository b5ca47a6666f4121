//! An own variable: a name, a meaning, a sample value.

use crate::callback::{own_variable, plain_text};
use crate::console::model::input::{Input, InputResult};
use crate::keymap::Key;
use crate::profile::Event;
use crate::profile::catalogue::{self, Variable};

/// The form.
#[derive(Debug)]
pub struct AddVariable {
    pub(in crate::console) event: Option<Event>,
    /// The name of the variable being edited; none for a new one.
    pub(in crate::console) edited: Option<String>,
    pub(in crate::console) fields: [Input; 3],
    pub(in crate::console) at: usize,
    pub(in crate::console) error: Option<String>,
}

impl AddVariable {
    /// A form for this event, or for profiles without one.
    #[must_use]
    pub fn new(event: Option<Event>) -> Self {
        Self { event, edited: None, fields: [(); 3].map(|()| Input::line("")), at: 0, error: None }
    }

    /// A form for an existing variable.
    #[must_use]
    pub fn edit(event: Option<Event>, variable: Variable) -> Self {
        let Variable { name, meaning, sample, .. } = variable;
        let mut fields = [&*name, &meaning, &plain_text(&sample)].map(Input::line);
        fields.iter_mut().for_each(Input::to_end);
        Self { event, edited: Some(name), fields, at: 0, error: None }
    }

    pub(in crate::console) fn key(&mut self, key: Key) -> bool {
        self.error = None;
        self.fields[self.at].key(key) != InputResult::Ignored
    }

    pub(in crate::console) fn paste(&mut self, text: &str) {
        self.fields[self.at].paste(text);
    }

    pub(in crate::console) fn variable(&self, own: &[(String, Variable)]) -> Result<Variable, String> {
        let [name, meaning, sample] = [0, 1, 2].map(|at| self.fields[at].text().trim().to_owned());
        let mut taken = catalogue::offered(self.event, own);
        taken.retain(|variable| self.edited.as_ref() != Some(&variable.name));
        own_variable(&name, &meaning, &sample, &taken).map_err(|error| error.to_string())
    }
}
