//! A bulk retry or resend.

use crate::record::LogPosition;
use crate::storage::BulkAction;

/// An action, and the positions of its deliveries.
#[derive(Debug)]
pub struct MemoryBulkAction {
    pub action: BulkAction,
    pub members: Vec<LogPosition>,
}
