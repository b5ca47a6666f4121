//! Handles a key: first as text, then as the action that it is bound to.

use crossterm::event::KeyCode;

use crate::console::model::effect::Effect;
use crate::console::model::layout;
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::model::target::Target;
use crate::console::update::deliveries::search as deliveries;
use crate::console::update::editor::{act as editor, complete};
use crate::console::update::{action, guide, profiles, type_ahead, variables, window};
use crate::keymap::{Key, Meaning};

/// Handles a key: first as text that is typed, then as the action that it is bound to.
pub(in crate::console) fn key(state: &mut State, key: Key) -> Vec<Effect> {
    if layout::too_small(state.size) {
        // A question could not be seen; the draft is kept.
        return if type_ahead::is_quit(state, key) && !state.in_burst {
            vec![Effect::Quit]
        } else {
            Vec::new()
        };
    }
    if let Some(first) = state.pending.take() {
        return second(state, first, key);
    }
    let typed = match state.target() {
        Target::Guide(_) => guide::key(state, key),
        Target::Window(_) => window::key(state, key),
        Target::Editor(_) => return editor_key(state, key),
        Target::Pane(Pane::Profiles) => profiles::type_search(state, key),
        Target::Pane(Pane::Variables) => variables::type_filter(state, key),
        Target::Pane(Pane::Deliveries | Pane::Timeline) => deliveries::key(state, key),
        Target::Pane(Pane::Editor) => None,
    };
    typed.unwrap_or_else(|| resolved(state, key))
}

/// In the editor a key that types text is never an action, and in a text field arrows move the cursor first.
fn editor_key(state: &mut State, key: Key) -> Vec<Effect> {
    if let Some(effects) = complete::key(state, key) {
        return effects;
    }
    let in_text = state.editor.as_ref().is_some_and(|e| e.focus().is_text());
    let arrow = matches!(key.code(), KeyCode::Left | KeyCode::Right);
    // A letter or digit selects an option of a choice; it is never an action in the editor.
    let for_text = key.is_text() || (in_text && arrow);
    if !for_text && state.meaning(key).is_some() {
        // Space belongs to the focused item.
        return resolved(state, key);
    }
    editor::key(state, key).unwrap_or_else(|| unknown(state, &key.to_string()))
}

fn resolved(state: &mut State, key: Key) -> Vec<Effect> {
    match state.meaning(key) {
        Some(Meaning::Does(action)) => action::do_action(state, action),
        Some(Meaning::Begins) => {
            state.pending = Some(key);
            Vec::new()
        }
        None => unknown(state, &key.to_string()),
    }
}

/// The second of two consecutive keys completes the sequence, or ends it. There is no timeout.
fn second(state: &mut State, first: Key, key: Key) -> Vec<Effect> {
    if key.is(KeyCode::Esc) {
        return Vec::new();
    }
    match state.settings.keys.resolve_two(first, key, &state.target().scopes()) {
        Some(action) => action::do_action(state, action),
        None => unknown(state, &format!("{first}{key}")),
    }
}

/// For keys without a meaning at the focus: says where they have one, or where to look.
fn unknown(state: &mut State, keys: &str) -> Vec<Effect> {
    let text = if state.target().is_pane() {
        let mut elsewhere = state.settings.keys.entries().filter(|(entry, _)| entry.scope.is_pane());
        let other = elsewhere.find(|(_, theirs)| theirs.iter().any(|k| k.to_string() == keys));
        match other {
            Some((entry, _)) => {
                format!("{keys} does nothing here · {}: {}", entry.scope.title(), entry.label())
            }
            None => {
                format!("{keys} does nothing here · {} shows all keys", state.key_here("help"))
            }
        }
    } else {
        format!("{keys} does nothing in this window · {} shows what does", state.key_here("help"))
    };
    state.notify_error(text);
    Vec::new()
}
