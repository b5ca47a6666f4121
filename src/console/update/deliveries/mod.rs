//! Updates of the deliveries.

pub mod bulk;
mod links;
pub mod search;

use crate::console::model::deliveries::query::{Query, Show};
use crate::console::model::deliveries::search::Search;
use crate::console::model::deliveries::{PAGE, TextView, paused};
use crate::console::model::disabled_reason;
use crate::console::model::editor::Editor;
use crate::console::model::effect::Effect;
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::details::DetailsWindow;
use crate::console::model::window::question::Question;
use crate::console::update::window::text_view;
use crate::console::update::{in_flight, pausing, programs};
use crate::keymap::Action;
use crate::record::{BulkId, DeliveryId, DeliveryState, Details};
use crate::storage::{Page, searched_texts};

/// Takes rows that were loaded.
pub fn set(state: &mut State, query: &Query, found: Page) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    let mut effects = Vec::new();
    if query.before.is_some() {
        deliveries.loading_more = false;
    } else {
        let again = deliveries.reading == TextView::Again;
        deliveries.reading = TextView::Idle;
        if again {
            effects = deliveries.reload();
        }
    }
    if !deliveries.is_for_now(query) {
        // Requested before the person moved away from the newest, or returned to it: the rows for the current
        // position were not requested yet.
        if query.before.is_none() && query.upto != deliveries.paused_at && effects.is_empty() {
            effects = deliveries.reload();
        }
        return effects;
    }
    if let Some(before) = query.before {
        // Rows that were reloaded meanwhile may end elsewhere: then these do not fit.
        if deliveries.next == Some(before) {
            let first = deliveries.rows.is_empty();
            (deliveries.next, deliveries.reached) = (found.next, found.reached);
            deliveries.unreadable += found.unreadable.len();
            deliveries.rows.extend(found.rows);
            in_flight::drop_recorded(state);
            if first {
                effects.extend(load_selected(state));
            }
        }
        effects.extend(load_more(state));
        return effects;
    }
    let selected = deliveries.selected().map(|row| row.position);
    (deliveries.newest, deliveries.next, deliveries.reached) = (found.newest, found.next, found.reached);
    deliveries.unreadable = found.unreadable.len();
    deliveries.rows = found.rows;
    deliveries.is_read = true;
    in_flight::drop_recorded(state);
    let deliveries = &mut state.deliveries;
    match selected {
        Some(selected) if !deliveries.is_following() => deliveries.stay_on(selected),
        _ if deliveries.is_following() => deliveries.list.select(0),
        _ => deliveries.list.select(deliveries.list.selected().min(deliveries.rows.len().saturating_sub(1))),
    }
    effects.extend(load_selected(state));
    effects.extend(load_more(state));
    effects
}

/// Loads the selected delivery's attempts if those that are loaded are outdated.
pub fn load_selected(state: &State) -> Vec<Effect> {
    let deliveries = &state.deliveries;
    let Some(selected) = deliveries.selected() else { return Vec::new() };
    match deliveries.details() {
        Some(details) if details.summary == *selected && !details.has_pending_links() => Vec::new(),
        _ => vec![Effect::LoadDetails(selected.id)],
    }
}

/// Takes one delivery in full.
pub fn set_details(state: &mut State, details: Box<Details>) {
    if let Some(row) = state.deliveries.rows.iter_mut().find(|r| r.id == details.summary.id) {
        *row = details.summary.clone();
    }
    in_flight::drop_recorded(state);
    if let Some(Overlay::Details(window)) = &mut state.overlay {
        window.take(&details);
        text_view::scroll_to_match(state);
    }
    if state.deliveries.selected().is_some_and(|row| row.id == details.summary.id) {
        state.deliveries.details = Some(details);
    }
}

/// Reloads what changed in the store: the rows, the details window, and tests that no row shows.
pub fn changed(state: &mut State) -> Vec<Effect> {
    let mut effects = state.deliveries.reload();
    let mut unseen: Vec<DeliveryId> = state.testing.iter().map(|t| t.id).collect();
    unseen.retain(|id| state.deliveries.rows.iter().all(|row| row.id != *id));
    if let Some(Overlay::Details(window)) = &state.overlay {
        unseen.push(window.id());
    }
    effects.extend(unseen.into_iter().map(Effect::LoadDetails));
    effects
}

/// Shows a delivery that was just created, of the selected profile or of the one that is edited: clears the filter and
/// follows the newest.
pub fn show_new(state: &mut State) -> Vec<Effect> {
    // A profile that is edited may be another one than the selected one.
    let edited = state.editor.as_ref().map(Editor::id);
    let deliveries = &mut state.deliveries;
    deliveries.show = Show::All;
    deliveries.profile.take_if(|(id, _)| edited.is_some_and(|edited| edited != id));
    deliveries.search = Search::default();
    (deliveries.bulk, deliveries.paused_at) = (None, None);
    deliveries.forget_count();
    deliveries.list.select(0);
    deliveries.reload()
}

/// A delivery was resent: filters and selection stay as they are, so that the next key acts on what was selected. Its
/// outcome is reported at the bottom.
pub fn stay(state: &mut State) -> Vec<Effect> {
    if state.deliveries.is_following() {
        state.deliveries.pause();
    }
    state.deliveries.reload()
}

/// Shows the failed deliveries of all profiles, and all deliveries again if those are what is shown.
pub fn toggle_failed(state: &mut State) -> Vec<Effect> {
    if !disabled_reason::deliveries::shows_failed(state) {
        let effects = show_failed(state, false);
        state.notify(
            state.settings.keys.spell("Deliveries: failed, all profiles · {show-failed} shows all again"),
        );
        return effects;
    }
    state.deliveries.show = Show::All;
    state.notify("Deliveries: all");
    state.deliveries.refilter()
}

/// Shows the failed deliveries of all profiles, or only those of the selected one; newest first, without a search.
pub fn show_failed(state: &mut State, is_of_selected: bool) -> Vec<Effect> {
    let selected = state.profiles.selected().filter(|_| is_of_selected);
    let profile = selected.map(|row| (row.id.clone(), row.title.clone()));
    state.overlay = None;
    state.focus = Pane::Deliveries;
    let deliveries = &mut state.deliveries;
    (deliveries.show, deliveries.profile, deliveries.search) = (Show::Failed, profile, Search::default());
    deliveries.bulk = None;
    deliveries.refilter()
}

/// Shows only the deliveries of a bulk action, newest first, without a search.
pub fn show_bulk(state: &mut State, bulk: (BulkId, String), show: Show) -> Vec<Effect> {
    state.overlay = None;
    state.focus = Pane::Deliveries;
    let deliveries = &mut state.deliveries;
    (deliveries.show, deliveries.profile, deliveries.search) = (show, None, Search::default());
    deliveries.bulk = Some(bulk);
    state.deliveries.refilter()
}

/// Shows the deliveries of all bulk actions again, and those of none.
fn end_bulk(state: &mut State) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    (deliveries.bulk, deliveries.show) = (None, Show::All);
    deliveries.refilter()
}

/// Resends the selected delivery. One that was delivered is a duplicate at its endpoint: asks first.
fn resend(state: &mut State, id: DeliveryId) -> Vec<Effect> {
    match state.delivery().filter(|row| row.state == DeliveryState::Delivered) {
        Some(row) => {
            state.overlay = Some(Overlay::Question(Question::resend(id, &row.profile_title)));
            Vec::new()
        }
        None => vec![Effect::Resend(id)],
    }
}

/// Selects a row of the list by its index; as with the arrows, this stops following the newest.
pub fn select_row(state: &mut State, row: usize) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    deliveries.list.select(row.min(deliveries.rows.len().saturating_sub(1)));
    moved(state)
}

fn moved(state: &mut State) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    if deliveries.is_following() && deliveries.list.selected() > 0 {
        deliveries.pause();
    }
    if std::mem::take(&mut deliveries.search.is_stopped) {
        search::resumed(state);
    }
    [load_selected(state), load_more(state)].concat()
}

/// Does an action of these panes.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    let (length, before) = (deliveries.rows.len(), deliveries.list.selected());
    if deliveries.list.act(action, length) {
        let deliveries = &state.deliveries;
        if before == 0 && deliveries.list.selected() == 0 && deliveries.new_since_paused() > 0 {
            let came = paused::words(deliveries.new_since_paused());
            let goes = state.settings.keys.spell("{deliveries-follow} goes to the newest");
            state.notify(format!("{came} new: {goes}"));
        }
        return moved(state);
    }
    let selected = state.delivery().map(|r| r.id);
    let deliveries = &mut state.deliveries;
    match (action, selected) {
        (Action::Details, Some(id)) => {
            // The window stays on this delivery when others arrive above it.
            if deliveries.is_following() {
                deliveries.pause();
            }
            let known = deliveries.details().cloned().map(Box::new);
            let sought = searched_texts(&deliveries.search.text()).into_iter().next();
            state.overlay = Some(Overlay::Details(DetailsWindow::new(id, known, sought)));
            text_view::scroll_to_match(state);
            vec![Effect::LoadDetails(id)]
        }
        (Action::RetryNow, Some(id)) => vec![Effect::RetryNow(id)],
        (Action::Cancel, Some(id)) => vec![Effect::Cancel(id)],
        (Action::Resend, Some(id)) => resend(state, id),
        // It loads the linked delivery itself, which is the selected one if it is in the list.
        (Action::Original | Action::Resent, _) => links::follow(state, action),
        (Action::CopyDelivery, Some(id)) => {
            vec![Effect::Copy { text: id.to_string(), what: id.to_string() }]
        }
        (Action::FilterState, _) => {
            deliveries.show = deliveries.show.next();
            state.deliveries.refilter()
        }
        (Action::FilterProfile, _) => filter_profile(state),
        (Action::Pager, _) => programs::open_response(state),
        (Action::Follow, _) => {
            deliveries.paused_at = None;
            deliveries.list.select(0);
            // The rows being loaded lack the latest changes.
            deliveries.forget_reads();
            [load_selected(state), state.deliveries.reload()].concat()
        }
        (Action::TimeForm, _) => {
            state.settings.clock.turn();
            Vec::new()
        }
        (Action::Search, _) => search::open(state),
        (Action::RetryAll | Action::CancelAll | Action::ResendAll, _) => bulk::ask(state, action),
        (Action::PauseAll, _) => pausing::switch_all(state),
        (Action::Leave, _) if deliveries.running.is_some() => vec![Effect::StopBulk],
        (Action::Leave, _) if deliveries.is_searching_on() => search::stop(state),
        (Action::Leave, _) if deliveries.search.is_on() => search::end(state),
        (Action::Leave, _) if deliveries.bulk.is_some() => end_bulk(state),
        (Action::Leave, _) => {
            state.focus = if state.focus == Pane::Timeline { Pane::Deliveries } else { Pane::Profiles };
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Shows only the deliveries of the selected profile, whichever that is from now on; or all again.
pub fn filter_profile(state: &mut State) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    deliveries.profile = match (&deliveries.profile, state.profiles.selected()) {
        (None, Some(row)) => Some((row.id.clone(), row.title.clone())),
        _ => None,
    };
    deliveries.bulk = None;
    deliveries.refilter()
}

/// Shows the deliveries of another profile if it is now the selected one, and only those of the selected one are shown.
pub fn follow_profile(state: &mut State) -> Vec<Effect> {
    let (Some((shown, title)), Some(row)) = (&mut state.deliveries.profile, state.profiles.selected()) else {
        return Vec::new();
    };
    if *shown == row.id {
        title.clone_from(&row.title);
        return Vec::new();
    }
    let selected = (row.id.clone(), row.title.clone());
    state.deliveries.show_profile(selected)
}

/// Loads older deliveries when the selection is near the end of the list.
fn load_more(state: &mut State) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    let near_end = deliveries.list.selected() + PAGE / 4 >= deliveries.rows.len();
    if !near_end || deliveries.next.is_none() || deliveries.loading_more || deliveries.search.is_stopped {
        return Vec::new();
    }
    deliveries.loading_more = true;
    let before = deliveries.next;
    vec![Effect::LoadDeliveries(Query { before, limit: PAGE, earlier: None, ..deliveries.query() })]
}
