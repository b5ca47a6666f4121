//! Which row of a list is chosen, and which rows are in sight.

use std::cell::Cell;

use crate::keymap::Action;

/// The chosen row, and the first one in sight.
#[derive(Debug, Default, Clone)]
pub struct List {
    selected: usize,
    /// Kept from one drawing to the next.
    offset: Cell<usize>,
    /// Rows that fit, as of the last drawing.
    page: Cell<usize>,
}

impl List {
    /// The chosen row.
    #[must_use]
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// Chooses a row.
    pub fn select(&mut self, row: usize) {
        self.selected = row;
    }

    /// Chooses the row that the chosen one has become, with rows come or gone above it: it stays on its
    /// line of the screen.
    pub fn stay_on(&mut self, row: usize) {
        let offset = (self.offset.get() + row).saturating_sub(self.selected);
        self.offset.set(offset);
        self.selected = row;
    }

    /// The rows in sight as of the last drawing, of a list of this length.
    #[must_use]
    pub fn in_sight(&self, length: usize) -> std::ops::Range<usize> {
        let start = self.offset.get().min(length);
        start..(start + self.page.get()).min(length)
    }

    /// Moves as the action says in a list of `length` rows. False when it is no move.
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

    /// The rows in sight when `height` rows fit, the chosen one among them.
    #[must_use]
    pub fn visible(&self, length: usize, height: usize) -> std::ops::Range<usize> {
        self.visible_around(self.selected, length, height)
    }

    /// The rows in sight, this one among them, where the rows on the screen are more than those that
    /// can be chosen.
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
        fn the_chosen_row_is_always_in_sight(
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
