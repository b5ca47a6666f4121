//! Everything about one delivery.

use super::{Attempt, Summary};
use crate::callback::{Callback, Values};

/// Everything about one delivery.
#[derive(Debug, Clone)]
pub struct Details {
    /// As listed.
    pub summary: Summary,
    /// The request, without credentials; none if it could not be made.
    pub callback: Option<Callback>,
    /// The values that it was made from.
    pub values: Values,
    /// The attempts in order.
    pub attempts: Vec<Attempt>,
    /// The delivery that it resends; none if it is no resend, or that one is no longer in the log.
    pub original: Option<Summary>,
    /// The deliveries that resent it, newest first: [`Details::MOST_RESENDS`] at most, without those that are no
    /// longer in the log.
    pub resends: Vec<Summary>,
    /// Stored parts that cannot be read: a sentence each.
    pub passed_over: Vec<String>,
}

impl Details {
    /// How many resends of a delivery are shown with it.
    pub const MOST_RESENDS: usize = 50;

    /// Whether a delivery that it is linked with is pending, so that what is known of it will change.
    #[must_use]
    pub fn has_pending_links(&self) -> bool {
        self.original.iter().chain(&self.resends).any(|row| row.state.is_pending())
    }
}
