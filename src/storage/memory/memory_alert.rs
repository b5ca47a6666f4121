//! Alerts of a store in memory.

use jiff::Timestamp;
use uuid::Uuid;

/// An alert that was taken.
#[derive(Debug)]
pub struct MemoryAlert {
    /// Its id.
    pub id: Uuid,
    /// When it was taken.
    pub made_at: Timestamp,
    /// Its turns.
    pub turns: Vec<Uuid>,
    /// Whether it was given, or could not be.
    pub has_ended: bool,
    /// Why it could not be.
    pub failure: Option<String>,
}
