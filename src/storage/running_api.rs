//! An HTTP API that runs on a store, for people.

use crate::storage::sender_info::host_name;

/// A process that serves the HTTP API on a store, as far as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningApi {
    /// The name of its machine.
    pub host: String,
    /// Its process ID.
    pub pid: u32,
    /// Where it listens: scheme, address and port, such as `http://127.0.0.1:9979`.
    pub url: String,
}

impl RunningApi {
    /// Whether it runs on this machine: a loopback address of another one cannot be reached from here.
    #[must_use]
    pub fn is_on_this_host(&self) -> bool {
        self.host == host_name()
    }
}
