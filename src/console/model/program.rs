//! Programs that use the terminal for a while: `$VISUAL` or `$EDITOR` for a text, `$PAGER` for a response.
//! [`Program`] is the request, [`Returned`] the result.

use std::fmt;

use crate::profile::ProfileId;

/// What is being edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The body of the profile in the editor pane.
    Body(ProfileId),
    /// The whole profile, as JSON.
    Profile(ProfileId),
}

/// A program to run in the terminal.
#[derive(Clone, PartialEq, Eq)]
pub enum Program {
    /// The editor, on a text.
    Editor {
        /// What the text is.
        subject: Subject,
        /// The text, possibly with comments above it.
        text: String,
    },
    /// The pager.
    Pager {
        /// The text, sanitized for a terminal.
        text: String,
    },
}

/// The text may contain secrets, so it is omitted.
impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Editor { subject, .. } => f.debug_tuple("Editor").field(subject).finish_non_exhaustive(),
            Self::Pager { .. } => f.debug_struct("Pager").finish_non_exhaustive(),
        }
    }
}

/// The result of an editor.
#[derive(Clone, PartialEq, Eq)]
pub struct Returned {
    /// What was edited.
    pub subject: Subject,
    /// The text given to the editor.
    pub given: String,
    /// The text it wrote; none if it cannot be read.
    pub written: Option<String>,
    /// Why it failed, as a sentence.
    pub trouble: Option<String>,
}

/// The texts may contain secrets, so they are omitted.
impl fmt::Debug for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, trouble, .. } = self;
        f.debug_struct("Returned").field("subject", subject).field("trouble", trouble).finish_non_exhaustive()
    }
}
