//! The parts of a multipart body.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::stream;

/// Passes the name and the text of each named part to `add`, as far as the body can be parsed.
pub(super) fn each_part(content_type: &str, body: Bytes, mut add: impl FnMut(String, String)) {
    let Ok(boundary) = multer::parse_boundary(content_type) else { return };
    let body = stream::once(async { Ok::<_, Infallible>(body) });
    let mut parts = multer::Multipart::new(body, boundary);
    // The whole body is in memory, so nothing is awaited: what is not ready never will be.
    while let Some(Ok(Some(part))) = parts.next_field().now_or_never() {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let Some(Ok(bytes)) = part.bytes().now_or_never() else { return };
        add(name, String::from_utf8_lossy(&bytes).into_owned());
    }
}
