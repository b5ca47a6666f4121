//! Why an action cannot be done in a window or a pane, ignoring help and palette.

use std::borrow::Cow;

use crate::console::model::disabled_reason::{deliveries, editor, profiles, testing, variables};
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::model::target::Target;
use crate::console::model::window::Overlay;
use crate::keymap::{Action, Entry, Scope};

/// Why an entry of the table cannot be done from the current focus, going to its pane first; `None` if it can. Help
/// and palette are ignored.
#[must_use]
pub fn why_not_from_here(state: &State, entry: &Entry) -> Option<Cow<'static, str>> {
    // "One level up" closes help and palette in any case.
    if entry.scope == Scope::Guide || (entry.scope == Scope::Global && entry.action == Action::Leave) {
        return None;
    }
    match pane_for(state, entry) {
        Ok(pane) => beneath(state, state.target_from(pane), entry.action),
        Err(why) => Some(spelled(state, why)),
    }
}

fn spelled(state: &State, why: &'static str) -> Cow<'static, str> {
    if why.contains('{') { state.settings.keys.spell(why).into() } else { why.into() }
}

/// The pane in which an entry of the table is done once help and palette are closed.
///
/// # Errors
/// Why the pane cannot be reached from here.
pub fn pane_for(state: &State, entry: &Entry) -> Result<Pane, &'static str> {
    let here = state.target_beneath().scopes();
    if here.contains(&entry.scope) {
        return Ok(state.focus);
    }
    let window = match entry.scope {
        Scope::TestWindow => Some("only in the test window: {test} opens it"),
        Scope::PreviewWindow => Some("only in the preview: {profiles-preview} opens it"),
        Scope::SnippetWindow => Some("only in a snippet: {profiles-snippet} opens it"),
        Scope::ReceiverWindow => Some("only in the receiver's window: {receiver} opens it"),
        Scope::ResponsesForm => Some(
            "only in the receiver's form: {receiver-window-edit-responses} opens it in the receiver's window",
        ),
        Scope::ReplayForm => {
            Some("only above a received request: {receiver-window-send-to} opens it in the receiver's window")
        }
        Scope::RequestWindow => {
            Some("only in a request: {receiver-window-show-in-full} opens it in the receiver's window")
        }
        Scope::SendersWindow => Some("only in the list of senders: {senders} opens it"),
        Scope::BulkWindow => Some("only in the list of bulk actions: {bulk} opens it"),
        Scope::OverviewWindow => Some("only in the overview: {overview} opens it"),
        Scope::Form => Some("only while a variable is added or edited"),
        Scope::Question => Some("no question is open"),
        Scope::Reading => Some("only in the details, the preview, a snippet and a request"),
        // This is only called while help or palette is open.
        Scope::Guide => return Ok(state.focus),
        Scope::CopyWindow => Some("only while a text could not be copied"),
        Scope::List => Some("only in a list"),
        _ => None,
    };
    if let Some(why) = window {
        return Err(why);
    }
    if entry.scope == Scope::Global && entry.action.works_above_windows() {
        return Ok(state.focus);
    }
    if matches!(state.target_beneath(), Target::Window(_)) {
        return Err("a window is open: Esc closes it first");
    }
    match entry.scope {
        Scope::Editor if state.editor.is_none() => {
            Err("nothing is being edited: {profiles-edit} on a profile opens it")
        }
        Scope::Editor => Ok(Pane::Editor),
        Scope::Variables => Ok(Pane::Variables),
        Scope::Deliveries => Ok(Pane::Deliveries),
        _ => Ok(Pane::Profiles),
    }
}

/// Why an action cannot be done in this window or pane.
pub(in crate::console) fn beneath(
    state: &State,
    target: Target<'_>,
    action: Action,
) -> Option<Cow<'static, str>> {
    let closed = state.closed.as_ref().filter(|_| sends(action));
    closed
        .map(|why| why.clone().into())
        .or_else(|| here(state, target, action).map(|why| spelled(state, why)))
}

/// Whether an action causes a request to be sent. Such actions are refused while sending is impossible.
fn sends(action: Action) -> bool {
    matches!(action, Action::Test | Action::RetryNow | Action::RetryAll | Action::Resend | Action::ResendAll)
}

fn here(state: &State, target: Target<'_>, action: Action) -> Option<&'static str> {
    match target {
        // Help and palette are ignored.
        Target::Guide(_) => None,
        Target::Window(window @ Overlay::Details(_)) => {
            window.why_not(action).or_else(|| deliveries::why_not(state, action))
        }
        Target::Window(Overlay::Receiver(window)) => {
            let profiles = state.profiles.found().len();
            window.why_not(&state.receiver, profiles, action)
        }
        Target::Window(Overlay::Bulk(window)) => window.why_not(&state.bulk_results, action),
        Target::Window(window) => window.why_not(action),
        Target::Editor(_) | Target::Pane(_) if action == Action::ShowFailed => deliveries::no_failed(state),
        Target::Editor(_) | Target::Pane(_) if action == Action::Test => testing::why_not(state),
        Target::Editor(_) => editor::why_not(state, action),
        Target::Pane(Pane::Profiles) if action == Action::Leave && state.profiles.search().is_none() => {
            Some("nothing to go back to: {quit} quits")
        }
        Target::Pane(Pane::Profiles | Pane::Editor) => profiles::why_not(state, action),
        Target::Pane(Pane::Variables) => variables::why_not(state, action),
        Target::Pane(Pane::Deliveries | Pane::Timeline) => deliveries::why_not(state, action),
    }
}
