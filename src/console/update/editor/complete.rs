//! Completion of a variable's name after `<`, in URL, body and header values.

use crossterm::event::KeyCode;

use crate::console::model::editor::{complete, text};
use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::update::editor::saving;
use crate::keymap::Key;

/// A key while names are offered. `None` if it is not for the offer.
pub fn key(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    let editor = state.editor.as_mut()?;
    let completion = complete::offered(editor, &state.own_variables)?;
    let count = completion.names.len();
    if key.is(KeyCode::Esc) {
        editor.completion = None;
    } else if Some(key) == Key::parse("ctrl+n") {
        editor.completion = Some((completion.at + 1) % count);
    } else if Some(key) == Key::parse("ctrl+p") {
        editor.completion = Some((completion.at + count - 1) % count);
    } else if key.is(KeyCode::Tab) {
        let (field, input) = editor.input()?;
        // The typed letters may differ in case.
        input.complete(completion.typed, &format!("{}>", completion.names[completion.at]));
        let value = input.text();
        text::set_text(&mut editor.draft, field, value);
        editor.completion = Some(0);
        editor.changed();
        return Some(saving::keep(state));
    } else {
        return None;
    }
    Some(Vec::new())
}
