//! Which part of a long text is in sight.

use std::cell::Cell;
use std::ops::Range;

use crate::keymap::Action;
use crate::text::group_digits;

/// The first line in sight of a text that is read, not chosen from.
#[derive(Debug, Default)]
pub struct Scroll {
    top: Cell<usize>,
    /// Lines of the text and of the screen, as of the last drawing.
    length: Cell<usize>,
    page: Cell<usize>,
}

impl Scroll {
    /// Moves as the action says. False when it is no move.
    pub fn act(&mut self, action: Action) -> bool {
        let page = self.page.get().max(1);
        let last = self.length.get().saturating_sub(page);
        let top = self.top.get();
        let moved = match action {
            Action::Up => top.saturating_sub(1),
            Action::Down => top + 1,
            Action::PageUp => top.saturating_sub(page),
            Action::PageDown => top + page,
            Action::Top => 0,
            Action::Bottom => last,
            _ => return false,
        };
        self.top.set(moved.min(last));
        true
    }

    /// The first line in sight.
    #[must_use]
    pub fn top(&self) -> usize {
        self.top.get()
    }

    /// Brings a line to the top, as far as the end allows when it is drawn.
    pub fn go_to(&self, line: usize) {
        self.top.set(line);
    }

    /// Goes back to the first line, for another text.
    pub fn reset(&self) {
        self.top.set(0);
    }

    /// The lines in sight of a text of `length` lines where `height` fit.
    #[must_use]
    pub fn visible(&self, length: usize, height: usize) -> Range<usize> {
        self.length.set(length);
        self.page.set(height);
        let top = self.top.get().min(length.saturating_sub(height));
        self.top.set(top);
        top..length.min(top + height)
    }
}

/// How many lines are above and below those in sight, for the border: `↑3 ↓12`; empty when all are in
/// sight.
#[must_use]
pub fn more(visible: &Range<usize>, length: usize) -> String {
    let (above, below) = (visible.start as u64, length.saturating_sub(visible.end) as u64);
    match (above, below) {
        (0, 0) => String::new(),
        (0, below) => format!("↓{}", group_digits(below)),
        (above, 0) => format!("↑{}", group_digits(above)),
        (above, below) => format!("↑{} ↓{}", group_digits(above), group_digits(below)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_reached_and_not_passed() {
        let mut scroll = Scroll::default();
        assert_eq!(scroll.visible(10, 4), 0..4);
        assert_eq!(more(&scroll.visible(10, 4), 10), "↓6");
        assert!(scroll.act(Action::Bottom));
        assert!(scroll.act(Action::Down));
        assert_eq!(scroll.visible(10, 4), 6..10);
        assert_eq!(more(&scroll.visible(10, 4), 10), "↑6");
        assert_eq!(scroll.visible(3, 4), 0..3);
        assert_eq!(more(&scroll.visible(3, 4), 3), "");
        assert_eq!(more(&(3..7), 100_000), "↑3 ↓99 993");
        assert!(!scroll.act(Action::Save));
    }
}
