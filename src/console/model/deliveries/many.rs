//! Something that is done to all deliveries that the filter leaves.

use crate::console::model::deliveries::query::Show;
use crate::keymap::Action;
use crate::record::DeliveryState;
use crate::storage::{BulkResult, Change, Filter, StateFilter};
use crate::text::group_digits;

/// Something to be done to many deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Many {
    /// The change.
    pub change: Change,
    /// To which.
    pub filter: Filter,
    /// How many they are, once they were counted.
    pub count: Option<u64>,
    /// Tells this question from earlier ones.
    pub ticket: u64,
    /// The state, and what else the filter leaves, in words.
    pub(in crate::console) which: (&'static str, String),
}

/// The progress and result of a bulk change.
#[derive(Debug)]
pub enum BulkNews {
    /// There are so many, as of this moment.
    Counted(Box<Many>),
    /// They cannot be counted.
    Uncounted {
        /// Of this question.
        ticket: u64,
        /// Why.
        why: String,
    },
    /// So much was done.
    Goes(Box<BulkResult>),
    /// It ended.
    Ended {
        /// The change that was made.
        did: Box<BulkResult>,
        /// Why not all of it.
        cut: Option<String>,
    },
}

/// Something that is being done.
#[derive(Debug)]
pub struct Running {
    pub(in crate::console) change: Change,
    pub(in crate::console) of: u64,
}

impl Many {
    /// The question to the person.
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

/// The states that an action is about, with what the filter shows; or why it is about none.
pub(in crate::console) fn about(
    show: Show,
    action: Action,
) -> Result<(StateFilter, &'static str), &'static str> {
    let only = |state| StateFilter::Is(state);
    match (action, show) {
        (Action::RetryAll, Show::All | Show::Pending) => Ok((only(DeliveryState::Waiting), WAITING)),
        (Action::CancelAll, Show::All | Show::Pending) => Ok((StateFilter::Pending, "pending")),
        (Action::SendAllAgain, Show::All | Show::Failed) => Ok((only(DeliveryState::Failed), "failed")),
        (Action::SendAllAgain, Show::Cancelled) => Ok((only(DeliveryState::Cancelled), "cancelled")),
        (Action::SendAllAgain, Show::Delivered) => Ok((only(DeliveryState::Delivered), "delivered")),
        (Action::SendAllAgain, Show::Pending) => Err("all shown are still pending"),
        _ => Err("all shown have ended: {deliveries-send-all-again} resends them"),
    }
}
