//! What an endpoint answers, as far as it has come.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::{HeaderMap, RETRY_AFTER};
use hyper::{Response, StatusCode};
use jiff::Timestamp;

use super::line::Line;
use crate::delivery::printable::printable;
use crate::delivery::redact;
use crate::delivery::verdict;

/// How much of an answer is read: enough to keep the connection for the next request.
const READ_LIMIT: usize = 64 * 1024;
/// How much of an answer is kept.
const KEEP_LIMIT: usize = 16 * 1024;

/// What has come of an answer so far, kept when the time runs out in the middle of it.
#[derive(Default)]
pub(super) struct Answer {
    pub status: Option<StatusCode>,
    /// Without secrets.
    pub headers: HeaderMap,
    body: Vec<u8>,
    /// Whether more came than is kept.
    pub cut: bool,
    /// Read to its end.
    whole: bool,
    /// Those of the request, which an answer may repeat.
    pub secrets: Vec<Vec<u8>>,
}

impl Answer {
    /// Takes the head, and reads the body; a longer one than [`READ_LIMIT`] is cut off, which is no
    /// failure.
    pub async fn take(&mut self, response: Response<Incoming>) -> Result<(), hyper::Error> {
        let (mut head, body) = response.into_parts();
        self.status = Some(head.status);
        redact::clean(&mut head.headers, &self.secrets);
        self.headers = head.headers;
        let (kept, cut) = (&mut self.body, &mut self.cut);
        let keep = |chunk: Bytes| {
            let room = KEEP_LIMIT - kept.len();
            *cut |= chunk.len() > room;
            kept.extend_from_slice(&chunk[..chunk.len().min(room)]);
        };
        self.whole = read(body, head.extensions.get(), READ_LIMIT, keep).await? == Read::Whole;
        Ok(())
    }

    /// The headers as text.
    pub fn shown_headers(&self) -> Vec<(String, String)> {
        self.headers.iter().map(|(n, v)| (n.to_string(), printable(v.as_bytes()))).collect()
    }

    /// The body without secrets, which is taken out.
    pub fn shown_body(&mut self) -> Vec<u8> {
        let body = std::mem::take(&mut self.body);
        if self.whole && !self.cut {
            redact::without(body, &self.secrets)
        } else {
            redact::without_in_part(body, &self.secrets)
        }
    }

    /// How long the endpoint asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        let asks =
            matches!(self.status, Some(StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE));
        let value = self.headers.get(RETRY_AFTER).filter(|_| asks)?.to_str().ok()?;
        verdict::retry_after(value, Timestamp::now())
    }
}

/// How much of a body was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::delivery) enum Read {
    /// All of it: the connection can carry the next request.
    Whole,
    /// More than the limit: the rest is not waited for, and the connection is given up.
    TooLong,
}

/// Reads the body of an answer, to a little more than `limit` bytes. `line` is the connection that it
/// comes over.
pub(in crate::delivery) async fn read(
    mut body: Incoming,
    line: Option<&Line>,
    limit: usize,
    mut take: impl FnMut(Bytes),
) -> Result<Read, hyper::Error> {
    let mut came = 0;
    while let Some(frame) = body.frame().await {
        // Trailers are no part of it.
        let Ok(chunk) = frame?.into_data() else { continue };
        came += chunk.len();
        take(chunk);
        if came > limit {
            return Ok(Read::TooLong);
        }
    }
    if let Some(line) = line {
        line.settle();
    }
    Ok(Read::Whole)
}
