//! Programs that have the terminal for a while: `$VISUAL` or `$EDITOR` for a text, `$PAGER` for a response.
//! [`Program`] is the request, [`Returned`] the result.

use std::fmt;

use crate::profile::ProfileId;

/// The subject of the editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The body of the profile that is open in the editor.
    Body(ProfileId),
    /// All of that profile, as JSON.
    Profile(ProfileId),
}

/// A program that is to have the terminal.
#[derive(Clone, PartialEq, Eq)]
pub enum Program {
    /// The editor, on a text.
    Editor {
        /// The subject of the text.
        subject: Subject,
        /// The text, with remarks above it where there are some.
        text: String,
    },
    /// The pager.
    Pager {
        /// The text, harmless for a terminal.
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
    /// The subject of the editor.
    pub subject: Subject,
    /// The text that it began with.
    pub given: String,
    /// The text that it left behind; none where it cannot be read.
    pub written: Option<String>,
    /// Why it did not end well, as a sentence.
    pub trouble: Option<String>,
}

/// The texts may contain secrets, so they are omitted.
impl fmt::Debug for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, trouble, .. } = self;
        f.debug_struct("Returned").field("subject", subject).field("trouble", trouble).finish_non_exhaustive()
    }
}
