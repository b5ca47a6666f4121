//! Updates of the test window.

use crossterm::event::KeyCode;

use crate::console::model::effect::Effect;
use crate::console::model::input::Input;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::test::samples::SampleChange;
use crate::console::model::window::test::{Naming, TestWindow};
use crate::console::update::paste_guard;
use crate::keymap::{Action, Key};

/// Enter sends from anywhere in the window; in the name of a file it reads the file.
pub(in crate::console) fn enter(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    let Some(Overlay::Test(window)) = &mut state.overlay else { return None };
    if !key.is(KeyCode::Enter) {
        return None;
    }
    match &window.naming {
        Some(Naming::File(file)) => return Some(vec![Effect::ReadValues(file.text())]),
        Some(Naming::Sample(name)) => {
            let name = name.text();
            return Some(save_sample(window, &name));
        }
        None => {}
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

/// Saves the values on the screen as an own sample.
fn save_sample(window: &mut TestWindow, name: &str) -> Vec<Effect> {
    match window.as_sample(name) {
        Ok(sample) => vec![Effect::ChangeSample(window.event, SampleChange::Save(sample))],
        Err(error) => {
            window.error = Some(error);
            Vec::new()
        }
    }
}

/// Removes the selected own sample when asked for twice: its values stay on the screen.
fn remove_sample(window: &mut TestWindow) -> Vec<Effect> {
    let Some(name) = window.own_sample().map(|sample| sample.name.clone()) else { return Vec::new() };
    if window.removing.as_ref() == Some(&name) {
        return vec![Effect::ChangeSample(window.event, SampleChange::Remove(name))];
    }
    window.removing = Some(name);
    Vec::new()
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
        Action::Accept if window.naming.is_some() => {}
        Action::Accept => return send(state),
        Action::NextField => window.step(true),
        Action::PreviousField => window.step(false),
        Action::Left => window.turn(false),
        Action::Right => window.turn(true),
        Action::OtherStep => window.next_event(),
        Action::Preview => return preview(window),
        Action::OpenFile => window.naming = Some(Naming::File(Input::line(""))),
        Action::SaveSample => {
            let name = window.own_sample().map_or("", |sample| &sample.name);
            window.naming = Some(Naming::Sample(Input::line(name)));
        }
        Action::RemoveSample => return remove_sample(window),
        Action::Leave if window.removing.is_some() => window.removing = None,
        Action::Leave if window.naming.is_some() => (window.naming, window.error) = (None, None),
        Action::Leave => state.overlay = None,
        _ => {}
    }
    Vec::new()
}
