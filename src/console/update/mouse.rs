//! Clicks and the wheel.

use crate::console::model::effect::Effect;
use crate::console::model::layout;
use crate::console::model::mouse::{ClickTarget, MouseAction, Pointer};
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::model::target::Target;
use crate::console::update::editor::mouse as editor;
use crate::console::update::{action, deliveries, profiles, variables, window};
use crate::keymap::Action;

/// How many lines a wheel step scrolls.
const WHEEL: usize = 3;

/// Handles a mouse event. While a window, the help or the palette is open, only that reacts.
pub fn handle(state: &mut State, pointer: Pointer) -> Vec<Effect> {
    if layout::too_small(state.size) {
        return Vec::new();
    }
    let place = state.mouse.find(pointer.at);
    match pointer.action {
        MouseAction::Click => place.map_or_else(Vec::new, |place| click(state, place)),
        MouseAction::WheelUp => wheel(state, place.as_ref(), Action::Up),
        MouseAction::WheelDown => wheel(state, place.as_ref(), Action::Down),
    }
}

fn click(state: &mut State, place: ClickTarget) -> Vec<Effect> {
    match (state.target(), &place) {
        (Target::Guide(_), ClickTarget::GuideRow(row)) => return click_line(state, *row),
        (Target::Window(_), ClickTarget::WindowRow(row)) => {
            window::select_row(state, *row);
            return Vec::new();
        }
        (Target::Guide(_) | Target::Window(_), _) => return Vec::new(),
        _ => {}
    }
    match place {
        ClickTarget::Pane(pane) => {
            state.focus = pane;
            Vec::new()
        }
        ClickTarget::Row(pane, row) => {
            state.focus = pane;
            match pane {
                Pane::Profiles => profiles::select_row(state, row),
                Pane::Variables => {
                    variables::select_row(state, row);
                    Vec::new()
                }
                Pane::Deliveries | Pane::Timeline => deliveries::select_row(state, row),
                Pane::Editor => Vec::new(),
            }
        }
        ClickTarget::Item(item) => {
            state.focus = Pane::Editor;
            editor::click(state, &item)
        }
        ClickTarget::Step(step) => {
            state.focus = Pane::Editor;
            editor::show_step(state, step);
            Vec::new()
        }
        // It is at the focus.
        ClickTarget::Action(action) => action::do_action(state, action),
        ClickTarget::Window | ClickTarget::WindowRow(_) | ClickTarget::GuideRow(_) => Vec::new(),
    }
}

/// A click on a line of help or palette: selects it; runs it if it was selected already.
fn click_line(state: &mut State, row: usize) -> Vec<Effect> {
    let Some(guide) = &mut state.guide else { return Vec::new() };
    let list = &mut guide.lookup_mut().list;
    if list.selected() == row {
        return action::do_action(state, Action::Accept);
    }
    list.select(row);
    Vec::new()
}

/// The wheel moves what is under it; the focus does not change.
fn wheel(state: &mut State, place: Option<&ClickTarget>, action: Action) -> Vec<Effect> {
    let under = match place {
        Some(ClickTarget::Pane(pane) | ClickTarget::Row(pane, _)) => *pane,
        Some(ClickTarget::Item(_) | ClickTarget::Step(_)) => Pane::Editor,
        Some(
            ClickTarget::Action(_)
            | ClickTarget::Window
            | ClickTarget::WindowRow(_)
            | ClickTarget::GuideRow(_),
        ) => state.focus,
        None => return Vec::new(),
    };
    if state.guide.is_none() && matches!(state.target_from(under), Target::Editor(_)) {
        return editor::wheel(state, action == Action::Down);
    }
    let focus = std::mem::replace(&mut state.focus, under);
    let mut effects = Vec::new();
    for _ in 0..WHEEL {
        effects.extend(action::do_action(state, action));
    }
    state.focus = focus;
    effects
}
