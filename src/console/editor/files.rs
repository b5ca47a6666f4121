//! Files that a profile names and that could not be used when it was to be saved.

use crate::console::state::{Pane, State};
use crate::profile::{Draft, FieldError};

use super::{Editor, Item, Step};

/// What was wrong with a file, and the paths of that time: other paths may be better.
#[derive(Debug)]
pub(super) struct Unusable {
    paths: [String; 3],
    error: FieldError,
}

fn paths(draft: &Draft) -> [String; 3] {
    [&draft.ca_file, &draft.client_certificate, &draft.client_key].map(Clone::clone)
}

impl Editor {
    /// The error to show beside a field that names a file.
    pub(super) fn file_error(&self, field: crate::profile::Field) -> Option<&str> {
        let unusable = self.unusable.as_ref().filter(|u| u.error.field == field)?;
        (unusable.paths == paths(&self.draft)).then_some(unusable.error.message.as_str())
    }
}

/// Goes to the field whose file cannot be used.
pub fn unusable(state: &mut State, error: FieldError) {
    let told = format!("Not saved · {}: {}", error.field.label(), error.message);
    if let Some(editor) = &mut state.editor {
        editor.step = Step::Advanced;
        editor.focus = Item::Text(error.field);
        editor.unusable = Some(Unusable { paths: paths(&editor.draft), error });
        state.focus = Pane::Editor;
    }
    state.complain(told);
}
