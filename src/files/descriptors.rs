//! Detects that file descriptors have run out: files, sockets and pipes need one each.

use std::io;

use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};

/// No further file can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoDescriptors {
    /// This process has reached its limit.
    #[error("this process may open only {0} files and sockets: raise the limit with `ulimit -n`")]
    Process(u64),
    /// The system has reached its limit.
    #[error("too many files are open on this system: close other programs")]
    System,
}

impl NoDescriptors {
    /// Whether descriptors have run out, according to the error of a system call.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<Self> {
        match Errno::from_io_error(error)? {
            Errno::MFILE => Some(Self::Process(getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX))),
            Errno::NFILE => Some(Self::System),
            _ => None,
        }
    }

    /// Whether fewer than this many further files can be opened: for use after a library has failed without a reason,
    /// or before one panics.
    #[must_use]
    pub fn within(wanted: usize) -> Option<Self> {
        // Each has two ends.
        let pipes: io::Result<Vec<_>> = (0..wanted.div_ceil(2)).map(|_| io::pipe()).collect();
        pipes.err().as_ref().and_then(Self::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_has_its_own_message() {
        let of = |errno: Errno| NoDescriptors::of(&errno.into()).map(|error| error.to_string());
        assert!(of(Errno::MFILE).unwrap().starts_with("this process may open only "));
        assert_eq!(of(Errno::NFILE).unwrap(), NoDescriptors::System.to_string());
        assert_eq!(of(Errno::NOENT), None);
        assert_eq!(NoDescriptors::within(2), None);
    }
}
