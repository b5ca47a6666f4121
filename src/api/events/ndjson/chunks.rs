//! A body in chunks of lines. Where a chunk ends depends on the lines alone, not on how they arrive: a repeated request
//! has the same chunks.

use std::time::Duration;

use axum::body::{Body, Bytes};
use tokio::time::{Instant, timeout_at};

use crate::api::events::MAX_EVENT_BYTES;
use crate::api::{ApiError, Code, request_body};

/// The most lines of a chunk, blank ones included.
const LINES: usize = 500;
/// A chunk ends with the line that makes it this long, in bytes.
const BYTES: usize = 4 << 20;

/// How long a stream may take.
const TIME: Duration = Duration::from_hours(1);

/// Consecutive lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chunk {
    /// The first line, counted from 0.
    pub(super) first_line: usize,
    /// The lines, separated by line feeds.
    pub(super) bytes: Vec<u8>,
}

/// Reads chunks.
pub(super) struct Chunks {
    body: Body,
    /// Received, and not yet in a chunk.
    left: Bytes,
    /// The next line.
    line: usize,
    ended: bool,
    /// When it must have ended.
    until: Instant,
}

impl Chunks {
    pub(super) fn new(body: Body) -> Self {
        Self { body, left: Bytes::new(), line: 0, ended: false, until: Instant::now() + TIME }
    }

    /// The next chunk with anything but blank lines; none at the end.
    ///
    /// # Errors
    /// A line is too long, or the body does not arrive.
    pub(super) async fn next(&mut self) -> Result<Option<Chunk>, ApiError> {
        loop {
            let chunk = self.any().await?;
            if !chunk.bytes.trim_ascii().is_empty() {
                return Ok(Some(chunk));
            }
            if self.ended && self.left.is_empty() {
                return Ok(None);
            }
        }
    }

    async fn any(&mut self) -> Result<Chunk, ApiError> {
        let mut chunk = Chunk { first_line: self.line, bytes: Vec::new() };
        let mut lines = 0;
        // Where the line begins that is being read.
        let mut begin = 0;
        loop {
            if let Some(end) = self.left.iter().position(|byte| *byte == b'\n') {
                let line = self.left.split_to(end + 1);
                chunk.bytes.extend_from_slice(&line);
                check(&chunk.bytes[begin..chunk.bytes.len() - 1], self.line)?;
                begin = chunk.bytes.len();
                self.line += 1;
                lines += 1;
                if lines == LINES || chunk.bytes.len() >= BYTES {
                    break;
                }
                continue;
            }
            chunk.bytes.extend_from_slice(&std::mem::take(&mut self.left));
            check(&chunk.bytes[begin..], self.line)?;
            let next = timeout_at(self.until, request_body::next(&mut self.body)).await;
            let Some(bytes) = next.map_err(|_| request_body::too_slow(TIME))?? else {
                self.ended = true;
                break;
            };
            self.left = bytes;
        }
        if chunk.bytes.last() == Some(&b'\n') {
            chunk.bytes.pop();
        }
        Ok(chunk)
    }
}

fn check(line: &[u8], number: usize) -> Result<(), ApiError> {
    // A line may end with a carriage return.
    if line.len() <= MAX_EVENT_BYTES + 1 {
        return Ok(());
    }
    let why = format!("line {} (index {number}) has more than {MAX_EVENT_BYTES} bytes", number + 1);
    Err(ApiError::new(Code::TooLarge, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn chunks(text: &[u8], at_a_time: usize) -> Result<Vec<Chunk>, String> {
        let frames: Vec<_> =
            text.chunks(at_a_time).map(|part| Ok::<_, axum::Error>(Bytes::copy_from_slice(part))).collect();
        let mut chunks = Chunks::new(Body::from_stream(futures_util::stream::iter(frames)));
        let mut all = Vec::new();
        while let Some(chunk) = chunks.next().await.map_err(|error| error.params().join("; "))? {
            all.push(chunk);
        }
        Ok(all)
    }

    #[tokio::test]
    async fn chunks_do_not_depend_on_how_the_lines_arrive() {
        let lines: Vec<String> = (0..LINES * 2 + 7).map(|n| format!("{{\"n\": {n}}}")).collect();
        let text = lines.join("\n") + "\n";
        let all = chunks(text.as_bytes(), text.len()).await.unwrap();
        assert_eq!(all.iter().map(|chunk| chunk.first_line).collect::<Vec<_>>(), [0, LINES, LINES * 2]);
        let joined: Vec<u8> = all.iter().flat_map(|chunk| [&*chunk.bytes, b"\n"].concat()).collect();
        assert_eq!(joined, text.as_bytes());
        for at_a_time in [1, 7, 4096] {
            assert_eq!(chunks(text.as_bytes(), at_a_time).await.unwrap(), all, "{at_a_time}");
        }
    }

    #[tokio::test]
    async fn the_last_line_needs_no_end_and_blank_lines_count() {
        let one = |first_line, text: &str| Chunk { first_line, bytes: text.as_bytes().to_vec() };
        assert_eq!(chunks(b"a\n\nb", 2).await.unwrap(), [one(0, "a\n\nb")]);
        assert_eq!(chunks(b"", 2).await.unwrap(), []);
        assert_eq!(chunks(b"\n\r\n  \n", 2).await.unwrap(), []);
        let text = "\n".repeat(LINES) + "a";
        assert_eq!(chunks(text.as_bytes(), 100).await.unwrap(), [one(LINES, "a")]);
    }

    #[tokio::test]
    async fn a_line_may_not_be_endless() {
        let longest = "x".repeat(MAX_EVENT_BYTES);
        assert_eq!(chunks(format!("{longest}\r\na").as_bytes(), 8192).await.unwrap().len(), 1);
        let why = chunks(format!("a\n{longest}xx").as_bytes(), 8192).await.unwrap_err();
        assert_eq!(why, "line 2 (index 1) has more than 1048576 bytes");
    }
}
