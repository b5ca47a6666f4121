//! An alert.

use std::time::Duration;

use uuid::Uuid;

use crate::storage::health::turn::HealthTurn;

/// The most turns of an alert (our decision). The rest follow with the next one.
pub const MOST_TURNS: usize = 1_000;

/// Turns that are given together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Unique everywhere. The same if it is given again.
    pub id: Uuid,
    /// Oldest first.
    pub turns: Vec<HealthTurn>,
}

/// What there is to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextAlert {
    /// This, by this process.
    Taken(Alert),
    /// Something, but not before this time has passed.
    After(Duration),
    /// Nothing.
    Nothing,
}

/// What became of a turn that was to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenTurn {
    /// The turn.
    pub turn: Uuid,
    /// The alert it belongs to.
    pub alert: Uuid,
    /// Whether that was given, or could not be.
    pub has_ended: bool,
    /// Why it could not be given.
    pub failure: Option<String>,
}
