//! Incremental filter of the deliveries, by text and status.
//!
//! Each search examines a limited number of rows: matches are shown at once, and the search continues until the
//! screen is full, the log ends, or a person stops it.

use crossterm::event::KeyCode;

use crate::console::model::deliveries::search::Search;
use crate::console::model::effect::Effect;
use crate::console::model::input::{Input, InputResult};
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::keymap::Key;

/// Opens the filter for typing; an existing one is selected, so that typing replaces it.
pub fn open(state: &mut State) -> Vec<Effect> {
    state.focus = Pane::Deliveries;
    let search = &mut state.deliveries.search;
    search.typing = true;
    let mut input = Input::line(&search.text());
    input.select_all();
    search.input = Some(input);
    Vec::new()
}

/// Shown while a search is stopped.
const STOPPED: &str = "Search stopped: {list-down} in the list continues it";

/// Stops a search that would continue without a key. What it has found stays, and moving down resumes it.
pub fn stop(state: &mut State) -> Vec<Effect> {
    state.deliveries.search.is_stopped = true;
    state.notify(state.settings.keys.spell(STOPPED));
    Vec::new()
}

/// The search continues: nothing on the screen may say that it is stopped.
pub(super) fn resumed(state: &mut State) {
    let stopped = state.settings.keys.spell(STOPPED);
    state.notice.take_if(|notice| notice.text == stopped);
}

/// Shows all deliveries again.
pub fn end(state: &mut State) -> Vec<Effect> {
    let was_on = state.deliveries.search.is_on();
    state.deliveries.search = Search::default();
    if was_on { state.deliveries.refilter() } else { Vec::new() }
}

/// A key while the filter is being typed. `None` if it is not for the filter.
pub fn key(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    let search = &mut state.deliveries.search;
    if !search.typing {
        return None;
    }
    if key.is(KeyCode::Esc) {
        let goes_on = state.deliveries.is_searching_on();
        return Some(if goes_on { stop(state) } else { end(state) });
    }
    if key.is(KeyCode::Enter) || key.is(KeyCode::Down) || key.is(KeyCode::Tab) {
        search.typing = false;
        return Some(Vec::new());
    }
    let before = search.text();
    let typed = search.input.as_mut().map_or(InputResult::Ignored, |input| input.key(key));
    match typed {
        InputResult::Ignored => None,
        _ if search.text() == before => Some(Vec::new()),
        _ => Some(state.deliveries.refilter()),
    }
}

/// Text pasted while the filter is being typed.
pub fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    match state.deliveries.search.input.as_mut() {
        Some(input) => input.paste(text),
        None => return Vec::new(),
    }
    state.deliveries.refilter()
}
