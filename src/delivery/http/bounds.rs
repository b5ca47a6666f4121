//! How long a connection is kept, and how much of a response is read from it.

use std::time::Duration;

/// Many servers close an idle connection after five seconds.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(4);
/// The longest head of a response that is read, in bytes.
pub const HEAD_LIMIT: u32 = 256 * 1024;
/// The most headers of a response that are read.
pub const HEADER_LIMIT: usize = 1000;
