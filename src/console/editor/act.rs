//! What keys and actions do in the editor.

use crossterm::event::KeyCode;

use crate::console::input::Typed;
use crate::console::message::Effect;
use crate::console::overlay::{Overlay, Question};
use crate::console::state::{Pane, State, Tone};
use crate::console::{alone, programs};
use crate::keymap::{Action, Key};
use crate::profile::{Choice as _, Draft, Event, Field, Profile};

use super::item::{self, Button, Item, Step};
use super::{Editor, insert, text};

/// Why an action cannot be done now; `None` when it can.
#[must_use]
pub fn why_not(state: &State, action: Action) -> Option<&'static str> {
    let editor = state.editor.as_ref()?;
    match action {
        Action::EditBody | Action::EditProfile => programs::why_not(state, action),
        Action::Save if !editor.is_changed() && !editor.is_new => Some("nothing has changed"),
        Action::Left | Action::Right if !matches!(editor.focus, Item::Choice(_) | Item::Button(_)) => {
            Some("there is no choice in this field")
        }
        _ => None,
    }
}

/// A key that is no action here: text, or a way through the fields. `None` when it means nothing.
pub fn key(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    let editor = state.editor.as_mut()?;
    let killed = std::mem::take(&mut editor.killed);
    if let Some((field, input)) = editor.input() {
        input.lend(killed);
        let typed = input.key(key);
        let value = (typed == Typed::Changed).then(|| input.text());
        editor.killed = input.take_killed();
        match (typed, value) {
            (Typed::Changed, Some(value)) => {
                // What was wrong may be mended by this key.
                state.notice.take_if(|notice| notice.tone == Tone::Bad);
                editor.completion = Some(0);
                text::set_text(&mut editor.draft, field, value);
                editor.touched.fields.insert(field);
                editor.check();
                return Some(keep(state));
            }
            (Typed::Ignored, _) => {}
            _ => return Some(Vec::new()),
        }
    }
    match key.code() {
        KeyCode::Up => Some(step_field(editor, false)),
        KeyCode::Down => Some(step_field(editor, true)),
        KeyCode::Enter if !matches!(editor.focus, Item::Button(_) | Item::Body) => {
            Some(step_field(editor, true))
        }
        KeyCode::Enter | KeyCode::Char(' ') => Some(press(state)),
        KeyCode::Char(c) if key.is_text() => Some(choose(state, c)),
        _ => None,
    }
}

/// A letter or digit in a choice takes the next option that begins with it.
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

/// Text pasted into the editor.
pub fn paste(state: &mut State, pasted: &str) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    let Some((field, input)) = editor.input() else { return Vec::new() };
    input.paste(pasted);
    let value = input.text();
    text::set_text(&mut editor.draft, field, value);
    editor.touched.fields.insert(field);
    editor.check();
    keep(state)
}

/// Does an action of this pane.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    match action {
        Action::NextField => step_field(editor, true),
        Action::PreviousField => step_field(editor, false),
        Action::OtherStep => {
            go_to_step(editor, if editor.step == Step::Basics { Step::Advanced } else { Step::Basics })
        }
        Action::Left => turn(state, false),
        Action::Right => turn(state, true),
        Action::Secrets => {
            editor.show_secrets = !editor.show_secrets;
            Vec::new()
        }
        Action::Save => save(state),
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

/// Saves, or goes to the first field in error.
pub fn save(state: &mut State) -> Vec<Effect> {
    let Some(profile) = checked(state, "saved") else { return Vec::new() };
    let seen = state.editor.as_ref().and_then(Editor::seen);
    vec![Effect::SaveProfile(Box::new(profile), seen)]
}

/// The profile on the screen, to be `done`; with errors, goes to the first one and says how many.
pub fn checked(state: &mut State, done: &str) -> Option<Profile> {
    let editor = state.editor.as_mut()?;
    match editor.profile() {
        Ok(profile) => Some(profile),
        Err(errors) => {
            editor.go_to_error();
            state.focus = Pane::Editor;
            let first = errors.first().map(|e| format!("{}: {}", e.field.label(), e.message));
            let more = match errors.len() {
                0 | 1 => String::new(),
                n => format!(" · and {} more", n - 1),
            };
            state.complain(format!("Not {done} · {}{more}", first.unwrap_or_default()));
            None
        }
    }
}

fn leave(state: &mut State) -> Vec<Effect> {
    let Some(editor) = &state.editor else { return Vec::new() };
    if editor.is_changed() {
        state.overlay = Some(Overlay::Question(Question::leave()));
        return Vec::new();
    }
    close(state)
}

/// Closes the editor without a question, and forgets what was not saved.
pub fn close(state: &mut State) -> Vec<Effect> {
    state.focus = Pane::Profiles;
    match state.editor.take() {
        Some(editor) if editor.kept => vec![Effect::DropDraft(editor.id().clone())],
        _ => Vec::new(),
    }
}

/// What was typed goes to disk.
pub fn keep(state: &mut State) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    editor.kept = true;
    vec![Effect::KeepDraft(Box::new(editor.unsaved(state.now)))]
}

fn step_field(editor: &mut Editor, forward: bool) -> Vec<Effect> {
    if let Some(field) = editor.focus.field() {
        editor.touched.fields.insert(field);
    }
    let items = editor.items();
    let count = items.len();
    let at = items.iter().position(|i| *i == editor.focus).unwrap_or(0);
    let next = if forward { (at + 1) % count } else { (at + count - 1) % count };
    go_to(editor, items[next].clone());
    Vec::new()
}

/// Gives an item the keyboard.
pub(super) fn go_to(editor: &mut Editor, item: Item) {
    editor.focus = item;
    editor.drop_empty_rows();
}

pub(super) fn go_to_step(editor: &mut Editor, step: Step) -> Vec<Effect> {
    editor.step = step;
    editor.scroll.set(0);
    if let Some(first) = editor.items().into_iter().next() {
        editor.focus = first;
    }
    editor.drop_empty_rows();
    Vec::new()
}

/// Enter on a button, or Space on anything that is no text.
pub(super) fn press(state: &mut State) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    match editor.focus.clone() {
        Item::Button(Button::Test) => crate::console::testing::open(state),
        Item::Button(Button::Save) => {
            if alone::refuses(state, Action::Save) {
                Vec::new()
            } else {
                save(state)
            }
        }
        Item::Button(Button::Next) => go_to_step(editor, Step::Advanced),
        Item::Button(Button::Back) => go_to_step(editor, Step::Basics),
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
        editor.check();
    }
    keep(state)
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
            step_field(editor, forward)
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

/// Takes an option of a choice.
fn take(state: &mut State, field: Field, name: String) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    let old = editor.draft.channel();
    editor.set(field, name);
    match field {
        Field::Channel => follow_channel(editor, old),
        // With retries the timeout is mandatory, which is said at once.
        Field::RetryCount => {
            editor.touched.fields.insert(Field::RetryTimeout);
        }
        _ => {}
    }
    changed(state, field)
}

/// Another channel has other events, and another interval to begin with.
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

impl Editor {
    /// Inserts variables at their place, and goes there.
    pub fn insert(&mut self, names: &[String]) -> Field {
        let (field, value) = insert::inserted(&self.draft, names);
        self.set(field, value);
        self.step = Step::Basics;
        self.focus = if field == Field::Body { Item::Body } else { Item::Text(field) };
        field
    }

    /// The variables as they fit where they will be pasted.
    #[must_use]
    pub fn clipboard_text(&self, names: &[String]) -> String {
        insert::clipboard_text(&self.draft, names)
    }

    /// Takes over what is on disk now. What was typed since then stays, unsaved.
    pub fn saved(&mut self, profile: &Profile) {
        self.identity.created_at = profile.created_at;
        self.identity.modified_at = profile.modified_at;
        self.is_new = false;
        let before = std::mem::replace(&mut self.saved, profile.into());
        if !self.profile().is_ok_and(|typed| Draft::from(&typed) == self.saved) {
            self.keep_typed(&before);
            return;
        }
        self.draft = self.saved.clone();
        // Saving may have moved things (user and password of the URL), so the fields are read anew.
        self.inputs.clear();
        if !self.items().contains(&self.focus) {
            self.focus = Item::Text(Field::Title);
            self.step = Step::Basics;
        }
        self.check();
    }

    /// Only what the editor does not show comes from disk: the status, switched in the list, and the
    /// channel, which is fixed now.
    fn keep_typed(&mut self, before: &Draft) {
        if self.draft.status == before.status {
            self.draft.status.clone_from(&self.saved.status);
        }
        if self.draft.channel != self.saved.channel {
            self.draft.channel.clone_from(&self.saved.channel);
            self.draft.events.clone_from(&self.saved.events);
        }
        self.check();
    }
}
