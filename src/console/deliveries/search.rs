//! The deliveries are filtered by text and status while one types.
//!
//! The disk is asked for so many rows at a time: what was found stands there at once, and the search
//! goes on by itself until a screen is full or the log has ended.

use crossterm::event::KeyCode;

use crate::console::input::{Input, Typed};
use crate::console::message::Effect;
use crate::console::state::{Pane, State};
use crate::keymap::Key;
use crate::text::cut;

use super::{Deliveries, refilter};

/// What is looked for.
#[derive(Debug, Default)]
pub struct Search {
    input: Option<Input>,
    /// Whether keys are written into it.
    typing: bool,
}

impl Search {
    /// What was typed, without blanks around it.
    #[must_use]
    pub fn text(&self) -> String {
        self.input.as_ref().map(|input| input.text().trim().to_owned()).unwrap_or_default()
    }

    /// Whether anything is looked for.
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

    /// What was typed, for the pane's title.
    #[must_use]
    pub fn shown(&self, width: usize) -> Option<String> {
        self.is_on().then(|| format!("/{}", cut(&self.text(), width)))
    }
}

impl Deliveries {
    /// Whether keys are written into the filter.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.search.typing
    }
}

/// Begins to type a filter; one that is there goes on.
pub fn open(state: &mut State) -> Vec<Effect> {
    state.focus = Pane::Deliveries;
    let search = &mut state.deliveries.search;
    search.typing = true;
    let mut input = Input::line(&search.text());
    input.to_end();
    search.input = Some(input);
    Vec::new()
}

/// Shows all again.
pub fn end(state: &mut State) -> Vec<Effect> {
    let was_on = state.deliveries.search.is_on();
    state.deliveries.search = Search::default();
    if was_on { refilter(state) } else { Vec::new() }
}

/// A key while the filter is typed. `None` when it is not for the filter.
pub fn key(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    let search = &mut state.deliveries.search;
    if !search.typing {
        return None;
    }
    if key.is(KeyCode::Esc) {
        return Some(end(state));
    }
    if key.is(KeyCode::Enter) || key.is(KeyCode::Down) || key.is(KeyCode::Tab) {
        search.typing = false;
        return Some(Vec::new());
    }
    let before = search.text();
    let typed = search.input.as_mut().map_or(Typed::Ignored, |input| input.key(key));
    match typed {
        Typed::Ignored => None,
        _ if search.text() == before => Some(Vec::new()),
        _ => Some(refilter(state)),
    }
}

/// Text pasted while the filter is typed.
pub fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    match state.deliveries.search.input.as_mut() {
        Some(input) => input.paste(text),
        None => return Vec::new(),
    }
    refilter(state)
}
