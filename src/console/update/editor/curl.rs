//! A curl command pasted into the Endpoint.

use crate::console::model::editor::item::{Item, Step};
use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::update::editor::external_edit;
use crate::profile::{Field, NoInputs, read_curl};
use crate::text::displayable;

/// Takes the fields that the command has. One that cannot be imported changes nothing.
pub fn take(state: &mut State, pasted: &str) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    let imported = match read_curl(pasted, false, &NoInputs) {
        Ok(imported) => imported,
        Err(error) => {
            state.notify_error(format!("curl command not imported: {}", displayable(&error.to_string())));
            return Vec::new();
        }
    };
    let mut draft = editor.draft.clone();
    imported.apply_to(&mut draft);
    let effects = external_edit::take_draft(state, draft);
    if let Some(editor) = &mut state.editor {
        // Nobody has typed a title yet: its error can wait.
        editor.touched.all = false;
        editor.touched.fields.extend([Field::Endpoint, Field::Body, Field::Method]);
        (editor.step, editor.focus) = (Step::Basics, Item::Text(Field::Endpoint));
        editor.input_of(Field::Endpoint).to_end();
    }
    let notes: Vec<String> = imported.notes.iter().map(|note| displayable(note).into_owned()).collect();
    match notes.as_slice() {
        [] => state.notify_success("Imported from the curl command"),
        notes => state.notify(format!("Imported from the curl command; {}", notes.join("; "))),
    }
    effects
}
