//! The console as a function: a message changes the state, and asks for effects.

pub(super) mod action;
mod apis;
mod bulk_results;
mod deliveries;
mod editor;
mod guide;
mod health;
mod in_flight;
mod key;
mod mouse;
mod opening;
mod paste;
mod paste_guard;
mod pausing;
mod preview;
mod profile_text;
mod profiles;
mod programs;
mod recent;
mod testing;
pub(super) mod type_ahead;
mod variables;
mod verifying;
mod window;

use std::sync::Arc;

use jiff::Timestamp;

use crate::console::model::awaited::Awaits;
use crate::console::model::effect::{AfterSave, Effect, Request};
use crate::console::model::layout;
use crate::console::model::message::Message;
use crate::console::model::notice::TESTING;
use crate::console::model::pane::Pane;
use crate::console::model::state::{State, WatchedDelivery};
use crate::console::model::target::Target;
use crate::console::model::window::Overlay;
use crate::console::model::window::copy_failed::CopyFailed;
use crate::console::update::deliveries::bulk;
use crate::console::update::editor::{checking, files};
use crate::console::update::type_ahead::MAX_TYPE_AHEAD;
use crate::delivery::SenderStatus;
use crate::receiver::Received;
use crate::record::Kind;
use crate::storage::Revision;

/// Shown when the terminal lost the end of pasted text.
const PASTE_CUT: &str = "The terminal did not send the end of the pasted text: check what arrived";

/// The effects at the start.
#[must_use]
pub fn start(state: &mut State) -> Vec<Request> {
    let effects = vec![
        Effect::LoadProfiles,
        Effect::LoadOwnVariables,
        Effect::LoadBlocks,
        apis::load(state),
        bulk_results::load(state),
        Effect::LoadUnsaved,
        Effect::LoadDeliveries(state.deliveries.query()),
        Effect::LoadCounts,
    ];
    ask(state, effects).collect()
}

/// Takes a message. Touches no terminal, disk, clock or network.
///
/// Keys typed while a window or the editor is about to open are meant for it, so they are queued until then.
pub fn update(state: &mut State, message: Message) -> Vec<Request> {
    if state.awaited.is_opening() && type_ahead::insists(state, &message) {
        return ask(state, vec![Effect::Quit]).collect();
    }
    if state.awaited.is_opening() && type_ahead::is_typed(&message) {
        if state.type_ahead.len() < MAX_TYPE_AHEAD {
            state.type_ahead.push_back(message);
        }
        return Vec::new();
    }
    let (awaits, messages) = match message {
        Message::Result(ticket, messages) => (state.awaited.take(ticket), messages),
        event => (None, vec![event]),
    };
    let mut requests = Vec::new();
    for message in messages {
        let effects = take(state, message, awaits.as_ref());
        requests.extend(ask(state, effects));
        end_searches(state);
        let check = checking::check(state);
        requests.extend(ask(state, check));
    }
    while !state.awaited.is_opening()
        && let Some(held) = state.type_ahead.pop_front()
    {
        let effects = take(state, held, None);
        requests.extend(ask(state, effects));
        end_searches(state);
        let check = checking::check(state);
        requests.extend(ask(state, check));
    }
    requests
}

/// A search that is being typed ends when its pane loses the focus: its text stays in force; an empty search is
/// closed.
fn end_searches(state: &mut State) {
    let State { focus, profiles, variables, deliveries, .. } = state;
    if *focus != Pane::Profiles && std::mem::take(&mut profiles.typing) && profiles.is_search_empty() {
        profiles.end_search();
    }
    if *focus != Pane::Variables && std::mem::take(&mut variables.typing) {
        variables.filter.take_if(|filter| filter.text().is_empty());
    }
    if *focus != Pane::Deliveries {
        deliveries.search.typing = false;
    }
}

fn ask(state: &mut State, effects: impl IntoIterator<Item = Effect>) -> impl Iterator<Item = Request> {
    effects.into_iter().map(|effect| state.awaited.ask(effect))
}

#[allow(clippy::too_many_lines, reason = "one arm a message")]
fn take(state: &mut State, message: Message, awaits: Option<&Awaits>) -> Vec<Effect> {
    match message {
        // Only one effect has this result.
        Message::Result(_, messages) => {
            messages.into_iter().flat_map(|message| take(state, message, awaits)).collect()
        }
        Message::Key(key) => {
            state.in_burst = false;
            key::key(state, key)
        }
        Message::BurstKey(key) => {
            state.in_burst = true;
            key::key(state, key)
        }
        Message::PasteCut => {
            state.notify_error(PASTE_CUT);
            Vec::new()
        }
        Message::Paste(text) => paste::paste(state, &text),
        Message::Pointer(pointer) => mouse::handle(state, pointer),
        Message::Resize(columns, lines) => {
            state.size = (columns, lines);
            Vec::new()
        }
        Message::Now(now) => {
            state.now = now;
            let mut effects = window::senders::refresh(state);
            effects.extend(window::overview::refresh(state));
            effects.extend(recent::refresh(state));
            effects.extend(apis::refresh(state));
            effects.extend(bulk_results::refresh(state));
            effects
        }
        Message::Drawn(at) => {
            drawn(state, at);
            Vec::new()
        }
        Message::Profiles(rows) => profiles::listed(state, rows),
        Message::Profile(id, profile, purpose) => opening::loaded(state, &id, profile, purpose),
        Message::Fresh(draft, identity) => opening::fresh(state, *draft, identity),
        Message::Saved(profile) => opening::saved(state, *profile, after_save(awaits)),
        Message::Switched(profile) => opening::switched(state, *profile),
        Message::AskDelete(id, title, pending) => profiles::ask_delete(state, id, &title, pending),
        Message::Deleted(id, title, held) => profiles::deleted(state, &id, &title, held),
        Message::Restored(restored) => profiles::restored(state, restored.as_deref()),
        Message::Unsaved(drafts) => opening::bring_back(state, drafts),
        Message::OwnVariables(all) => variables::taken(state, all),
        Message::VariableStored(all, at, done) => variables::stored(state, all, at.as_ref(), done),
        Message::Previewed(wanted, made) => preview::show(state, &wanted, made.map(|made| *made)),
        Message::TestValues(id, values) => {
            testing::remember(state, &id, values);
            Vec::new()
        }
        Message::SampleChanged(changed) => {
            testing::samples_changed(state, changed);
            Vec::new()
        }
        Message::FileValues(name, values) => {
            if let Some(Overlay::Test(window)) = &mut state.overlay {
                window.take_file(name, values);
            }
            Vec::new()
        }
        Message::Accepted(id, kind) => {
            state.testing.push(WatchedDelivery { id, kind });
            state.notify(TESTING);
            match kind {
                Kind::Test | Kind::Event => deliveries::show_new(state),
                Kind::Again => deliveries::stay(state),
            }
        }
        Message::Deliveries(query, found) => {
            testing::watch(state, &found.rows);
            deliveries::set(state, &query, found)
        }
        Message::Bulk(progress) => bulk::progress(state, progress),
        Message::BulkActions(actions) => {
            bulk_results::taken(state, actions);
            Vec::new()
        }
        Message::Newer(query, count) => {
            state.deliveries.take_newer(&query, count);
            Vec::new()
        }
        Message::Matching(query, count) => {
            state.deliveries.take_matching(&query, count);
            Vec::new()
        }
        Message::Details(details) => {
            testing::watch(state, std::slice::from_ref(&details.summary));
            deliveries::set_details(state, details);
            Vec::new()
        }
        Message::Counts(counts, database) => {
            state.counts = counts;
            state.deliveries.take_counts(counts);
            state.settings.database = database;
            Vec::new()
        }
        Message::Blocks(blocks) => pausing::taken(state, *blocks),
        Message::Health(failing) => health::taken(state, *failing),
        Message::Senders(senders) => {
            window::senders::taken(state, senders);
            Vec::new()
        }
        Message::Overview(place, numbers) => {
            window::overview::taken(state, place, *numbers);
            Vec::new()
        }
        Message::Recent(read) => recent::taken(state, read),
        Message::Apis(running) => {
            state.apis.take(running);
            Vec::new()
        }
        Message::StoreChanged => vec![Effect::LoadRevision],
        Message::Revision(revision) => revised(state, revision),
        Message::Unreadable(why) => {
            unreadable(state, why);
            Vec::new()
        }
        Message::Conflict(mine, theirs) => opening::conflict(state, mine, theirs),
        Message::Checked(of, checked) => {
            if let Some(editor) = &mut state.editor {
                editor.take_check(&of, *checked);
            }
            Vec::new()
        }
        Message::Unusable(error) => {
            files::unusable(state, error);
            Vec::new()
        }
        Message::Draft(draft) => opening::kept(state, *draft),
        Message::SenderStatus(status) => {
            sender_status(state, status);
            Vec::new()
        }
        Message::Receiver(address) => {
            receiver(state, address);
            Vec::new()
        }
        Message::ReceiverEnded => {
            state.receiver.address = None;
            let text =
                "The receiver stopped unexpectedly: {receiver} and {receiver-window-toggle} restart it";
            state.notify_error(state.settings.keys.spell(text));
            Vec::new()
        }
        Message::Received(arrival) => received(state, arrival.request()),
        Message::EarlierRequests(requests) => {
            let restored = state.receiver.arrived.restore(requests);
            verifying::verify(state, restored)
        }
        Message::Verified(results) => {
            verifying::verified(state, &results);
            Vec::new()
        }
        Message::Replayed(request, result) => {
            window::replay_form::done(state, &request, result.as_deref().map_err(Clone::clone));
            Vec::new()
        }
        Message::RequestsDropped(requests) => {
            state.receiver.arrived.count_dropped(requests);
            Vec::new()
        }
        Message::Done(text) => {
            state.notify_success(text);
            Vec::new()
        }
        Message::Refused(why) => {
            state.notify_error(state.settings.keys.spell(why));
            Vec::new()
        }
        Message::Failed(text) => {
            match awaits {
                Some(Awaits::Rows) => state.deliveries.rows_failed(),
                Some(Awaits::OlderRows) => state.deliveries.older_rows_failed(),
                _ => {}
            }
            state.notify_error(text);
            Vec::new()
        }
        Message::Warning(text) => {
            state.notify_error(text);
            Vec::new()
        }
        Message::LogPinned(why) => {
            log_pinned(state, why);
            Vec::new()
        }
        Message::CopyFailed(text, what, why) => {
            state.overlay = Some(Overlay::CopyFailed(Box::new(CopyFailed::new(text, what, why))));
            Vec::new()
        }
        Message::Returned(returned) => programs::returned(state, *returned),
        Message::Terminate(_) | Message::Panicked => vec![Effect::Quit],
    }
}

/// The next step after the save with this result.
fn after_save(awaits: Option<&Awaits>) -> AfterSave {
    match awaits {
        Some(Awaits::Save(after)) => after.clone(),
        _ => AfterSave::default(),
    }
}

/// Takes the state of the sender; reports an error when it is new, and when it is over.
fn sender_status(state: &mut State, status: SenderStatus) {
    match (&status.trouble, &state.sender.trouble) {
        (Some(trouble), before) if before.as_ref() != Some(trouble) => state.notify_error(trouble.clone()),
        (None, Some(_)) => state.notify_success("Sender recovered"),
        _ => {}
    }
    state.sender = status;
    in_flight::drop_recorded(state);
}

/// Notes that a question is on the screen.
fn drawn(state: &mut State, at: Timestamp) {
    if matches!(state.target(), Target::Window(_))
        && !layout::too_small(state.size)
        && let Some(Overlay::Question(question)) = &mut state.overlay
    {
        question.drawn(at);
    }
}

/// Reports that the write-ahead log cannot shrink, or can again, if that has changed.
fn log_pinned(state: &mut State, why: Option<String>) {
    match (&why, &state.log_pinned) {
        (Some(now), before) if before.as_ref() != Some(now) => state.notify_error(now.clone()),
        (None, Some(_)) => state.notify_success("The write-ahead log can shrink again"),
        _ => {}
    }
    state.log_pinned = why;
}

fn unreadable(state: &mut State, why: String) {
    if state.unreadable.as_ref() != Some(&why) {
        state.notify_error(why.clone());
        state.unreadable = Some(why);
    }
}

fn receiver(state: &mut State, address: Option<String>) {
    match &address {
        Some(address) => state.notify_success(format!("The receiver listens on http://{address}/")),
        None => state.notify("The receiver is off"),
    }
    state.receiver.address = address;
}

/// Reloads what has changed, by any session.
fn revised(state: &mut State, revision: Revision) -> Vec<Effect> {
    // Changes may have happened meanwhile that are not in the revision.
    let again = state.unreadable.take().is_some();
    if again {
        state.notify_success("The database can be read again");
    }
    let before = std::mem::replace(&mut state.revision, revision);
    let mut effects = Vec::new();
    if again || revision.profiles != before.profiles {
        effects.push(Effect::LoadProfiles);
        effects.extend(verifying::reload(state));
    }
    if again || revision.variables != before.variables {
        effects.push(Effect::LoadOwnVariables);
    }
    if again || revision.steering != before.steering {
        effects.push(Effect::LoadBlocks);
    }
    if again || revision.apis != before.apis {
        effects.push(apis::load(state));
    }
    if again || revision.deliveries != before.deliveries {
        effects.extend(deliveries::changed(state));
        effects.push(Effect::LoadCounts);
        state.recent.changed();
        state.overview.changed();
        state.bulk_results.changed();
        effects.extend(bulk_results::refresh(state));
        effects.extend(recent::refresh(state));
        effects.extend(window::overview::refresh(state));
    }
    effects
}

fn received(state: &mut State, request: Arc<Received>) -> Vec<Effect> {
    state.receiver.arrived.push(Arc::clone(&request));
    if let Some(window) = state.overlay.as_mut().and_then(Overlay::receiver) {
        window.pushed(state.receiver.arrived.len());
    }
    verifying::verify(state, vec![request])
}
