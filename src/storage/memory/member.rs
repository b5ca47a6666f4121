//! A sender of a store in memory.

use crate::storage::{SenderInfo, SenderReport};

/// A sender that has a seat.
#[derive(Debug, Clone, Default)]
pub struct Member {
    /// Its number.
    pub seq: i64,
    /// Its last report.
    pub report: SenderReport,
    /// Its lease has expired; the next renewal of any sender ends its seat.
    pub has_lapsed: bool,
}

impl Member {
    /// As displayed.
    pub fn info(&self) -> SenderInfo {
        SenderInfo {
            name: format!("memory/{}", self.seq),
            host: "memory".to_owned(),
            pid: std::process::id(),
            command: None,
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            since: None,
            lease_until: None,
            in_flight: u32::try_from(self.report.in_flight).ok(),
            rate: Some(self.report.rate),
            trouble: self.report.trouble.clone(),
            api: None,
        }
    }
}
