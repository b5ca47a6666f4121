//! Bodies of requests, read within limits of size and time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use futures_util::FutureExt as _;
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use tokio::time::{Instant, timeout, timeout_at};

use super::{ApiError, Code};

/// How long a body may pause.
const PAUSE: Duration = Duration::from_secs(30);

/// How long a body may take that is read as a whole.
const WHOLE: Duration = Duration::from_mins(1);

/// The next bytes of a body; none at its end.
///
/// # Errors
/// They did not arrive in time, or the client has gone.
pub(super) async fn next(body: &mut Body) -> Result<Option<Bytes>, ApiError> {
    next_within(body, PAUSE).await
}

async fn next_within(body: &mut Body, pause: Duration) -> Result<Option<Bytes>, ApiError> {
    loop {
        // Usually it has arrived with the head: no timer is needed.
        let frame = match body.frame().now_or_never() {
            Some(frame) => frame,
            None => timeout(pause, body.frame()).await.map_err(|_| paused(pause))?,
        };
        match frame {
            None => return Ok(None),
            // Trailers are of no interest.
            Some(Ok(frame)) => {
                if let Ok(bytes) = frame.into_data() {
                    return Ok(Some(bytes));
                }
            }
            Some(Err(error)) => return Err(broken(&error)),
        }
    }
}

fn paused(pause: Duration) -> ApiError {
    ApiError::new(Code::TooSlow, format!("the body paused for {} s", pause.as_secs()))
}

/// The error if a body did not arrive within this time.
pub(super) fn too_slow(long: Duration) -> ApiError {
    ApiError::new(Code::TooSlow, format!("the body did not arrive within {} s", long.as_secs()))
}

/// A whole body of `most` bytes at most.
///
/// # Errors
/// It is longer, did not arrive in time, or the client has gone.
pub(super) async fn whole(headers: &HeaderMap, body: Body, most: usize) -> Result<Vec<u8>, ApiError> {
    whole_within(headers, body, most, (PAUSE, WHOLE)).await
}

async fn whole_within(
    headers: &HeaderMap,
    mut body: Body,
    most: usize,
    (pause, long): (Duration, Duration),
) -> Result<Vec<u8>, ApiError> {
    let named =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if named.is_some_and(|named| named > most as u64) {
        return Err(too_large(most));
    }
    let until = Instant::now() + long;
    let mut all = Vec::with_capacity(named.and_then(|named| usize::try_from(named).ok()).unwrap_or_default());
    while !body.is_end_stream()
        && let Some(bytes) =
            timeout_at(until, next_within(&mut body, pause)).await.map_err(|_| too_slow(long))??
    {
        if all.len() + bytes.len() > most {
            return Err(too_large(most));
        }
        all.extend_from_slice(&bytes);
    }
    Ok(all)
}

fn too_large(most: usize) -> ApiError {
    let why = format!(
        "the body has more than {most} bytes: send less at once; events may be sent as application/x-ndjson"
    );
    ApiError::new(Code::TooLarge, why)
}

fn broken(error: &axum::Error) -> ApiError {
    ApiError::new(Code::BadRequest, format!("the body ended early: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(body: Body, most: usize, times: (Duration, Duration)) -> Result<Vec<u8>, Code> {
        whole_within(&HeaderMap::new(), body, most, times).await.map_err(|error| error.code())
    }

    #[tokio::test]
    async fn a_body_is_read_within_its_limits() {
        const LONG: Duration = Duration::from_mins(1);
        const SHORT: Duration = Duration::from_millis(20);
        assert_eq!(read(Body::from("12345678"), 8, (LONG, LONG)).await, Ok(b"12345678".to_vec()));
        assert_eq!(read(Body::from("123456789"), 8, (LONG, LONG)).await, Err(Code::TooLarge));
        let hanging = futures_util::stream::pending::<Result<Bytes, axum::Error>>();
        assert_eq!(read(Body::from_stream(hanging), 8, (SHORT, LONG)).await, Err(Code::TooSlow));
        let drips = futures_util::stream::unfold((), |()| async {
            tokio::time::sleep(SHORT / 20).await;
            Some((Ok::<_, axum::Error>(Bytes::from_static(b"x")), ()))
        });
        assert_eq!(read(Body::from_stream(drips), 1 << 20, (LONG, SHORT)).await, Err(Code::TooSlow));
    }

    #[tokio::test]
    async fn a_length_beyond_the_limit_is_refused() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_LENGTH, 9.into());
        assert_eq!(whole(&headers, Body::empty(), 8).await.unwrap_err().code(), Code::TooLarge);
    }
}
