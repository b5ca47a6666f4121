//! Completion of a variable's name after `<`, in URL, body and header values.

use crate::console::model::editor::Editor;
use crate::profile::Field;
use crate::profile::catalogue::{self, Variable};

/// How many names are offered at a time.
const OFFERED: usize = 6;

/// The names that complete the typed text.
#[derive(Debug, PartialEq, Eq)]
pub struct Completion {
    /// How many characters of the name are typed already; all of them are ASCII.
    pub(in crate::console) typed: usize,
    /// The names, best first.
    pub names: Vec<String>,
    /// The name that Tab inserts.
    pub at: usize,
}

/// The names that can be completed at the cursor.
#[must_use]
pub fn offered(editor: &Editor, added: &[(String, Variable)]) -> Option<Completion> {
    let field = editor.focus.field().filter(|f| takes_variables(*f))?;
    let at = editor.completion?;
    let input = editor.inputs.get(&field)?;
    let cursor = input.cursor();
    let (before, after) = input.rows().get(cursor.line)?.split_at_checked(cursor.byte)?;
    let after = after.chars().next();
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    // Nothing to complete in the middle of a name, or before its end.
    if after.is_some_and(|c| in_name(c) || c == '>') {
        return None;
    }
    let typed = before.rsplit_once('<')?.1;
    if !typed.chars().all(in_name) {
        return None;
    }
    let wanted = typed.to_ascii_lowercase();
    let events = editor.events();
    let of_event = |event| catalogue::offered(event, added).into_iter().map(|v| v.name);
    let all: Vec<String> = if events.is_empty() {
        of_event(None).collect()
    } else {
        events.into_iter().flat_map(|event| of_event(Some(event))).collect()
    };
    let mut names: Vec<String> = Vec::new();
    for name in all {
        if name.to_ascii_lowercase().starts_with(&wanted) && !names.contains(&name) {
            names.push(name);
        }
    }
    names.truncate(OFFERED);
    let at = at.min(names.len().saturating_sub(1));
    (!names.is_empty()).then_some(Completion { typed: typed.len(), names, at })
}

fn takes_variables(field: Field) -> bool {
    matches!(field, Field::Endpoint | Field::Body | Field::HeaderValue(_))
}
