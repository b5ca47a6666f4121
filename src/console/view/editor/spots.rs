//! The click targets of the editor.

use std::ops::Range;

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr as _;

use crate::console::model::editor::item::{Button, Item, Step};
use crate::console::model::editor::rows::Rows;
use crate::console::model::mouse::ClickTarget;
use crate::console::model::state::State;

/// An item on the sheet: its lines and columns, counted from the sheet's first.
#[derive(Debug)]
pub(in crate::console) struct Spot {
    pub lines: Range<usize>,
    pub columns: Range<usize>,
    pub item: Item,
}

impl Spot {
    pub(in crate::console) fn button(button: Button, line: usize, columns: Range<usize>) -> Self {
        Self { lines: line..line + 1, columns, item: Item::Button(button) }
    }
}

/// Whether an item has its lines to itself. Rows and buttons share theirs, and note their columns.
pub(in crate::console) fn has_own_lines(item: &Item) -> bool {
    *item == Item::Variables || item.field().is_some_and(|field| Rows::place(field).is_none())
}

/// Notes the visible items of a sheet whose line `top` is the first in the area.
pub(in crate::console) fn note(state: &State, spots: Vec<Spot>, top: usize, area: Rect) {
    for Spot { lines, columns, item } in spots {
        let from = lines.start.max(top);
        let to = lines.end.min(top + usize::from(area.height));
        let left = columns.start.min(usize::from(area.width));
        let right = columns.end.min(usize::from(area.width));
        if from < to && left < right {
            let small = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
            let spot = Rect {
                x: area.x + small(left),
                y: area.y + small(from - top),
                width: small(right - left),
                height: small(to - from),
            };
            state.mouse.note(spot, ClickTarget::Item(item));
        }
    }
}

/// The names of the steps are at the right of the border, before a blank and the corner.
pub(in crate::console) fn note_steps(state: &State, names: &str, area: Rect) {
    let small = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let end = area.x + area.width.saturating_sub(2);
    let start = end.saturating_sub(small(names.width()));
    let middle = start + small(names.find(' ').unwrap_or(0));
    let spot = |from: u16, to: u16| Rect { x: from, y: area.y, width: to - from, height: 1 };
    state.mouse.note(spot(start, middle), ClickTarget::Step(Step::Basics));
    state.mouse.note(spot(middle, end.max(middle)), ClickTarget::Step(Step::Advanced));
}
