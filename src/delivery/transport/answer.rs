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
    /// Takes the head.
    pub fn begin(&mut self, response: &Response<Incoming>) {
        self.status = Some(response.status());
        self.headers.clone_from(response.headers());
        redact::clean(&mut self.headers, &self.secrets);
    }

    /// Reads the body; a longer one than [`READ_LIMIT`] is cut off, which is no failure.
    pub async fn read(&mut self, response: Response<Incoming>) -> Result<(), hyper::Error> {
        let (body, cut) = (&mut self.body, &mut self.cut);
        let keep = |chunk: Bytes| {
            let room = KEEP_LIMIT - body.len();
            *cut |= chunk.len() > room;
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        };
        self.whole = read(response, READ_LIMIT, keep).await? == Read::Whole;
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

/// Reads the body of an answer, to a little more than `limit` bytes.
pub(in crate::delivery) async fn read(
    response: Response<Incoming>,
    limit: usize,
    mut take: impl FnMut(Bytes),
) -> Result<Read, hyper::Error> {
    let line = response.extensions().get::<Line>().cloned();
    let mut body = response.into_body();
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
