//! The mouse, once it is turned on, and the click targets on the screen.

use std::cell::{Cell, RefCell};

use ratatui::layout::{Position, Rect};

use crate::console::model::editor::item::{Item, Step};
use crate::console::model::pane::Pane;
use crate::keymap::Action;

/// Something done with the mouse, at a column and a line counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pointer {
    /// The click or the turn of the wheel.
    pub deed: Deed,
    /// Where.
    pub at: (u16, u16),
}

/// The actions of the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named for what they are")]
pub enum Deed {
    Click,
    WheelUp,
    WheelDown,
}

/// A click target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClickTarget {
    /// Anywhere in a pane, or its name in the line of names.
    Pane(Pane),
    /// A row of a list, by its number.
    Row(Pane, usize),
    /// A field, choice, switch or button of the editor.
    Item(Item),
    /// The name of a step of the editor.
    Step(Step),
    /// An action shown in a pane with its key.
    Action(Action),
    /// Anywhere in the window above the panes.
    Window,
    /// A field of the window, by its number.
    WindowRow(usize),
    /// A line of the help or the palette, by its number.
    GuideRow(usize),
}

/// Whether the mouse is captured, and the click targets.
#[derive(Debug, Default)]
pub struct Mouse {
    on: Cell<bool>,
    /// As of the last drawing; what was drawn last lies above.
    places: RefCell<Vec<(Rect, ClickTarget)>>,
}

impl Mouse {
    /// Whether clicks and the wheel come to us, and not to the terminal's own selection.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.on.get()
    }

    /// Takes the mouse, or leaves it to the terminal.
    pub fn turn(&self, on: bool) {
        self.on.set(on);
    }

    /// Forgets what stood where, before a drawing.
    pub fn clear(&self) {
        self.places.borrow_mut().clear();
    }

    /// Notes what was drawn in an area. Does nothing while the mouse is not ours.
    pub fn note(&self, area: Rect, place: ClickTarget) {
        if self.on.get() {
            self.places.borrow_mut().push((area, place));
        }
    }

    /// The topmost target there.
    #[must_use]
    pub fn find(&self, (x, y): (u16, u16)) -> Option<ClickTarget> {
        let at = Position { x, y };
        self.places.borrow().iter().rev().find(|(area, _)| area.contains(at)).map(|(_, place)| place.clone())
    }
}
