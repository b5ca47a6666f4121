//! The mouse, if it is captured, and the click targets on the screen.

use std::cell::{Cell, RefCell};

use ratatui::layout::{Position, Rect};

use crate::console::model::editor::item::{Item, Step};
use crate::console::model::pane::Pane;
use crate::keymap::Action;

/// A mouse event, at a column and a line counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pointer {
    /// The click or the wheel step.
    pub action: MouseAction,
    /// Where.
    pub at: (u16, u16),
}

/// The actions of the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named for what they are")]
pub enum MouseAction {
    Click,
    WheelUp,
    WheelDown,
}

/// A click target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClickTarget {
    /// Anywhere in a pane, or its name in the tab line.
    Pane(Pane),
    /// A row of a list, by its index.
    Row(Pane, usize),
    /// A field, choice, switch or button of the editor.
    Item(Item),
    /// The name of a step of the editor.
    Step(Step),
    /// An action shown with its key.
    Action(Action),
    /// Anywhere in the window above the panes.
    Window,
    /// A field of the window, by its index.
    WindowRow(usize),
    /// A line of the help or the palette, by its index.
    GuideRow(usize),
}

/// Whether the mouse is captured, and the click targets.
#[derive(Debug, Default)]
pub struct Mouse {
    on: Cell<bool>,
    /// As of the last frame; what was drawn last is on top.
    places: RefCell<Vec<(Rect, ClickTarget)>>,
}

impl Mouse {
    /// Whether mouse events are sent to the console rather than used for the terminal's own selection.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.on.get()
    }

    /// Captures the mouse, or releases it.
    pub fn turn(&self, on: bool) {
        self.on.set(on);
    }

    /// Forgets all targets, before a frame is drawn.
    pub fn clear(&self) {
        self.places.borrow_mut().clear();
    }

    /// Notes a click target. Does nothing while the mouse is not captured.
    pub fn note(&self, area: Rect, place: ClickTarget) {
        if self.on.get() {
            self.places.borrow_mut().push((area, place));
        }
    }

    /// The topmost target at a position.
    #[must_use]
    pub fn find(&self, (x, y): (u16, u16)) -> Option<ClickTarget> {
        let at = Position { x, y };
        self.places.borrow().iter().rev().find(|(area, _)| area.contains(at)).map(|(_, place)| place.clone())
    }
}
