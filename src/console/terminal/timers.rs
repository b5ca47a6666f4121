//! How often the screen is redrawn without input, for the running times on it.

use std::time::Duration;

use crate::console::model::deliveries::state_text::{self, TENTHS_BELOW_MS};
use crate::console::model::state::State;
use crate::console::model::target::Target;
use crate::console::model::window::Overlay;
use crate::console::model::window::senders as senders_window;
use crate::console::model::{apis, clock, layout, pausing};
use crate::record::{DeliveryState, Summary};

/// How often the screen must be redrawn: ten times a second for tenths, once a second for longer waits, never without
/// a running time on the screen.
#[must_use]
pub fn tick(state: &State) -> Option<Duration> {
    let tenths = Duration::from_millis(100);
    let left = |row: &Summary| {
        if state.sender.in_flight.contains_key(&row.id) {
            return Some(0);
        }
        // Once it is due its text does not change until something happens. A blocked one has no due time.
        let runs = row.state == DeliveryState::Waiting && pausing::block_of(state, row).is_none();
        let waits = row.due_at.filter(|_| runs);
        waits.map(|due| state_text::millis(state.now, due)).filter(|left| *left > 0)
    };
    let seen = running(state);
    let pending = seen.iter().copied().filter(|row| row.state.is_pending());
    let waits = pending.filter_map(left).min();
    let wait = waits.map(|ms| if ms < TENTHS_BELOW_MS { tenths } else { Duration::from_secs(1) });
    wait.into_iter()
        .chain(ages(state, &seen))
        .chain(question(state))
        .chain(check(state))
        .chain(window(state))
        .chain(bulk(state))
        .chain(apis(state))
        .chain(recent(state))
        .min()
}

/// How long until all answers to the question on the screen count.
fn question(state: &State) -> Option<Duration> {
    match &state.overlay {
        Some(Overlay::Question(question)) => question.is_new_for(state.now),
        _ => None,
    }
}

/// How long until what the window shows is read again.
fn window(state: &State) -> Option<Duration> {
    match &state.overlay {
        Some(Overlay::Senders(_)) => Some(Duration::from_millis(senders_window::REFRESH_MS)),
        Some(Overlay::Overview(window)) => Some(Duration::from_millis(window.window_lasts_ms())),
        // Other windows cover the panel, and nothing waits for it.
        Some(_) => None,
        None if !layout::shows_overview(state) => None,
        None => state.overview.panel_lasts_ms().map(Duration::from_millis),
    }
}

/// How long until bulk actions are read again.
fn bulk(state: &State) -> Option<Duration> {
    let is_shown = matches!(state.overlay, Some(Overlay::Bulk(_)));
    state.bulk_results.lasts_ms(is_shown).map(Duration::from_millis)
}

/// How long until the HTTP APIs are read again.
fn apis(state: &State) -> Option<Duration> {
    let shows = !layout::too_small(state.size) && !state.apis.addresses().is_empty();
    shows.then_some(Duration::from_millis(apis::REFRESH_MS))
}

/// How long until what happened to the profiles in the list is read again.
fn recent(state: &State) -> Option<Duration> {
    let shows = layout::shows_profiles(state) && state.target().is_pane();
    state.recent.lasts_ms().filter(|_| shows).map(Duration::from_millis)
}

/// How long until a long body is checked.
fn check(state: &State) -> Option<Duration> {
    state.editor.as_ref().and_then(|editor| editor.check_due_in(state.now))
}

/// How long the ages on the screen stay correct; none if there are no ages.
fn ages(state: &State, seen: &[&Summary]) -> Option<Duration> {
    let tells = matches!(state.overlay, Some(Overlay::Details(_))) || state.settings.clock.shows_ages();
    let rows = seen.iter().filter(|_| tells);
    rows.map(|row| clock::age_lasts(row.accepted_at, state.now)).min()
}

/// The deliveries whose state is on the screen.
fn running(state: &State) -> Vec<&Summary> {
    if layout::too_small(state.size) {
        return Vec::new();
    }
    let rows = state.deliveries.rows();
    let mut seen: Vec<&Summary> = match state.target() {
        Target::Window(Overlay::Details(window)) => {
            window.details().map(|d| &d.summary).into_iter().collect()
        }
        // These cover the panes.
        Target::Guide(_)
        | Target::Window(
            Overlay::Preview(_)
            | Overlay::Snippet(_)
            | Overlay::Receiver(_)
            | Overlay::Senders(_)
            | Overlay::Overview(_)
            | Overlay::Bulk(_),
        ) => Vec::new(),
        _ if layout::shows_deliveries(state) => state.deliveries.in_sight().collect(),
        // The newest one has its own line.
        _ => rows.first().into_iter().collect(),
    };
    // The last test is reported at the bottom.
    seen.extend(state.testing.iter().rev().find_map(|test| rows.iter().find(|row| row.id == test.id)));
    seen
}
