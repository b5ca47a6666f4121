//! The HTTP APIs that run on the database, on this machine.

use jiff::Timestamp;

use crate::console::model::refresh::Refresh;
use crate::storage::RunningApi;

/// How old the list may be while it is not empty, in milliseconds. The start and the end of an API are reported; that
/// its process was killed is not.
pub const REFRESH_MS: u64 = 2000;

/// Those of this machine: others cannot be reached at a loopback address from here.
#[derive(Debug, Default)]
pub struct RunningApis {
    /// Without their schemes: `127.0.0.1:9979`.
    addresses: Vec<String>,
    refresh: Refresh,
}

impl RunningApis {
    /// Whether they should be read again now: then their result is awaited.
    pub fn asks(&mut self, now: Timestamp) -> bool {
        !self.addresses.is_empty() && self.refresh.asks(now, REFRESH_MS)
    }

    /// They are read now, since one was started or stopped.
    pub fn ask(&mut self, now: Timestamp) {
        self.refresh.ask(now);
    }

    /// They were read.
    pub fn take(&mut self, running: Vec<RunningApi>) {
        self.refresh.arrived();
        let here = running.into_iter().filter(RunningApi::is_on_this_host);
        self.addresses = here.map(|api| address(&api.url).to_owned()).collect();
    }

    /// Their addresses.
    #[must_use]
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }
}

fn address(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, address)| address)
}
