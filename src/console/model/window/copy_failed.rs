//! A text that could not be copied: why, and what can be done instead.

use crate::console::model::scroll::Scroll;

/// The window: first the reason, then, on request, the full text.
pub struct CopyFailed {
    pub(in crate::console) text: String,
    pub(in crate::console) what: String,
    pub(in crate::console) why: String,
    pub(in crate::console) in_full: bool,
    pub(in crate::console) scroll: Scroll,
}

/// The text may contain secrets, so debug output omits it.
impl std::fmt::Debug for CopyFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CopyFailed").field("what", &self.what).finish_non_exhaustive()
    }
}

impl CopyFailed {
    /// For this text, with its name and the reason why it was not copied.
    #[must_use]
    pub fn new(text: String, what: String, why: String) -> Self {
        Self { text, what, why, in_full: false, scroll: Scroll::default() }
    }

    pub(in crate::console) fn is_in_full(&self) -> bool {
        self.in_full
    }
}
