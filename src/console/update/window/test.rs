//! Updates of the test window.

use crossterm::event::KeyCode;

use crate::console::model::effect::Effect;
use crate::console::model::input::Input;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::test::TestWindow;
use crate::console::update::paste_guard;
use crate::keymap::{Action, Key};

/// Enter sends from anywhere in the window; in the name of a file it reads the file.
pub(in crate::console) fn enter(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    let Some(Overlay::Test(window)) = &mut state.overlay else { return None };
    if !key.is(KeyCode::Enter) {
        return None;
    }
    if let Some(file) = &window.file {
        return Some(vec![Effect::ReadValues(file.text())]);
    }
    Some(if paste_guard::refuses(state, Action::Accept) { Vec::new() } else { send(state) })
}

fn send(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Test(window)) = &mut state.overlay else { return Vec::new() };
    let tested = window.tested().cloned().map(Box::new);
    match tested.and_then(|profile| Ok((profile, window.typed()?))) {
        Ok((profile, (event, values))) => {
            let effect = Effect::Test(profile, event, values);
            state.overlay = None;
            vec![effect]
        }
        Err(error) => {
            window.error = Some(error);
            Vec::new()
        }
    }
}

/// Requests the preview of these values; the window stays beneath it.
fn preview(window: &mut TestWindow) -> Vec<Effect> {
    match window.wanted() {
        Ok(wanted) => vec![Effect::Preview(Box::new(wanted))],
        Err(error) => {
            window.error = Some(error);
            Vec::new()
        }
    }
}

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::Test(window)) = &mut state.overlay else { return Vec::new() };
    match action {
        Action::Accept if window.file.is_some() => {}
        Action::Accept => return send(state),
        Action::NextField => window.step(true),
        Action::PreviousField => window.step(false),
        Action::Left => window.turn(false),
        Action::Right => window.turn(true),
        Action::OtherStep => window.next_event(),
        Action::Preview => return preview(window),
        Action::OpenFile => window.file = Some(Input::line("")),
        Action::Leave if window.file.is_some() => window.file = None,
        Action::Leave => state.overlay = None,
        _ => {}
    }
    Vec::new()
}
