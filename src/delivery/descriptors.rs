//! The file descriptors of this process: how many it may have, and how many of them are for connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The limit that is asked for. A sender never uses more, and macOS gives no more than this.
const ENOUGH: u64 = 10_240;

/// Most connections at a time, in flight and idle, however high the limit is: each costs memory here
/// and at the endpoint.
const MOST_CONNECTIONS: u64 = 4096;

/// Most name look-ups at a time, each on a thread with a socket of its own.
const MOST_LOOKUPS: u64 = 64;

/// Kept for the database and its readers, runtimes, logs, the terminal and the receiver.
const RESERVED: u64 = 64;

/// Raises the soft limit as far as the hard one allows, to what a busy sender needs. Programs that are
/// started inherit it. Call it once, before anything is sent.
pub fn raise_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(ENOUGH, |maximum| maximum.min(ENOUGH));
    if current.is_some_and(|current| current < wanted) {
        // Refused, the lower limit holds: fewer connections are open at a time, and nothing fails.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    }
}

/// The share of the limit that each use has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shares {
    /// Connections open at a time.
    pub connections: usize,
    /// Name look-ups at a time.
    pub lookups: usize,
}

impl Shares {
    /// Those of the limit as it is now.
    pub fn now() -> Self {
        Self::of(getrlimit(Resource::Nofile).current)
    }

    /// Those of a limit; `None` is no limit.
    fn of(limit: Option<u64>) -> Self {
        let limit = limit.unwrap_or(ENOUGH);
        let lookups = (limit / 16).clamp(4, MOST_LOOKUPS);
        // A look-up has a socket and a file open.
        let connections = limit.saturating_sub(RESERVED + 2 * lookups).clamp(8, MOST_CONNECTIONS);
        let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        Self { connections: count(connections), lookups: count(lookups) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_use_has_its_share_of_the_limit() {
        let shares = |limit| {
            let Shares { connections, lookups } = Shares::of(limit);
            (connections, lookups)
        };
        assert_eq!(shares(Some(256)), (160, 16));
        assert_eq!(shares(Some(1024)), (832, 64));
        assert_eq!(shares(None), (4096, 64));
        assert_eq!(shares(Some(1_000_000)), (4096, 64));
        assert_eq!(shares(Some(24)), (8, 4), "too few for all, and still something is sent");
    }
}
