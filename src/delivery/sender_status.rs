//! What the sender is doing just now, for whoever watches.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::http::local_trouble::LocalTrouble;
use crate::record::DeliveryId;

/// The sender's state at this moment. It lives in memory only: the disk knows what is pending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sending {
    /// Whether this process sends.
    pub role: Role,
    /// The senders of the store, this one included, where several may send; else 0.
    pub senders: usize,
    /// How many machines those run on.
    pub hosts: usize,
    /// The tries under way.
    pub in_flight: BTreeMap<DeliveryId, InFlight>,
    /// What the storage fails at, while it does: a sentence that stands by itself.
    pub trouble: Option<String>,
    /// Whether that stays until somebody fixes its cause.
    pub lasting: bool,
    /// Whether this session cannot do its work for it. A session that another one has replaced as the
    /// active sender is a standby like any other.
    pub failing: bool,
    /// Attempts that were made and could not be recorded before the sender ended: their deliveries are pending.
    pub unrecorded: usize,
    /// What this machine lacks for sending, while it does.
    pub local: Option<LocalTrouble>,
    /// What was due, could not be read, and has failed for that.
    pub unreadable: Unreadable,
}

/// Deliveries that have failed since they could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unreadable {
    /// How many there were so far.
    pub all: u64,
    /// Those that were met last: a sentence each, of a few.
    pub last: Vec<String>,
}

impl Sending {
    /// What keeps this session from its work, while something does.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.trouble.as_deref().filter(|_| self.failing)
    }
}

/// Which part this process plays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Role {
    /// Not known yet.
    #[default]
    Starting,
    /// This process sends.
    Sends,
    /// Another session sends; its process id where that is known.
    Watches(Option<u32>),
    /// No new tries are made.
    Stopped,
}

/// A try under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InFlight {
    /// 1 is the first try.
    pub n: u32,
    /// When it started.
    pub started_at: Timestamp,
}
