//! Hosts that use HTTP/1.1 although HTTP/2 was offered.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::http::uri::Authority;

/// The maximum number of entries.
const MAX_ENTRIES: usize = 4096;

/// Hosts, with their ports. Requests of several profiles share no connection to them.
#[derive(Debug, Default)]
pub struct Http1Hosts(Mutex<HashSet<Authority>>);

impl Http1Hosts {
    pub fn contains(&self, host: &Authority) -> bool {
        self.hosts().contains(host)
    }

    /// Records a host. A forgotten one is detected again.
    pub fn note(&self, host: Authority) {
        let mut hosts = self.hosts();
        if hosts.len() >= MAX_ENTRIES {
            hosts.clear();
        }
        hosts.insert(host);
    }

    fn hosts(&self) -> MutexGuard<'_, HashSet<Authority>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
