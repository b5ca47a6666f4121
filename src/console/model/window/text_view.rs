//! A long text in a window, with its scroll position and search.

use crate::console::model::find::{Find, FindResult};
use crate::console::model::scroll::Scroll;
use crate::keymap::Action;

/// The scroll position and the search.
#[derive(Debug, Default)]
pub struct TextView {
    pub(in crate::console) scroll: Scroll,
    pub(in crate::console) find: Find,
}

impl TextView {
    /// With an initial search text.
    #[must_use]
    pub fn seeking(text: &str) -> Self {
        Self { find: Find::given(text), ..Self::default() }
    }

    /// Scrolls, or searches these lines. False if the action does neither.
    ///
    /// # Errors
    /// No line contains the text.
    pub fn act<L: AsRef<[String]>>(
        &mut self,
        action: Action,
        lines: impl FnOnce() -> L,
    ) -> Result<bool, String> {
        match self.find.act(action, self.scroll.top(), lines) {
            FindResult::Elsewhere => return Ok(self.scroll.act(action)),
            FindResult::Done => {}
            FindResult::To(line) => self.scroll.go_to(line),
            FindResult::Nowhere(why) => return Err(why),
        }
        Ok(true)
    }
}
