//! The mouse in the editor.

use crate::console::model::editor::item::{Item, Step};
use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::update::editor::{act, steps};
use crate::keymap::Action;

/// A click: focuses a text; operates a switch or a button; changes a choice that is clicked again.
pub fn click(state: &mut State, item: &Item) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    if !editor.items().contains(item) {
        return Vec::new();
    }
    let again = editor.focus == *item;
    steps::go_to(editor, item.clone());
    match item {
        Item::Text(_) | Item::Body => Vec::new(),
        Item::Choice(_) if !again => Vec::new(),
        Item::Variables
        | Item::Choice(_)
        | Item::Event(_)
        | Item::Switch(_)
        | Item::Parameter(_)
        | Item::Button(_) => act::press(state),
    }
}

/// Shows a step whose name was clicked.
pub fn show_step(state: &mut State, step: Step) {
    if let Some(editor) = state.editor.as_mut().filter(|editor| editor.step != step) {
        steps::go_to_step(editor, step);
    }
}

/// The wheel: through the lines of the body if it is focused, otherwise through the fields.
pub fn wheel(state: &mut State, down: bool) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    if editor.focus == Item::Body {
        let key = crate::keymap::Key::parse(if down { "down" } else { "up" });
        return key.and_then(|key| act::key(state, key)).unwrap_or_default();
    }
    act::act(state, if down { Action::NextField } else { Action::PreviousField })
}
