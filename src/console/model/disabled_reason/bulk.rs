//! Why a bulk action on all matching deliveries cannot be done.

use crate::console::model::deliveries::{Deliveries, bulk};
use crate::console::model::state::State;
use crate::keymap::Action;
use crate::record::{DeliveryState, Summary};
use crate::storage::StateFilter;

/// Why a bulk action cannot be done now; `None` if it can.
#[must_use]
pub fn why_not(state: &State, action: Action) -> Option<&'static str> {
    let is_bulk = matches!(action, Action::RetryAll | Action::CancelAll | Action::ResendAll);
    match &state.deliveries {
        _ if !is_bulk => None,
        Deliveries { running: Some(_), .. } => Some("another is running: Esc stops it"),
        deliveries => match bulk::about(deliveries.show, action) {
            Ok((which, _)) => none_of(state, which),
            Err(why) => Some(why),
        },
    }
}

/// Why there is nothing to change: no delivery has these states, or none of them matches the filter. `None` if there
/// is one, or may be one.
fn none_of(state: &State, which: StateFilter) -> Option<&'static str> {
    let counts = &state.counts;
    let (count, none, none_shown) = match which {
        StateFilter::Pending => {
            (counts.queued + counts.waiting, "no delivery is pending", "none of those shown is pending")
        }
        StateFilter::Is(DeliveryState::Waiting) => {
            (counts.waiting, "no delivery is waiting", "none of those shown is waiting")
        }
        StateFilter::Is(DeliveryState::Failed) => {
            (counts.failed, "no delivery has failed", "none of those shown has failed")
        }
        StateFilter::Is(DeliveryState::Cancelled) => {
            (counts.cancelled, "no delivery was cancelled", "none of those shown was cancelled")
        }
        StateFilter::Is(DeliveryState::Delivered) => {
            (counts.delivered, "nothing was delivered", "none of those shown was delivered")
        }
        StateFilter::Is(DeliveryState::Queued)
        | StateFilter::Ended
        | StateFilter::Retriable
        | StateFilter::Expired => return None,
    };
    if count == 0 {
        return Some(none);
    }
    // This is known only if all matches are on the screen.
    let deliveries = &state.deliveries;
    let is_whole = deliveries.next.is_none() && !deliveries.loading_more;
    let fits = |row: &Summary| match which {
        StateFilter::Pending => row.state.is_pending(),
        StateFilter::Is(of) => row.state == of,
        StateFilter::Ended | StateFilter::Retriable | StateFilter::Expired => true,
    };
    (is_whole && !deliveries.rows().iter().any(fits)).then_some(none_shown)
}
