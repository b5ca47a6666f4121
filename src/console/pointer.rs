//! The mouse, once it is turned on: what stands where on the screen, and what a click there does.

use std::cell::{Cell, RefCell};

use ratatui::layout::{Position, Rect};

use crate::keymap::Action;

use super::editor::{self, Item, Step};
use super::message::Effect;
use super::state::{Pane, State};
use super::target::Target;
use super::{deliveries, overlay, profiles, update, variables, view};

/// Lines that one step of the wheel moves a list or a text by.
const WHEEL: usize = 3;

/// Something done with the mouse, at a column and a line counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pointer {
    /// What was done.
    pub deed: Deed,
    /// Where.
    pub at: (u16, u16),
}

/// What a mouse does here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named for what they are")]
pub enum Deed {
    Click,
    WheelUp,
    WheelDown,
}

/// What can be clicked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Anywhere in a pane, or its name in the line of names.
    Pane(Pane),
    /// A row of a list, by its number.
    Row(Pane, usize),
    /// A field, choice, switch or button of the editor.
    Item(Item),
    /// The name of a step of the editor.
    Step(Step),
    /// Anywhere in the window above the panes.
    Window,
    /// A field of the window, by its number.
    WindowRow(usize),
}

/// Whether the mouse is ours, and what stands where.
#[derive(Debug, Default)]
pub struct Mouse {
    on: Cell<bool>,
    /// As of the last drawing; what was drawn last lies above.
    places: RefCell<Vec<(Rect, Place)>>,
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
    pub fn note(&self, area: Rect, place: Place) {
        if self.on.get() {
            self.places.borrow_mut().push((area, place));
        }
    }

    /// What lies topmost there.
    #[must_use]
    pub fn find(&self, (x, y): (u16, u16)) -> Option<Place> {
        let at = Position { x, y };
        self.places.borrow().iter().rev().find(|(area, _)| area.contains(at)).map(|(_, place)| place.clone())
    }
}

/// Does what the mouse says. While a window is open, only it is touched.
pub fn point(state: &mut State, pointer: Pointer) -> Vec<Effect> {
    if view::too_small(state.size) {
        return Vec::new();
    }
    let place = state.mouse.find(pointer.at);
    match pointer.deed {
        Deed::Click => place.map_or_else(Vec::new, |place| click(state, place)),
        Deed::WheelUp => wheel(state, place.as_ref(), Action::Up),
        Deed::WheelDown => wheel(state, place.as_ref(), Action::Down),
    }
}

fn click(state: &mut State, place: Place) -> Vec<Effect> {
    match (state.target(), &place) {
        (Target::Window(_), Place::WindowRow(row)) => {
            overlay::choose_row(state, *row);
            return Vec::new();
        }
        (Target::Window(_), _) => return Vec::new(),
        _ => {}
    }
    match place {
        Place::Pane(pane) => {
            state.focus = pane;
            Vec::new()
        }
        Place::Row(pane, row) => {
            state.focus = pane;
            match pane {
                Pane::Profiles => profiles::choose_row(state, row),
                Pane::Variables => {
                    variables::choose_row(state, row);
                    Vec::new()
                }
                Pane::Deliveries | Pane::Timeline => deliveries::choose_row(state, row),
                Pane::Editor => Vec::new(),
            }
        }
        Place::Item(item) => {
            state.focus = Pane::Editor;
            editor::click(state, &item)
        }
        Place::Step(step) => {
            state.focus = Pane::Editor;
            editor::show_step(state, step);
            Vec::new()
        }
        Place::Window | Place::WindowRow(_) => Vec::new(),
    }
}

/// The wheel moves what lies under it; the keyboard stays where it is.
fn wheel(state: &mut State, place: Option<&Place>, action: Action) -> Vec<Effect> {
    let under = match place {
        Some(Place::Pane(pane) | Place::Row(pane, _)) => *pane,
        Some(Place::Item(_) | Place::Step(_)) => Pane::Editor,
        Some(Place::Window | Place::WindowRow(_)) => state.focus,
        None => return Vec::new(),
    };
    if matches!(state.target_from(under), Target::Editor(_)) {
        return editor::wheel(state, action == Action::Down);
    }
    let focus = std::mem::replace(&mut state.focus, under);
    let mut effects = Vec::new();
    for _ in 0..WHEEL {
        effects.extend(update::do_action(state, action));
    }
    state.focus = focus;
    effects
}
