//! A long text in a window: how far it is scrolled, and what is looked for in it.

use crate::console::model::find::{Find, Went};
use crate::console::model::scroll::Scroll;
use crate::keymap::Action;

/// Where a person reads.
#[derive(Debug, Default)]
pub struct Reading {
    pub(in crate::console) scroll: Scroll,
    pub(in crate::console) find: Find,
}

impl Reading {
    /// With a text that is looked for from the start.
    #[must_use]
    pub fn seeking(text: &str) -> Self {
        Self { find: Find::given(text), ..Self::default() }
    }

    /// Scrolls, or looks for a text in these lines. False when the action is for neither.
    ///
    /// # Errors
    /// The text is in no line.
    pub fn act<L: AsRef<[String]>>(
        &mut self,
        action: Action,
        lines: impl FnOnce() -> L,
    ) -> Result<bool, String> {
        match self.find.act(action, self.scroll.top(), lines) {
            Went::Elsewhere => return Ok(self.scroll.act(action)),
            Went::Done => {}
            Went::To(line) => self.scroll.go_to(line),
            Went::Nowhere(why) => return Err(why),
        }
        Ok(true)
    }
}
