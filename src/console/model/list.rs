//! The selected row of a list, and the visible rows.

use std::cell::Cell;

use crate::keymap::Action;

/// The selected row, and the first visible one.
#[derive(Debug, Default, Clone)]
pub struct List {
    selected: usize,
    /// Kept from one frame to the next.
    offset: Cell<usize>,
    /// The number of visible rows, as of the last frame.
    page: Cell<usize>,
}

impl List {
    /// The selected row.
    #[must_use]
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// Selects a row.
    pub fn select(&mut self, row: usize) {
        self.selected = row;
    }

    /// Selects the row that the selected one has become after rows were added or removed above it: it stays on its
    /// line of the screen.
    pub fn stay_on(&mut self, row: usize) {
        let offset = (self.offset.get() + row).saturating_sub(self.selected);
        self.offset.set(offset);
        self.selected = row;
    }

    /// The rows visible in the last frame, of a list of this length.
    #[must_use]
    pub fn in_sight(&self, length: usize) -> std::ops::Range<usize> {
        let start = self.offset.get().min(length);
        start..(start + self.page.get()).min(length)
    }

    /// Moves as the action says in a list of `length` rows. False if it is not a movement.
    pub fn act(&mut self, action: Action, length: usize) -> bool {
        let last = length.saturating_sub(1);
        let page = self.page.get().max(1);
        self.selected = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => self.selected + 1,
            Action::PageUp => self.selected.saturating_sub(page),
            Action::PageDown => self.selected + page,
            Action::Top => 0,
            Action::Bottom => last,
            _ => return false,
        }
        .min(last);
        true
    }

    /// The visible rows if `height` rows fit, including the selected one.
    #[must_use]
    pub fn visible(&self, length: usize, height: usize) -> std::ops::Range<usize> {
        self.visible_around(self.selected, length, height)
    }

    /// The visible rows, including this one, if the screen has more rows than can be selected.
    #[must_use]
    pub fn visible_around(&self, row: usize, length: usize, height: usize) -> std::ops::Range<usize> {
        self.page.set(height);
        let selected = row.min(length.saturating_sub(1));
        let mut offset = self.offset.get().min(length.saturating_sub(height));
        offset = offset.min(selected).max((selected + 1).saturating_sub(height));
        self.offset.set(offset);
        offset..length.min(offset + height)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_selected_row_is_always_visible(
            moves in prop::collection::vec(0usize..6, 0..40),
            lengths in prop::collection::vec(0usize..50, 1..10),
            height in 1usize..20,
        ) {
            let actions = [Action::Up, Action::Down, Action::PageUp, Action::PageDown, Action::Top, Action::Bottom];
            let mut list = List::default();
            for (at, step) in moves.iter().enumerate() {
                let length = lengths[at % lengths.len()];
                list.act(actions[*step], length);
                let seen = list.visible(length, height);
                prop_assert!(seen.len() <= height && seen.end <= length);
                prop_assert!(length == 0 || seen.contains(&list.selected()));
            }
        }
    }
}
