//! Bulk changes of all deliveries that match the filter.

use crate::console::model::deliveries::query::Show;
use crate::keymap::Action;
use crate::record::{BulkId, DeliveryState};
use crate::storage::{BulkResult, Change, Filter, StateFilter};
use crate::text::group_digits;

/// A bulk change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkRequest {
    /// The change.
    pub change: Change,
    /// The deliveries to change.
    pub filter: Filter,
    /// The number of matching deliveries, once they are counted.
    pub count: Option<u64>,
    /// Distinguishes this question from earlier ones.
    pub ticket: u64,
    /// The state and the rest of the filter, in words.
    pub(in crate::console) which: (&'static str, String),
}

/// The progress and result of a bulk change.
#[derive(Debug)]
pub enum BulkNews {
    /// The number of deliveries at this moment.
    Counted(Box<BulkRequest>),
    /// They could not be counted.
    Uncounted {
        /// The question that it belongs to.
        ticket: u64,
        /// Why.
        why: String,
    },
    /// The progress so far.
    Goes(Box<BulkResult>),
    /// It ended.
    Ended {
        /// The result.
        did: Box<BulkResult>,
        /// The action whose deliveries have results of their own, if it is one.
        bulk: Option<BulkId>,
        /// Why it was not completed.
        cut: Option<String>,
    },
}

/// A running bulk change.
#[derive(Debug)]
pub struct Running {
    pub(in crate::console) change: Change,
    pub(in crate::console) of: u64,
}

impl BulkRequest {
    /// Which deliveries it is about: `failed deliveries of Order SMS`.
    #[must_use]
    pub fn what(&self) -> String {
        let (state, that) = &self.which;
        format!("{state} deliveries{that}")
    }

    /// The question to ask.
    #[must_use]
    pub fn question(&self) -> String {
        let (state, that) = &self.which;
        let verb = match self.change {
            Change::Retry if state == &WAITING => "Retry now",
            Change::Retry => "Resend",
            Change::Cancel => "Cancel",
            Change::Remove => "Remove",
        };
        let Some(count) = self.count else {
            return format!("{verb} all {state} deliveries{that}?\n\nCounting …");
        };
        let noun = if count == 1 { "delivery" } else { "deliveries" };
        let how = match self.change {
            Change::Retry if state == &WAITING => "Each is retried now.",
            Change::Retry => "Each is sent as a new delivery with the same request.",
            Change::Cancel => "They will not be retried.",
            Change::Remove => "They are removed from the log.",
        };
        format!("{verb} {} {state} {noun}{that}?\n\n{how}", group_digits(count))
    }
}

const WAITING: &str = "waiting";

/// The states that an action applies to, given the filter by state; or why it applies to none.
pub(in crate::console) fn about(
    show: Show,
    action: Action,
) -> Result<(StateFilter, &'static str), &'static str> {
    let only = |state| StateFilter::Is(state);
    match (action, show) {
        (Action::RetryAll, Show::All | Show::Pending) => Ok((only(DeliveryState::Waiting), WAITING)),
        (Action::CancelAll, Show::All | Show::Pending) => Ok((StateFilter::Pending, "pending")),
        (Action::ResendAll, Show::All | Show::Failed) => Ok((only(DeliveryState::Failed), "failed")),
        (Action::ResendAll, Show::Cancelled) => Ok((only(DeliveryState::Cancelled), "cancelled")),
        (Action::ResendAll, Show::Delivered) => Ok((only(DeliveryState::Delivered), "delivered")),
        (Action::ResendAll, Show::Pending) => Err("all shown are still pending"),
        _ => Err("all shown have ended: {deliveries-send-all-again} resends them"),
    }
}
