//! The file descriptors of this process: the limit, and the share for connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The requested limit. A sender never uses more, and macOS allows no more than this.
const ENOUGH: u64 = 10_240;

/// The maximum number of connections, in flight and idle, however high the limit is: each costs memory here and at
/// the endpoint.
const MOST_CONNECTIONS: u64 = 4096;

/// The maximum number of concurrent name look-ups, each on a thread with its own socket.
const MOST_LOOKUPS: u64 = 64;

/// Reserved for the database and its readers, runtimes, logs, the terminal and the receiver; half of a low limit.
const RESERVED: u64 = 64;

/// One sending thread per this many: each has a runtime with its own descriptors.
const OF_THREAD: u64 = 32;

/// Raises the soft limit as far as the hard one allows, up to what a busy sender needs. Child processes inherit it.
/// Call it once, before anything is sent.
pub fn raise_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(ENOUGH, |maximum| maximum.min(ENOUGH));
    if current.is_some_and(|current| current < wanted) {
        // If refused, the lower limit applies: fewer connections are open at a time, and nothing fails.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    }
}

/// The share of the limit for each use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// Concurrent connections.
    pub connections: usize,
    /// Concurrent name look-ups.
    pub lookups: usize,
    /// Threads that send.
    pub threads: usize,
}

impl Shares {
    /// The shares of the current limit.
    pub fn now() -> Self {
        Self::of(getrlimit(Resource::Nofile).current)
    }

    /// The shares of a limit; `None` is no limit.
    fn of(limit: Option<u64>) -> Self {
        let limit = limit.unwrap_or(ENOUGH);
        let lookups = (limit / 16).clamp(4, MOST_LOOKUPS);
        // A look-up has a socket and a file open.
        let reserved = RESERVED.min(limit / 2);
        let connections = limit.saturating_sub(reserved + 2 * lookups).clamp(8, MOST_CONNECTIONS);
        let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let threads = (limit / OF_THREAD).max(1);
        Self { connections: count(connections), lookups: count(lookups), threads: count(threads) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_use_has_its_share_of_the_limit() {
        let shares = |limit| {
            let Shares { connections, lookups, threads } = Shares::of(limit);
            (connections, lookups, threads)
        };
        assert_eq!(shares(Some(256)), (160, 16, 8));
        assert_eq!(shares(Some(1024)), (832, 64, 32));
        assert_eq!(shares(None), (4096, 64, 320));
        assert_eq!(shares(Some(1_000_000)), (4096, 64, 31_250));
        assert_eq!(shares(Some(64)), (24, 4, 2));
        assert_eq!(shares(Some(24)), (8, 4, 1), "too few for all, and still something is sent");
    }
}
