//! The current status of the sender, for observers.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::http::local_trouble::LocalTrouble;
use crate::record::DeliveryId;

/// The current status of the sender. Only in memory: pending deliveries are on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SenderStatus {
    /// Whether this process is the active sender.
    pub role: SenderRole,
    /// The number of senders of the store, including this one, if several may send; otherwise 0.
    pub senders: usize,
    /// How many machines they run on.
    pub hosts: usize,
    /// The attempts in flight.
    pub in_flight: BTreeMap<DeliveryId, InFlight>,
    /// The storage error, while there is one: a complete sentence.
    pub trouble: Option<String>,
    /// Whether it lasts until somebody fixes its cause.
    pub lasting: bool,
    /// Whether this session cannot work because of it. A session that another one has replaced as the active sender
    /// is a standby like any other.
    pub failing: bool,
    /// Whether all that is wrong is what this machine lacks for sending: the store works, and events can be accepted.
    pub is_only_local: bool,
    /// Attempts that were made and could not be recorded before the sender ended: their deliveries are pending.
    pub unrecorded: usize,
    /// What this machine lacks for sending, if anything.
    pub local: Option<LocalTrouble>,
    /// Due deliveries that could not be read and have therefore failed.
    pub unreadable: Unreadable,
}

/// Deliveries that have failed because they could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unreadable {
    /// Their number so far.
    pub all: u64,
    /// The latest few: a sentence each.
    pub last: Vec<String>,
}

impl SenderStatus {
    /// What prevents this session from working, if anything.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.trouble.as_deref().filter(|_| self.failing)
    }
}

/// The role of this process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SenderRole {
    /// Not known yet.
    #[default]
    Starting,
    /// This process is the active sender.
    Active,
    /// Another session is the active sender; its process ID if known.
    Standby(Option<u32>),
    /// No new attempts are made.
    Stopped,
}

/// An attempt in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InFlight {
    /// 1 is the first attempt.
    pub n: u32,
    /// When it started.
    pub started_at: Timestamp,
}
