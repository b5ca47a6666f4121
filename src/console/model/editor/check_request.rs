//! A draft to be checked outside the event loop: parsing a long body takes longer than handling a key may.

use crate::console::model::editor::Editor;
use crate::console::model::editor::checked::{self, Checked};
use crate::console::model::variables::Known;
use crate::profile::catalogue::Variable;
use crate::profile::{Draft, Identity, Rules};

/// A snapshot of a draft, with everything that its check depends on.
#[derive(Debug, Clone)]
pub struct CheckRequest {
    draft: Draft,
    rules: Rules,
    identity: Identity,
    known: Known,
}

impl CheckRequest {
    /// The current contents of the editor, with these own variables.
    #[must_use]
    pub fn of(editor: &Editor, own: &[(String, Variable)]) -> Self {
        Self {
            draft: editor.draft.clone(),
            rules: editor.rules.clone(),
            identity: editor.identity().clone(),
            known: Known::of(editor, own),
        }
    }

    /// Checks it.
    #[must_use]
    pub fn check(&self) -> Checked {
        let known = |name: &str| self.known.knows(name);
        checked::check(&self.draft, self.rules.clone(), self.identity.clone(), &known)
    }
}

impl Editor {
    /// Takes the result for this draft, unless something was typed since.
    pub(in crate::console) fn take_check(&mut self, of: &CheckRequest, checked: Checked) {
        if self.is_awaiting_check() && self.draft == of.draft {
            self.set_checked(checked);
        }
    }
}
