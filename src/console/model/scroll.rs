//! The visible part of a long text.

use std::cell::Cell;
use std::ops::Range;

use crate::keymap::Action;
use crate::storage::BoundedCount;
use crate::text::group_digits;

/// The first visible line of a text that is read rather than selected from.
#[derive(Debug, Default)]
pub struct Scroll {
    top: Cell<usize>,
    /// The number of lines of the text and of the screen, as of the last frame.
    length: Cell<usize>,
    page: Cell<usize>,
}

impl Scroll {
    /// Scrolls as the action says. False if it is not a movement.
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

    /// The first visible line.
    #[must_use]
    pub fn top(&self) -> usize {
        self.top.get()
    }

    /// Scrolls a line to the top, as far as the end of the text allows.
    pub fn go_to(&self, line: usize) {
        self.top.set(line);
    }

    /// Scrolls back to the first line, for another text.
    pub fn reset(&self) {
        self.top.set(0);
    }

    /// The visible lines of a text of `length` lines if `height` fit.
    #[must_use]
    pub fn visible(&self, length: usize, height: usize) -> Range<usize> {
        self.length.set(length);
        self.page.set(height);
        let top = self.top.get().min(length.saturating_sub(height));
        self.top.set(top);
        top..length.min(top + height)
    }
}

/// How many lines are hidden above and below, for the border: `↑3 ↓12`; empty if none.
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

/// Which row of a list is selected, and how many rows are hidden above and below: `13 of 133 ↑3 ↓118`, and
/// `13 of 10 000+ ↑3 ↓9 985+` where there may be more; empty if all are visible.
#[must_use]
pub fn place(visible: &Range<usize>, selected: usize, length: BoundedCount) -> String {
    let plus = if length.is_exact { "" } else { "+" };
    let (above, below) = (visible.start as u64, length.n.saturating_sub(visible.end as u64));
    if above == 0 && below == 0 && length.is_exact {
        return String::new();
    }
    let row = (selected as u64).saturating_add(1);
    let place = format!("{} of {}{plus}", group_digits(row), group_digits(length.n));
    let up = if above > 0 { format!(" ↑{}", group_digits(above)) } else { String::new() };
    let has_more = below > 0 || !length.is_exact;
    let down = if has_more { format!(" ↓{}{plus}", group_digits(below)) } else { String::new() };
    place + &up + &down
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrolling_stops_at_the_end() {
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

    #[test]
    fn the_place_in_a_list_is_never_more_than_is_known() {
        let exact = |visible, n| place(&visible, 4, BoundedCount::exact(n));
        assert_eq!(exact(0..7, 7), "");
        assert_eq!(exact(0..7, 5012), "5 of 5 012 ↓5 005");
        assert_eq!(exact(3..7, 7), "5 of 7 ↑3");
        assert_eq!(exact(3..7, 9), "5 of 9 ↑3 ↓2");
        let at_least = |visible, n| place(&visible, 4, BoundedCount::at_least(n));
        assert_eq!(at_least(0..7, 10_000), "5 of 10 000+ ↓9 993+");
        assert_eq!(at_least(0..7, 7), "5 of 7+ ↓0+");
    }
}
