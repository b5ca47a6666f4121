//! What the mouse does in the editor, and where it finds what.

use std::ops::Range;

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr as _;

use crate::console::message::Effect;
use crate::console::pointer::Place;
use crate::console::state::State;
use crate::keymap::Action;

use super::item::Button;
use super::rows::Rows;
use super::{Editor, Item, Step, act};

/// An item on the sheet: its lines and columns, counted from the sheet's first.
#[derive(Debug)]
pub(super) struct Spot {
    pub lines: Range<usize>,
    pub columns: Range<usize>,
    pub item: Item,
}

impl Spot {
    pub(super) fn button(button: Button, line: usize, columns: Range<usize>) -> Self {
        Self { lines: line..line + 1, columns, item: Item::Button(button) }
    }
}

/// Whether an item has its lines for itself. Rows and buttons share theirs, and note their columns.
pub(super) fn stands_alone(item: &Item) -> bool {
    item.field().is_some_and(|field| Rows::place(field).is_none())
}

/// Notes the items in sight of a sheet of which `top` is the first line in the area.
pub(super) fn note(state: &State, spots: Vec<Spot>, top: usize, area: Rect) {
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
            state.mouse.note(spot, Place::Item(item));
        }
    }
}

/// The names of the steps stand at the right of the border, a blank and the corner after them.
pub(super) fn note_steps(state: &State, names: &str, area: Rect) {
    let small = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let end = area.x + area.width.saturating_sub(2);
    let start = end.saturating_sub(small(names.width()));
    let middle = start + small(names.find(' ').unwrap_or(0));
    let spot = |from: u16, to: u16| Rect { x: from, y: area.y, width: to - from, height: 1 };
    state.mouse.note(spot(start, middle), Place::Step(Step::Basics));
    state.mouse.note(spot(middle, end.max(middle)), Place::Step(Step::Advanced));
}

/// A click: goes to a text; does what a switch or a button does; turns a choice that is clicked again.
pub fn click(state: &mut State, item: &Item) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    if !editor.items().contains(item) {
        return Vec::new();
    }
    let again = editor.focus == *item;
    act::go_to(editor, item.clone());
    match item {
        Item::Text(_) | Item::Body => Vec::new(),
        Item::Choice(_) if !again => Vec::new(),
        Item::Choice(_) | Item::Event(_) | Item::Switch(_) | Item::Parameter(_) | Item::Button(_) => {
            act::press(state)
        }
    }
}

/// Shows a step whose name was clicked.
pub fn show_step(state: &mut State, step: Step) {
    if let Some(editor) = state.editor.as_mut().filter(|editor| editor.step != step) {
        act::go_to_step(editor, step);
    }
}

/// The wheel: through the lines of the body where the keyboard is in it, else through the fields.
pub fn wheel(state: &mut State, down: bool) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    if editor.focus == Item::Body {
        let key = crate::keymap::Key::parse(if down { "down" } else { "up" });
        return key.and_then(|key| act::key(state, key)).unwrap_or_default();
    }
    act::act(state, if down { Action::NextField } else { Action::PreviousField })
}

impl Editor {
    /// Whether secrets are shown.
    #[must_use]
    pub fn shows_secrets(&self) -> bool {
        self.show_secrets
    }
}
