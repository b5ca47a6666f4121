//! A list with a search above it. While the search is being typed, letters are text; in the list they are keys.

use crate::console::model::input::{Input, InputResult};
use crate::console::model::list::List;
use crate::keymap::{Action, Key};

/// A searchable list.
#[derive(Debug)]
pub struct Lookup {
    /// The search text.
    pub search: Input,
    /// Whether keys type into the search.
    pub typing: bool,
    /// The selected line.
    pub list: List,
}

impl Lookup {
    /// With the focus in the search, or in the list.
    #[must_use]
    pub fn new(typing: bool) -> Self {
        Self { search: Input::line(""), typing, list: List::default() }
    }

    /// The words of the search, in lower case.
    pub fn words(&self) -> Vec<String> {
        self.search.text().split_whitespace().map(str::to_lowercase).collect()
    }

    /// A key while the search is being typed. False if it is not for text.
    pub fn key(&mut self, key: Key) -> bool {
        if !self.typing {
            return false;
        }
        let typed = self.search.key(key);
        if typed == InputResult::Changed {
            self.list.select(0);
        }
        typed != InputResult::Ignored
    }

    /// Text pasted while the search is being typed.
    pub fn paste(&mut self, text: &str) {
        if self.typing {
            self.search.paste(text);
            self.list.select(0);
        }
    }

    /// Moves in a list of this many lines, or between the list and the search. False for any other action.
    pub fn act(&mut self, action: Action, length: usize) -> bool {
        match action {
            Action::Search => self.typing = !self.typing,
            Action::NextMatch => _ = self.list.act(Action::Down, length),
            Action::PreviousMatch => _ = self.list.act(Action::Up, length),
            other => return self.list.act(other, length),
        }
        true
    }

    /// Shows all lines again. False if there was no search text.
    pub fn end_search(&mut self) -> bool {
        if self.search.text().is_empty() {
            return false;
        }
        self.search.set("");
        self.list.select(0);
        true
    }
}
