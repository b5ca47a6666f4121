//! Keys and actions of the editor.

use crossterm::event::KeyCode;

use crate::console::model::editor::item::{self, Button, Item, Step};
use crate::console::model::editor::{Editor, text};
use crate::console::model::effect::{AfterSave, Effect};
use crate::console::model::input::InputResult;
use crate::console::model::notice::Tone;
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::question::Question;
use crate::console::update::editor::{curl, saving, steps};
use crate::console::update::{paste_guard, programs};
use crate::keymap::{Action, Key};
use crate::profile::{Choice as _, Event, Field, is_curl};

/// A key that is not an action: it types text, or moves the focus. `None` if it means nothing.
pub fn key(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    let editor = state.editor.as_mut()?;
    let killed = std::mem::take(&mut editor.killed);
    if let Some((field, input)) = editor.input() {
        input.lend(killed);
        let typed = input.key(key);
        let value = (typed == InputResult::Changed).then(|| input.text());
        editor.killed = input.take_killed();
        match (typed, value) {
            (InputResult::Changed, Some(value)) => {
                // This key may fix the error.
                state.notice.take_if(|notice| notice.tone == Tone::Bad);
                editor.completion = Some(0);
                text::set_text(&mut editor.draft, field, value);
                editor.touched.fields.insert(field);
                editor.changed();
                return Some(saving::keep(state));
            }
            (InputResult::Ignored, _) => {}
            _ => return Some(Vec::new()),
        }
    }
    match key.code() {
        KeyCode::Up => Some(steps::step_field(editor, false)),
        KeyCode::Down => Some(steps::step_field(editor, true)),
        KeyCode::Enter if !matches!(editor.focus, Item::Variables | Item::Button(_) | Item::Body) => {
            Some(steps::step_field(editor, true))
        }
        KeyCode::Enter | KeyCode::Char(' ') => Some(press(state)),
        KeyCode::Char(c) if key.is_text() => Some(choose(state, c)),
        _ => None,
    }
}

/// A letter or digit in a choice selects the next option that starts with it.
fn choose(state: &mut State, c: char) -> Vec<Effect> {
    let Some(editor) = &state.editor else { return Vec::new() };
    let Item::Choice(field) = editor.focus else { return Vec::new() };
    let options = item::options(field, &editor.draft, &editor.rules);
    let current = text::text(&editor.draft, field);
    let at = options.iter().position(|(name, _)| name == current).unwrap_or(0);
    let begins = |label: &str| label.chars().next().is_some_and(|first| first.eq_ignore_ascii_case(&c));
    let count = options.len();
    let next = (1..=count).map(|step| (at + step) % count).find(|n| begins(&options[*n].1));
    match next {
        Some(next) => take(state, field, options[next].0.clone()),
        None => Vec::new(),
    }
}

/// Text pasted into the editor; a curl command in the Endpoint fills in the other fields too.
pub fn paste(state: &mut State, pasted: &str) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    if editor.focus == Item::Text(Field::Endpoint) && is_curl(pasted) {
        return curl::take(state, pasted);
    }
    let Some((field, input)) = editor.input() else { return Vec::new() };
    input.paste(pasted);
    let value = input.text();
    text::set_text(&mut editor.draft, field, value);
    editor.touched.fields.insert(field);
    editor.changed();
    saving::keep(state)
}

/// Does an action of this pane.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    match action {
        Action::NextField => steps::step_field(editor, true),
        Action::PreviousField => steps::step_field(editor, false),
        Action::OtherStep => {
            steps::go_to_step(editor, if editor.step == Step::Basics { Step::Advanced } else { Step::Basics })
        }
        Action::Left => turn(state, false),
        Action::Right => turn(state, true),
        Action::Secrets => {
            editor.show_secrets = !editor.show_secrets;
            Vec::new()
        }
        Action::Save => saving::save(state, AfterSave::default()),
        Action::Variables => {
            state.focus = Pane::Variables;
            Vec::new()
        }
        Action::Leave => leave(state),
        Action::EditBody => programs::open_body(state),
        Action::EditProfile => programs::open_profile(state),
        _ => Vec::new(),
    }
}

fn leave(state: &mut State) -> Vec<Effect> {
    let Some(editor) = &state.editor else { return Vec::new() };
    if editor.is_changed() {
        state.overlay = Some(Overlay::Question(Question::leave()));
        return Vec::new();
    }
    saving::close(state)
}

/// Enter on a button, or Space on anything that is not text.
pub(in crate::console) fn press(state: &mut State) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    match editor.focus.clone() {
        Item::Button(Button::Test) => crate::console::update::testing::open(state),
        Item::Button(Button::Save) => {
            if paste_guard::refuses(state, Action::Save) {
                Vec::new()
            } else {
                saving::save(state, AfterSave::default())
            }
        }
        Item::Variables => act(state, Action::Variables),
        Item::Button(Button::Next) => steps::go_to_step(editor, Step::Advanced),
        Item::Button(Button::Back) => steps::go_to_step(editor, Step::Basics),
        Item::Choice(_) => turn(state, true),
        Item::Event(event) => {
            toggle(&mut editor.draft.events, event.name());
            order_events(editor);
            changed(state, Field::Events)
        }
        Item::Parameter(name) => {
            toggle(&mut editor.draft.enc_parameters, &name);
            changed(state, Field::EncParameters)
        }
        Item::Switch(field) => {
            let switch = match field {
                Field::EncRandomIv => &mut editor.draft.enc_random_iv,
                Field::Http2 => &mut editor.draft.http2,
                Field::Ordered => &mut editor.draft.ordered,
                Field::AutoEnable => &mut editor.draft.probe,
                _ => &mut editor.draft.encryption,
            };
            *switch = !*switch;
            changed(state, field)
        }
        Item::Text(_) | Item::Body => Vec::new(),
    }
}

fn changed(state: &mut State, field: Field) -> Vec<Effect> {
    if let Some(editor) = &mut state.editor {
        editor.touched.fields.insert(field);
        editor.changed();
    }
    saving::keep(state)
}

fn toggle(names: &mut Vec<String>, name: &str) {
    match names.iter().position(|n| n == name) {
        Some(at) => {
            names.remove(at);
        }
        None => names.push(name.to_owned()),
    }
}

fn order_events(editor: &mut Editor) {
    let order = |name: &String| Event::ALL.iter().position(|e| e.name() == name);
    editor.draft.events.sort_by_key(order);
}

/// The next or the previous option of a choice.
fn turn(state: &mut State, forward: bool) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    let Item::Choice(field) = editor.focus else {
        return if matches!(editor.focus, Item::Button(_)) {
            steps::step_field(editor, forward)
        } else {
            Vec::new()
        };
    };
    let options = item::options(field, &editor.draft, &editor.rules);
    let current = text::text(&editor.draft, field);
    let at = options.iter().position(|(name, _)| name == current).unwrap_or(0);
    let count = options.len().max(1);
    let next = if forward { (at + 1) % count } else { (at + count - 1) % count };
    let Some((name, _)) = options.into_iter().nth(next) else { return Vec::new() };
    take(state, field, name)
}

/// Selects an option of a choice.
fn take(state: &mut State, field: Field, name: String) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    let old = editor.draft.channel();
    editor.set(field, name);
    match field {
        Field::Channel => follow_channel(editor, old),
        // With retries the timeout is mandatory, which is shown at once.
        Field::RetryCount => {
            editor.touched.fields.insert(Field::RetryTimeout);
        }
        _ => {}
    }
    changed(state, field)
}

/// Another channel has other events, and another default interval.
fn follow_channel(editor: &mut Editor, old: Option<crate::profile::Channel>) {
    let Some(channel) = editor.draft.channel() else { return };
    editor.draft.events = channel.events().iter().take(1).map(|e| e.name().to_owned()).collect();
    let usual = old.map(|c| c.usual_interval_s().to_string());
    if usual.as_deref() == Some(editor.draft.retry_interval.as_str()) {
        let touched = editor.touched.clone();
        editor.set(Field::RetryInterval, channel.usual_interval_s().to_string());
        editor.touched = touched;
    }
}
