//! Why an action on deliveries cannot be done.

use crate::console::model::deliveries::query::Show;
use crate::console::model::disabled_reason::{bulk, programs};
use crate::console::model::pane::Pane;
use crate::console::model::pausing;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::keymap::Action;
use crate::record::Details;
use crate::storage::BlockReason;

/// Whether the failed deliveries of all profiles are what is shown: then the same key shows all again.
#[must_use]
pub fn shows_failed(state: &State) -> bool {
    let deliveries = &state.deliveries;
    let is_shown = deliveries.filter() == (Show::Failed, None) && !deliveries.search.is_on();
    is_shown && state.focus == Pane::Deliveries
}

/// Why failed deliveries cannot be shown; `None` if they can, or all can be shown again.
#[must_use]
pub fn no_failed(state: &State) -> Option<&'static str> {
    (state.counts.failed == 0 && !shows_failed(state)).then_some("no delivery has failed")
}

/// Why an action cannot be done now; `None` if it can.
#[must_use]
pub fn why_not(state: &State, action: Action) -> Option<&'static str> {
    let selected = state.delivery();
    let reading = matches!(&state.overlay, Some(Overlay::Details(window)) if window.details().is_none());
    match action {
        Action::RetryNow | Action::Cancel | Action::Resend | Action::CopyDelivery if reading => {
            Some("it is still being read")
        }
        Action::FilterProfile
            if state.deliveries.profile.is_none() && state.profiles.selected().is_none() =>
        {
            Some("no profile is selected")
        }
        Action::Details | Action::RetryNow | Action::Cancel | Action::Resend | Action::CopyDelivery
            if selected.is_none() =>
        {
            Some("no delivery is selected")
        }
        Action::RetryNow if selected.is_some_and(|c| !c.state.is_pending()) => {
            Some("it has ended: {deliveries-send-again} resends it")
        }
        Action::RetryNow if selected.is_some_and(|c| state.sender.in_flight.contains_key(&c.id)) => {
            Some("it is being sent right now")
        }
        Action::RetryNow => match selected.and_then(|c| pausing::block_of(state, c))?.why {
            BlockReason::Deleted => {
                Some("its profile is deleted: {profiles-undo} in the profiles restores it")
            }
            BlockReason::Paused | BlockReason::Disabled | BlockReason::AutoDisabled => {
                Some("it is blocked: {deliveries-send-again} resends it manually")
            }
        },
        Action::Cancel if selected.is_some_and(|c| !c.state.is_pending()) => Some("it has already ended"),
        Action::Pager => programs::why_not(state, action),
        Action::Follow if state.deliveries.is_following() => Some("the newest is already followed"),
        Action::Original | Action::Resent => match state.delivery_details() {
            Some(details) => no_link(details, action),
            None if selected.is_none() && !reading => Some("no delivery is selected"),
            None => Some("it is still being read"),
        },
        _ => bulk::why_not(state, action),
    }
}

/// Why a delivery has no link to follow.
fn no_link(details: &Details, action: Action) -> Option<&'static str> {
    let row = &details.summary;
    match action {
        Action::Original if row.resent_from.is_none() => Some("it resends no other delivery"),
        Action::Original if details.original.is_none() => Some("its original is no longer in the log"),
        Action::Resent if row.again.is_none() => Some("it was not resent"),
        Action::Resent if details.resends.is_empty() => Some("its resend is no longer in the log"),
        _ => None,
    }
}
