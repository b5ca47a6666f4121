//! Problems of this machine: they say nothing about the endpoint, so an attempt that meets one does not count.

use std::io;
use std::net::{Ipv4Addr, UdpSocket};

use rustix::io::Errno;

/// What this machine lacks for making an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LocalTrouble {
    /// File descriptors, of this process or of the system.
    #[error("too many open files: close other programs, or raise `ulimit -n`")]
    Descriptors,
    /// Memory, or network buffers.
    #[error("out of memory for connections")]
    Memory,
    /// Threads, for resolving names and reading files.
    #[error("out of threads: close other programs, or raise `ulimit -u`")]
    Threads,
    /// Local ports.
    #[error("no local port is free for a connection")]
    Ports,
    /// A route to any network.
    #[error("this machine has no network")]
    NoRoute,
    /// A name server that resolves names.
    #[error("the name servers do not respond, or report a failure (SERVFAIL, REFUSED)")]
    NoResolver,
}

impl LocalTrouble {
    /// What is exhausted, according to the error of a system call.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<Self> {
        match Errno::from_io_error(error)? {
            Errno::MFILE | Errno::NFILE => Some(Self::Descriptors),
            Errno::NOBUFS | Errno::NOMEM => Some(Self::Memory),
            _ => None,
        }
    }

    /// Whether descriptors are exhausted at the moment.
    pub fn of_descriptors() -> Option<Self> {
        UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).err().as_ref().and_then(Self::of)
    }
}
