//! A sender of a store, for people.

use jiff::Timestamp;

/// A sender of a store, as far as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderInfo {
    /// Identifies the process: its machine, its process ID and when it joined.
    pub name: String,
    /// The name of its machine.
    pub host: String,
    /// Its process id.
    pub pid: u32,
    /// The command that it runs: `console`, `work`, `send`, `serve` or `test`.
    pub command: Option<String>,
    /// The version of the program.
    pub version: Option<String>,
    /// When it joined.
    pub since: Option<Timestamp>,
    /// Until when it may send, unless it renews its lease.
    pub lease_until: Option<Timestamp>,
    /// Requests in flight, by its last report.
    pub in_flight: Option<u32>,
    /// Attempts per second that ended recently, according to its last report.
    pub rate: Option<u32>,
    /// What prevents it from sending, according to its last report.
    pub trouble: Option<String>,
    /// The URL of the HTTP API that the process serves beside; none if it serves none.
    pub api: Option<String>,
}

impl SenderInfo {
    /// The whole seconds that are left of its lease; none without one.
    #[must_use]
    pub fn lease_left_s(&self, now: Timestamp) -> Option<u64> {
        let until = self.lease_until?;
        Some(u64::try_from(until.duration_since(now).as_secs()).unwrap_or(0))
    }

    /// Whether it is this process.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.pid == std::process::id() && self.host == host_name()
    }

    /// A process of this machine, about which no more is known.
    #[must_use]
    pub fn of_this_host(pid: u32) -> Self {
        let host = host_name();
        let own = pid == std::process::id();
        Self {
            name: format!("{host}/{pid}"),
            host,
            pid,
            command: None,
            version: own.then(|| env!("CARGO_PKG_VERSION").to_owned()),
            since: None,
            lease_until: None,
            in_flight: None,
            rate: None,
            trouble: None,
            api: None,
        }
    }
}

/// The name of this machine.
#[must_use]
pub fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
