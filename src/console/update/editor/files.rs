//! Files that a profile refers to and that could not be used when it was saved.

use crate::console::model::editor::files::{self, Unusable};
use crate::console::model::editor::item::{Item, Step};
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::profile::FieldError;

/// Goes to the field whose file cannot be used.
pub fn unusable(state: &mut State, error: FieldError) {
    let text = format!("Not saved · {}: {}", error.field.label(), error.message);
    if let Some(editor) = &mut state.editor {
        editor.step = Step::Advanced;
        editor.focus = Item::Text(error.field);
        editor.unusable = Some(Unusable { paths: files::paths(&editor.draft), error });
        state.focus = Pane::Editor;
    }
    state.notify_error(text);
}
