//! Reading a request's body within bounds.

use axum::body::Body;
use futures_util::StreamExt;

/// Bytes of a body that are kept: 1 MiB.
pub const BODY_KEPT: usize = 1 << 20;

/// Bytes of a body that are read before the answer is given without the rest: 64 MiB. A sender that
/// is still writing would otherwise see a broken connection instead of the answer.
pub const BODY_READ: u64 = 64 << 20;

/// A body as far as it was kept.
pub(super) struct ReadBody {
    /// At most [`BODY_KEPT`] bytes.
    pub(super) kept: Vec<u8>,
    /// All bytes that were read, kept or not.
    pub(super) length: u64,
}

/// Reads a body. An error means that the request broke off.
pub(super) async fn read(body: Body) -> Result<ReadBody, axum::Error> {
    let mut chunks = body.into_data_stream();
    let mut read = ReadBody { kept: Vec::new(), length: 0 };
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        let room = BODY_KEPT - read.kept.len();
        read.kept.extend_from_slice(&chunk[..chunk.len().min(room)]);
        read.length += chunk.len() as u64;
        if read.length > BODY_READ {
            break;
        }
    }
    Ok(read)
}
