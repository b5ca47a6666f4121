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
    /// Stored parts that cannot be read: a sentence each.
    pub passed_over: Vec<String>,
}
