//! The filter of the deliveries while it is being typed.

use crate::console::model::deliveries::Deliveries;
use crate::console::model::input::Input;
use crate::text::cut;

/// The search text.
#[derive(Debug, Default)]
pub struct Search {
    pub(in crate::console) input: Option<Input>,
    /// Whether keys are written into it.
    pub(in crate::console) typing: bool,
    /// Whether a person has stopped it before the end of the log.
    pub(in crate::console) is_stopped: bool,
}

impl Search {
    /// The search text without surrounding blanks.
    #[must_use]
    pub fn text(&self) -> String {
        self.input.as_ref().map(|input| input.text().trim().to_owned()).unwrap_or_default()
    }

    /// Whether there is a search text.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.text().is_empty()
    }

    /// Whether keys are written into it.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.typing
    }

    /// The field, while it is typed.
    #[must_use]
    pub fn typed(&self) -> Option<&Input> {
        self.input.as_ref().filter(|_| self.typing)
    }

    /// The search text, for the pane's title.
    #[must_use]
    pub fn shown(&self, width: usize) -> Option<String> {
        self.is_on().then(|| format!("/{}", cut(&self.text(), width)))
    }
}

impl Deliveries {
    /// Whether a search continues without a key: it has neither reached the end of the log nor found a screenful.
    #[must_use]
    pub fn is_searching_on(&self) -> bool {
        self.search.is_on() && !self.search.is_stopped && self.loading_more && self.next.is_some()
    }

    /// Whether keys are written into the filter.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.search.typing
    }
}
