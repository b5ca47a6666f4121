//! Reads the body of a response, within a limit.

use bytes::Bytes;

use super::body::Body;
use super::connection::info::ConnInfo;

/// How much of a body was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyRead {
    /// All of it: the connection can carry the next request.
    Whole,
    /// More than the limit: the rest is not awaited, and the connection is closed.
    TooLong,
}

/// Reads the body of a response, to a little more than `limit` bytes. `conn` is its connection.
pub async fn read(
    mut body: Body,
    conn: Option<&ConnInfo>,
    limit: usize,
    mut take: impl FnMut(Bytes),
) -> Result<BodyRead, hyper::Error> {
    let mut came = 0;
    while let Some(frame) = body.frame().await {
        // Trailers are not part of it.
        let Ok(chunk) = frame?.into_data() else { continue };
        if let Some(conn) = conn.filter(|_| !chunk.is_empty()) {
            conn.note_progress();
        }
        came += chunk.len();
        take(chunk);
        if came > limit {
            return Ok(BodyRead::TooLong);
        }
    }
    if let Some(conn) = conn {
        conn.consume();
    }
    body.finish();
    Ok(BodyRead::Whole)
}
