//! Checks, saves, keeps or discards a draft.

use crate::console::model::editor::Editor;
use crate::console::model::effect::{AfterSave, Effect};
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::profile::Profile;

/// Saves, with this next step; or goes to the first field with an error.
pub fn save(state: &mut State, after: AfterSave) -> Vec<Effect> {
    let Some(profile) = checked(state, "saved") else { return Vec::new() };
    let seen = state.editor.as_ref().and_then(Editor::seen);
    vec![Effect::SaveProfile(Box::new(profile), seen, after)]
}

/// The profile in the editor, to be `done`; if it has errors, goes to the first one and says how many there are.
pub fn checked(state: &mut State, done: &str) -> Option<Profile> {
    let editor = state.editor.as_mut()?;
    match editor.profile() {
        Ok(profile) => Some(profile),
        Err(errors) => {
            editor.go_to_error(&errors);
            state.focus = Pane::Editor;
            let first = errors.first().map(|e| format!("{}: {}", e.field.label(), e.message));
            let more = match errors.len() {
                0 | 1 => String::new(),
                n => format!(" · and {} more", n - 1),
            };
            state.notify_error(format!("Not {done} · {}{more}", first.unwrap_or_default()));
            None
        }
    }
}

/// Closes the editor without a question, and discards unsaved changes.
pub fn close(state: &mut State) -> Vec<Effect> {
    state.focus = Pane::Profiles;
    match state.editor.take() {
        Some(editor) if editor.kept => vec![Effect::DropDraft(editor.id().clone())],
        _ => Vec::new(),
    }
}

/// Keeps the draft on disk.
pub fn keep(state: &mut State) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    editor.kept = true;
    vec![Effect::KeepDraft(Box::new(editor.unsaved(state.now)))]
}
