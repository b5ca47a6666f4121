//! Runs an action at the focus, or says why it is unavailable.

use crate::console::model::disabled_reason;
use crate::console::model::editor::Editor;
use crate::console::model::effect::Effect;
use crate::console::model::guide::Guide;
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::model::target::Target;
use crate::console::model::window::Overlay;
use crate::console::model::window::question::Question;
use crate::console::model::window::receiver::ReceiverWindow;
use crate::console::theme::Depth;
use crate::console::update::editor::act as editor;
use crate::console::update::guide::Next;
use crate::console::update::{
    deliveries, guide, opening, paste_guard, preview, profiles, testing, variables, window,
};
use crate::keymap::Action;
use crate::profile::Choice as _;

/// Actions that only move the focus or the selection.
const MOVES: [Action; 19] = [
    Action::NextMatch,
    Action::PreviousMatch,
    Action::Up,
    Action::Down,
    Action::PageUp,
    Action::PageDown,
    Action::Top,
    Action::Bottom,
    Action::Left,
    Action::Right,
    Action::NextField,
    Action::PreviousField,
    Action::NextPane,
    Action::PreviousPane,
    Action::GoProfiles,
    Action::GoEditor,
    Action::GoVariables,
    Action::GoDeliveries,
    Action::GoTimeline,
];

/// Shown when the mouse is captured.
const MOUSE_ON: &str = "Mouse on · hold Shift to select text · {mouse} turns it off";

/// Shown when it is released.
const MOUSE_OFF: &str = "Mouse off: the terminal selects text again";

/// Runs an action at the focus, or says why it is unavailable.
pub(in crate::console) fn do_action(state: &mut State, action: Action) -> Vec<Effect> {
    if let Some(why) = disabled_reason::why_not(state, action) {
        state.notify_error(format!("{}: {why}", state.label(action)));
        return Vec::new();
    }
    if paste_guard::refuses(state, action) || refuses_early(state, action) {
        return Vec::new();
    }
    // A notice is about the previous action; moving around keeps it on the screen.
    if !MOVES.contains(&action) {
        state.notice = None;
    }
    if let Some(effects) = everywhere(state, action) {
        return effects;
    }
    match state.target() {
        Target::Guide(_) => match guide::act(state, action) {
            Next::Done(effects) => effects,
            // The guide is closed by now.
            Next::Do(action) => do_action(state, action),
        },
        Target::Window(_) => window::act(state, action),
        Target::Editor(_) => editor::act(state, action),
        Target::Pane(Pane::Editor) => summary(state, action),
        Target::Pane(Pane::Profiles) => of_profiles(state, action),
        Target::Pane(Pane::Variables) => variables::act(state, action),
        Target::Pane(Pane::Deliveries | Pane::Timeline) => deliveries::act(state, action),
    }
}

/// An action while pane 2 shows the selected profile.
fn summary(state: &mut State, action: Action) -> Vec<Effect> {
    if state.summary.act(action) { Vec::new() } else { of_profiles(state, action) }
}

fn of_profiles(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::New => opening::new_profile(state),
        _ => profiles::act(state, action),
    }
}

/// Whether the action would answer a question that nobody can have read yet; then says so, and keeps the question
/// open.
fn refuses_early(state: &mut State, action: Action) -> bool {
    let Target::Window(Overlay::Question(question)) = state.target() else { return false };
    let refused = question.is_too_new(action, state.now);
    if refused {
        let name = state.label(action);
        state.notify_error(format!("{name}: not done. The question had just opened: press the key again"));
    }
    refused
}

/// Actions that are the same everywhere.
fn everywhere(state: &mut State, action: Action) -> Option<Vec<Effect>> {
    let effects = match action {
        Action::Quit => {
            state.guide = None;
            if state.editor.as_ref().is_some_and(Editor::is_changed)
                && !matches!(state.overlay, Some(Overlay::Question(_)))
            {
                state.overlay = Some(Overlay::Question(Question::quit()));
                Vec::new()
            } else {
                vec![Effect::Quit]
            }
        }
        // The same key closes what it opened.
        Action::Help => {
            state.guide =
                if matches!(state.guide, Some(Guide::Help(_))) { None } else { Some(Guide::help()) };
            Vec::new()
        }
        Action::Palette => {
            let open = matches!(state.guide, Some(Guide::Palette(_)));
            state.guide = if open { None } else { Some(Guide::palette()) };
            Vec::new()
        }
        Action::Redraw => vec![Effect::Redraw],
        Action::Theme => {
            state.settings.theme = state.settings.theme.next();
            let theme = &state.settings.theme;
            let none = if theme.depth == Depth::None { ", but this terminal has no colours" } else { "" };
            state.notify(format!("Theme {}{none}", theme.name.name()));
            Vec::new()
        }
        Action::Suspend => vec![Effect::Suspend],
        Action::GoProfiles => go(state, Pane::Profiles),
        Action::GoEditor => go(state, Pane::Editor),
        Action::GoVariables => go(state, Pane::Variables),
        Action::GoDeliveries => go(state, Pane::Deliveries),
        Action::GoTimeline => go(state, Pane::Timeline),
        _ if state.target_beneath().is_pane() => return in_each_pane(state, action),
        _ => return None,
    };
    Some(effects)
}

/// Actions that are the same in each pane.
fn in_each_pane(state: &mut State, action: Action) -> Option<Vec<Effect>> {
    let effects = match action {
        Action::Mouse => {
            let on = !state.mouse.is_on();
            state.mouse.turn(on);
            state.notify(state.settings.keys.spell(if on { MOUSE_ON } else { MOUSE_OFF }));
            vec![Effect::CaptureMouse(on)]
        }
        Action::Receiver => {
            state.overlay = Some(Overlay::Receiver(ReceiverWindow::default()));
            Vec::new()
        }
        Action::Senders => window::senders::open(state),
        Action::Overview => window::overview::open(state),
        Action::Bulk => window::bulk::open(state),
        Action::ShowFailed => deliveries::toggle_failed(state),
        Action::Test => testing::open(state),
        Action::Preview => preview::open(state),
        Action::NextPane | Action::PreviousPane => {
            let at = state.focus.number() - 1;
            let step = if action == Action::NextPane { 1 } else { Pane::ALL.len() - 1 };
            state.focus = Pane::ALL[(at + step) % Pane::ALL.len()];
            Vec::new()
        }
        _ => return None,
    };
    Some(effects)
}

fn go(state: &mut State, pane: Pane) -> Vec<Effect> {
    state.focus = pane;
    Vec::new()
}

/// Runs the action in this line of the table.
#[cfg(test)]
pub fn do_line(state: &mut State, line: usize) -> Vec<Effect> {
    let offer = crate::console::model::offer::entries(state).swap_remove(line);
    match guide::run_offer(state, offer) {
        Next::Done(effects) => effects,
        Next::Do(action) => do_action(state, action),
    }
}
