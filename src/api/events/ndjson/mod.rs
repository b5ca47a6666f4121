//! A stream of lines, one event each, in bounded memory: each chunk of lines is a commit. What became of them is
//! written to a file until the response, whose status depends on all of them.
//!
//! With an `Idempotency-Key`, each chunk has a key of its own, and so has the end: a request that was interrupted is
//! repeated from its start, and chunks that were accepted are not accepted again.

mod chunks;
mod report;
mod spool;

use axum::body::Body;
use axum::response::Response;

use crate::api::{Api, ApiError, Caller, Code};
use crate::intake::EventLine;
use crate::storage::{ContentHash, RequestKey};

use super::outcome::Outcomes;
use super::prepare::{Placed, Prepared, ReadEvent, elsewhere_if_much};
use super::whole;
use chunks::{Chunk, Chunks};
use report::Report;

/// Accepts the events of a stream. The response says what was accepted even if a part of it failed.
pub(super) async fn accept(api: &Api, caller: &Caller, key: Option<String>, body: Body) -> Response {
    let mut stream = Stream { api, caller, key, chunks: Chunks::new(body), chunk: 0 };
    let mut report = Report::default();
    let failure = loop {
        match stream.next().await {
            Ok(Some(outcomes)) => {
                if let Err(error) = report.add(outcomes).await {
                    break Some(error);
                }
            }
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    report.response(failure)
}

struct Stream<'a> {
    api: &'a Api,
    caller: &'a Caller,
    key: Option<String>,
    chunks: Chunks,
    /// The number of the next chunk.
    chunk: u64,
}

impl Stream<'_> {
    /// What became of the next chunk; none at the end.
    async fn next(&mut self) -> Result<Option<Outcomes>, ApiError> {
        let Some(chunk) = self.chunks.next().await? else {
            if self.chunk == 0 {
                return Err(ApiError::new(Code::Invalid, "the body has no event: send at least one line"));
            }
            // Another stream with this key may continue here.
            if let Some(key) = self.request_key(ContentHash::of(&[b"end"])) {
                whole::store(self.api, Some(key), Prepared::default()).await?;
            }
            return Ok(None);
        };
        if self.chunk > 0 {
            self.api.room().check(&*self.api.store).await?;
        }
        let key = self.request_key(ContentHash::of(&[b"lines", &chunk.bytes]));
        self.chunk += 1;
        let first = chunk.first_line;
        let bytes = chunk.bytes.len();
        let events = elsewhere_if_much(bytes, move || read(&chunk)).await?;
        let prepared = self.api.event_profiles().prepare(self.caller, events, bytes).await?;
        let mut outcomes = whole::store(self.api, key, prepared).await?;
        outcomes.shift(first);
        Ok(Some(outcomes))
    }

    /// The key of the next chunk. Keys of whole requests have another owner, so that they never meet.
    fn request_key(&self, content: ContentHash) -> Option<RequestKey> {
        let key = self.key.as_ref()?;
        Some(RequestKey {
            owner: format!("{} lines", self.caller.owner()),
            key: format!("{} {key}", self.chunk),
            content,
            note: Vec::new(),
        })
    }
}

/// The events of a chunk, with their lines counted from its first.
fn read(chunk: &Chunk) -> Placed<ReadEvent> {
    let lines = chunk.bytes.split(|byte| *byte == b'\n').enumerate();
    lines
        .map(|(at, line)| (at, line.trim_ascii()))
        .filter(|(_, line)| !line.is_empty())
        .map(|(at, line)| (at, EventLine::parse(line)))
        .collect()
}
