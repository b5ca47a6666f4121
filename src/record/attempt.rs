//! One attempt, as recorded.

use std::net::SocketAddr;

use jiff::Timestamp;

use super::{Failure, HeaderList};

/// One attempt and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// 1 is the first attempt.
    pub n: u32,
    /// When it started.
    pub started_at: Timestamp,
    /// Until the last byte of the response was read, in milliseconds.
    pub duration_ms: u32,
    /// The address of the connection that the request was sent on, or the last one that was dialled for it; none if
    /// none was.
    pub address: Option<SocketAddr>,
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// Why it failed; none if delivered.
    pub error: Option<Failure>,
    /// The headers of the response, up to 16 KiB; bytes that are not UTF-8 are escaped.
    pub response_headers: HeaderList,
    /// The body of the response, its first 16 KiB.
    pub response_body: Vec<u8>,
    /// Whether the response is longer than the part that is kept: its body continues, or a header is left out.
    pub response_cut: bool,
    /// Why the body of a successful response is incomplete (our decision: the status was received, so the callback
    /// was accepted). A failed attempt says so in `error`.
    pub response_incomplete: Option<String>,
    /// The sender that made it (`HOST/PID/NUMBER`); none where one process at a time sends.
    pub sender: Option<String>,
}
