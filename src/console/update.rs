//! The console as a function: a message changes the state, and asks for effects.

use std::sync::Arc;

use crossterm::event::KeyCode;
use jiff::Timestamp;

use crate::delivery::Sending;
use crate::keymap::{Action, Key, Meaning};
use crate::profile::Choice as _;
use crate::receiver::Received;
use crate::store::Revision;

use super::ahead::{MOST_HELD, insists, is_opening, is_quit, is_typed, opens};
use super::editor::{self, Editor};
use super::message::{Effect, Message};
use super::overlay::{self, Guide, Overlay, Question, ReceiverWindow, Uncopied, guide};
use super::possible::why_not;
use super::state::{Pane, State, Watched};
use super::target::Target;
use super::theme::Depth;
use super::{
    alone, deliveries, opening, pausing, pointer, preview, profiles, programs, testing, variables, view,
};

/// Actions that only move the eye.
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

/// Said when the mouse is ours.
const MOUSE_ON: &str =
    "The mouse clicks and scrolls here; with Shift held the terminal selects · {mouse} gives it back";
/// Said when it is not.
const MOUSE_OFF: &str = "The mouse is the terminal's again, for its own selection";
/// Said when the terminal lost the end of pasted text.
const PASTE_CUT: &str = "The terminal did not send the end of the pasted text: check what arrived";

/// What is asked for at the start.
#[must_use]
pub fn start(state: &State) -> Vec<Effect> {
    vec![
        Effect::LoadProfiles,
        Effect::LoadOwnVariables,
        Effect::LoadHolds,
        Effect::LoadUnsaved,
        Effect::LoadDeliveries(state.deliveries.query()),
        Effect::LoadCounts,
    ]
}

/// Takes a message. Touches no terminal, disk, clock or network.
///
/// What is typed while a window or the editor is about to open is meant for it, so it is held until
/// then.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    if state.opening && insists(state, &message) {
        return vec![Effect::Quit];
    }
    if state.opening && is_typed(&message) {
        if state.held.len() < MOST_HELD {
            state.held.push_back(message);
        }
        return Vec::new();
    }
    if opens(&message) {
        state.opening = false;
    }
    let mut effects = take(state, message);
    loop {
        state.opening |= effects.iter().any(is_opening);
        if state.opening {
            return effects;
        }
        let Some(held) = state.held.pop_front() else { return effects };
        effects.extend(take(state, held));
    }
}

#[allow(clippy::too_many_lines, reason = "one arm a message")]
fn take(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(key) => {
            state.in_burst = false;
            self::key(state, key)
        }
        Message::BurstKey(key) => {
            state.in_burst = true;
            self::key(state, key)
        }
        Message::PasteCut => {
            state.complain(PASTE_CUT);
            Vec::new()
        }
        Message::Paste(text) => paste(state, &text),
        Message::Pointer(pointer) => pointer::point(state, pointer),
        Message::Resize(columns, lines) => {
            state.size = (columns, lines);
            Vec::new()
        }
        Message::Now(now) => {
            state.now = now;
            Vec::new()
        }
        Message::Drawn(at) => {
            drawn(state, at);
            Vec::new()
        }
        Message::Profiles(rows) => profiles::listed(state, rows),
        Message::Profile(id, profile, purpose) => opening::loaded(state, &id, profile, purpose),
        Message::Fresh(draft, identity) => opening::fresh(state, *draft, identity),
        Message::Saved(profile) => opening::saved(state, *profile),
        Message::Switched(profile) => opening::switched(state, *profile),
        Message::AskDelete(id, title, pending) => profiles::ask_delete(state, id, &title, pending),
        Message::Deleted(id, held) => profiles::deleted(state, &id, held),
        Message::Restored(restored) => profiles::restored(state, restored.as_deref()),
        Message::Unsaved(drafts) => opening::bring_back(state, drafts),
        Message::OwnVariables(all) => variables::taken(state, all),
        Message::VariableStored(all, at, done) => variables::stored(state, all, at.as_ref(), done),
        Message::Previewed(wanted, made) => preview::show(state, &wanted, made.map(|made| *made)),
        Message::TestValues(id, values) => {
            testing::remember(state, &id, values);
            Vec::new()
        }
        Message::FileValues(name, values) => {
            if let Some(Overlay::Test(window)) = &mut state.overlay {
                window.take_file(name, values);
            }
            Vec::new()
        }
        Message::Accepted(id, kind) => {
            state.testing.push(Watched { id, kind });
            state.say(testing::TESTING);
            deliveries::show_new(state)
        }
        Message::Deliveries(query, found) => {
            testing::watch(state, &found.rows);
            deliveries::set(state, &query, found)
        }
        Message::Many(news) => {
            deliveries::many::news(state, news);
            Vec::new()
        }
        Message::Newer(query, count) => {
            state.deliveries.take_newer(&query, count);
            Vec::new()
        }
        Message::Details(details) => {
            testing::watch(state, std::slice::from_ref(&details.summary));
            deliveries::set_details(state, details);
            Vec::new()
        }
        Message::Counts(counts) => {
            state.counts = counts;
            Vec::new()
        }
        Message::Holds(holds) => pausing::taken(state, *holds),
        Message::StoreChanged => vec![Effect::LoadRevision],
        Message::Revision(revision) => revised(state, revision),
        Message::Unreadable(why) => {
            unreadable(state, why);
            Vec::new()
        }
        Message::Conflict(mine, theirs) => opening::conflict(state, mine, theirs),
        Message::Unusable(error) => {
            (state.leave_after_save, state.open_after_save) = (false, None);
            editor::unusable(state, error);
            Vec::new()
        }
        Message::Draft(draft) => opening::kept(state, *draft),
        Message::Sending(sending) => {
            self::sending(state, sending);
            Vec::new()
        }
        Message::Receiver(address) => {
            receiver(state, address);
            Vec::new()
        }
        Message::ReceiverEnded => {
            state.receiver.address = None;
            let text =
                "The receiver has ended by itself: {receiver} and {receiver-window-toggle} start it again";
            state.complain(state.settings.keys.spell(text));
            Vec::new()
        }
        Message::Received(arrival) => {
            received(state, arrival.request());
            Vec::new()
        }
        Message::RequestsDropped(requests) => {
            state.receiver.arrived.count_dropped(requests);
            Vec::new()
        }
        Message::Done(text) => {
            state.praise(text);
            Vec::new()
        }
        Message::Refused(why) => {
            state.complain(state.settings.keys.spell(why));
            Vec::new()
        }
        Message::Failed(text) => {
            (state.leave_after_save, state.open_after_save) = (false, None);
            state.deliveries.read_failed();
            state.complain(text);
            Vec::new()
        }
        Message::Warning(text) => {
            state.complain(text);
            Vec::new()
        }
        Message::LogPinned(why) => {
            log_pinned(state, why);
            Vec::new()
        }
        Message::Uncopied(text, what, why) => {
            state.overlay = Some(Overlay::Uncopied(Box::new(Uncopied::new(text, what, why))));
            Vec::new()
        }
        Message::Returned(returned) => programs::returned(state, *returned),
        Message::Terminate(_) | Message::Panicked => vec![Effect::Quit],
    }
}

/// What the sender does; its trouble is said when it is news, and when it is over.
fn sending(state: &mut State, sending: Sending) {
    match (&sending.trouble, &state.sending.trouble) {
        (Some(trouble), before) if before.as_ref() != Some(trouble) => state.complain(trouble.clone()),
        (None, Some(_)) => state.praise("The sender is out of trouble"),
        _ => {}
    }
    state.sending = sending;
}

/// A question that is on the screen can be read from now on.
fn drawn(state: &mut State, at: Timestamp) {
    if matches!(state.target(), Target::Window(_))
        && !view::too_small(state.size)
        && let Some(Overlay::Question(question)) = &mut state.overlay
    {
        question.drawn(at);
    }
}

/// Says that the write-ahead log cannot shrink, or can again, where that is news.
fn log_pinned(state: &mut State, why: Option<String>) {
    match (&why, &state.log_pinned) {
        (Some(now), before) if before.as_ref() != Some(now) => state.complain(now.clone()),
        (None, Some(_)) => state.praise("The write-ahead log can shrink again"),
        _ => {}
    }
    state.log_pinned = why;
}

fn unreadable(state: &mut State, why: String) {
    if state.unreadable.as_ref() != Some(&why) {
        state.complain(why.clone());
        state.unreadable = Some(why);
    }
}

fn receiver(state: &mut State, address: Option<String>) {
    match &address {
        Some(address) => state.praise(format!("The receiver listens on http://{address}/")),
        None => state.say("The receiver is off"),
    }
    state.receiver.address = address;
}

/// A key: first for text that is typed, then for the action that it stands for.
fn key(state: &mut State, key: Key) -> Vec<Effect> {
    if view::too_small(state.size) {
        // A question could not be seen; what was typed is kept as a draft.
        return if is_quit(state, key) && !state.in_burst { vec![Effect::Quit] } else { Vec::new() };
    }
    if let Some(first) = state.pending.take() {
        return second(state, first, key);
    }
    let typed = match state.target() {
        Target::Guide(_) => guide::key(state, key),
        Target::Window(_) => overlay::key(state, key),
        Target::Editor(_) => return editor_key(state, key),
        Target::Pane(Pane::Profiles) => profiles::type_search(state, key),
        Target::Pane(Pane::Variables) => variables::type_filter(state, key),
        Target::Pane(Pane::Deliveries | Pane::Timeline) => deliveries::search::key(state, key),
        Target::Pane(Pane::Editor) => None,
    };
    typed.unwrap_or_else(|| resolved(state, key))
}

/// In the editor a key that writes text is never an action, and in a text arrows belong to the text first.
fn editor_key(state: &mut State, key: Key) -> Vec<Effect> {
    if let Some(effects) = editor::complete(state, key) {
        return effects;
    }
    let in_text = state.editor.as_ref().is_some_and(|e| e.focus().is_text());
    let arrow = matches!(key.code(), KeyCode::Left | KeyCode::Right);
    // A letter or digit chooses where there is a choice; it is an action nowhere in the editor.
    let for_text = key.is_text() || (in_text && arrow);
    if !for_text && state.meaning(key).is_some() {
        // Space belongs to what has the keyboard.
        return resolved(state, key);
    }
    editor::key(state, key).unwrap_or_else(|| unknown(state, &key.to_string()))
}

fn resolved(state: &mut State, key: Key) -> Vec<Effect> {
    match state.meaning(key) {
        Some(Meaning::Does(action)) => do_action(state, action),
        Some(Meaning::Begins) => {
            state.pending = Some(key);
            Vec::new()
        }
        None => unknown(state, &key.to_string()),
    }
}

/// The second of two keys in a row: it completes them, or ends them. Only a key does; no time passes.
fn second(state: &mut State, first: Key, key: Key) -> Vec<Effect> {
    if key.is(KeyCode::Esc) {
        return Vec::new();
    }
    match state.settings.keys.resolve_two(first, key, &state.target().scopes()) {
        Some(action) => do_action(state, action),
        None => unknown(state, &format!("{first}{key}")),
    }
}

/// Keys that do nothing where they are pressed: says where they do something, or where to look.
fn unknown(state: &mut State, keys: &str) -> Vec<Effect> {
    let text = if state.target().is_pane() {
        let mut elsewhere = state.settings.keys.entries().filter(|(entry, _)| entry.scope.is_pane());
        let other = elsewhere.find(|(_, theirs)| theirs.iter().any(|k| k.to_string() == keys));
        match other {
            Some((entry, _)) => {
                format!("{keys} does nothing here · {}: {}", entry.scope.title(), entry.label())
            }
            None => {
                format!("{keys} does nothing here · {} shows every key", state.key_here("help"))
            }
        }
    } else {
        format!("{keys} does nothing in this window · {} shows what does", state.key_here("help"))
    };
    state.complain(text);
    Vec::new()
}

/// Does an action where the keyboard is, or says why it cannot be done.
pub(super) fn do_action(state: &mut State, action: Action) -> Vec<Effect> {
    if let Some(why) = why_not(state, action) {
        state.complain(format!("{}: {why}", state.label(action)));
        return Vec::new();
    }
    if alone::refuses(state, action) || is_too_early(state, action) {
        return Vec::new();
    }
    // What was said is about what was done before; moving about leaves it to be read.
    if !MOVES.contains(&action) {
        state.notice = None;
    }
    if let Some(effects) = everywhere(state, action) {
        return effects;
    }
    match state.target() {
        Target::Guide(_) => guide::act(state, action),
        Target::Window(_) => overlay::act(state, action),
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

/// Whether the action would answer a question that nobody can have read. Nothing is said of it: who
/// pressed the key did not mean the question.
fn is_too_early(state: &State, action: Action) -> bool {
    let Target::Window(Overlay::Question(question)) = state.target() else { return false };
    question.is_too_new(action, state.now)
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
            state.say(format!("Theme {}{none}", theme.name.name()));
            Vec::new()
        }
        Action::Suspend => vec![Effect::Suspend],
        Action::Mouse if state.overlay.is_none() => {
            let on = !state.mouse.is_on();
            state.mouse.turn(on);
            state.say(state.settings.keys.spell(if on { MOUSE_ON } else { MOUSE_OFF }));
            vec![Effect::CaptureMouse(on)]
        }
        Action::Receiver if state.overlay.is_none() => {
            state.overlay = Some(Overlay::Receiver(ReceiverWindow::default()));
            Vec::new()
        }
        Action::Test if state.overlay.is_none() => testing::open(state),
        Action::Preview if state.overlay.is_none() => preview::open(state),
        Action::NextPane | Action::PreviousPane if state.overlay.is_none() => {
            let at = state.focus.number() - 1;
            let step = if action == Action::NextPane { 1 } else { Pane::ALL.len() - 1 };
            state.focus = Pane::ALL[(at + step) % Pane::ALL.len()];
            Vec::new()
        }
        Action::GoProfiles => go(state, Pane::Profiles),
        Action::GoEditor => go(state, Pane::Editor),
        Action::GoVariables => go(state, Pane::Variables),
        Action::GoDeliveries => go(state, Pane::Deliveries),
        Action::GoTimeline => go(state, Pane::Timeline),
        _ => return None,
    };
    Some(effects)
}

fn go(state: &mut State, pane: Pane) -> Vec<Effect> {
    state.focus = pane;
    Vec::new()
}

fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    if view::too_small(state.size) {
        return Vec::new();
    }
    match state.target() {
        Target::Guide(_) => guide::paste(state, text),
        Target::Window(_) => overlay::paste(state, text),
        Target::Editor(_) => return editor::paste(state, text),
        Target::Pane(Pane::Profiles) if state.profiles.is_typing() => {
            return profiles::paste_search(state, text);
        }
        Target::Pane(Pane::Variables) if state.variables.is_typing() => variables::paste_filter(state, text),
        Target::Pane(Pane::Deliveries | Pane::Timeline) if state.deliveries.is_typing() => {
            return deliveries::search::paste(state, text);
        }
        Target::Pane(_) => {}
    }
    Vec::new()
}

/// Reads anew what has changed, by whichever session.
fn revised(state: &mut State, revision: Revision) -> Vec<Effect> {
    // What could not be read may have changed in between, without a number for it.
    let again = state.unreadable.take().is_some();
    if again {
        state.praise("The database can be read again");
    }
    let before = std::mem::replace(&mut state.revision, revision);
    let mut effects = Vec::new();
    if again || revision.profiles != before.profiles {
        effects.push(Effect::LoadProfiles);
    }
    if again || revision.variables != before.variables {
        effects.push(Effect::LoadOwnVariables);
    }
    if again || revision.steering != before.steering {
        effects.push(Effect::LoadHolds);
    }
    if again || revision.deliveries != before.deliveries {
        effects.extend(deliveries::changed(state));
        effects.push(Effect::LoadCounts);
    }
    effects
}

fn received(state: &mut State, request: Arc<Received>) {
    state.receiver.arrived.push(request);
    if let Some(window) = state.overlay.as_mut().and_then(Overlay::receiver) {
        window.pushed(state.receiver.arrived.len());
    }
}
