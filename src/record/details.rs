//! Everything about one delivery.

use super::{Attempt, Summary};
use crate::callback::{Callback, Values};

/// Everything about one delivery.
#[derive(Debug, Clone)]
pub struct Details {
    /// As listed.
    pub summary: Summary,
    /// The request, without credentials; none when it could not be made.
    pub callback: Option<Callback>,
    /// The values it was made of.
    pub values: Values,
    /// The attempts in order.
    pub attempts: Vec<Attempt>,
    /// What is stored of it and cannot be read: a sentence each.
    pub passed_over: Vec<String>,
}
