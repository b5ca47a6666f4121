//! Files that a profile refers to and that could not be used when it was saved.

use crate::console::model::editor::Editor;
use crate::profile::{Draft, FieldError};

/// The error of a file, with the paths at that time: other paths may be valid.
#[derive(Debug)]
pub(in crate::console) struct Unusable {
    pub(in crate::console) paths: [String; 3],
    pub(in crate::console) error: FieldError,
}

pub(in crate::console) fn paths(draft: &Draft) -> [String; 3] {
    [&draft.ca_file, &draft.client_certificate, &draft.client_key].map(Clone::clone)
}

impl Editor {
    /// The error to show beside a field that blocks a file name.
    pub(in crate::console) fn file_error(&self, field: crate::profile::Field) -> Option<&str> {
        let unusable = self.unusable.as_ref().filter(|u| u.error.field == field)?;
        (unusable.paths == paths(&self.draft)).then_some(unusable.error.message.as_str())
    }
}
