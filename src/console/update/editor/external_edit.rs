//! Text written in `$EDITOR` is taken over as if it had been typed.

use crate::console::model::editor::item::{Item, Step};
use crate::console::model::editor::rows::Rows;
use crate::console::model::editor::{Editor, text};
use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::update::editor::saving;
use crate::profile::{Draft, Field};

/// Takes a body, as one undo step. Editors end the last line; if the body did not end in a line end before, the added
/// one is removed.
pub fn take_body(state: &mut State, written: &str) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    let ended = editor.draft.body.ends_with('\n');
    let body = if ended { written } else { written.strip_suffix('\n').unwrap_or(written) };
    // With the field created first, its undo history contains the old text.
    editor.input_of(Field::Body);
    editor.set(Field::Body, body.to_owned());
    (editor.step, editor.focus) = (Step::Basics, Item::Body);
    saving::keep(state)
}

/// Takes all fields. Those that were typed into keep their undo history.
pub fn take_draft(state: &mut State, draft: Draft) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    editor.draft = draft;
    let Editor { draft, inputs, .. } = editor;
    inputs.retain(|field, _| Rows::place(*field).is_none());
    for (field, input) in inputs {
        input.set(text::text(draft, *field));
    }
    editor.touched.all = true;
    if !editor.items().contains(&editor.focus) {
        (editor.step, editor.focus) = (Step::Basics, Item::Text(Field::Title));
    }
    editor.changed();
    saving::keep(state)
}
