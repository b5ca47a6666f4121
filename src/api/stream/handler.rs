//! Begins a stream.

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::unfold;
use tokio::sync::mpsc;

use super::follow::{Broken, Follow};
use super::request::StreamRequest;
use crate::api::auth::StreamKey;
use crate::api::request::QueryPairs;
use crate::api::server::Lasting;
use crate::api::{Api, ApiError, Caller};

/// Responds with what happens, from the last event that the client has on.
pub(super) async fn stream(
    State(api): State<Api>,
    caller: Caller,
    key: Option<Extension<StreamKey>>,
    headers: HeaderMap,
    query: QueryPairs,
) -> Result<Response, ApiError> {
    let key = key.map(|Extension(key)| key);
    let StreamRequest { after, filter, follow } = StreamRequest::read(&caller, &headers, query)?;
    let place = api.streams().take(key.as_ref().map(StreamKey::id))?;
    // Read in any case: a store that cannot be read is a 503 and no stream.
    let end = api.store.feed_end().await?;
    let is_resumed = after.is_some();
    // One page is read ahead at most.
    let (pages, sent) = mpsc::channel(1);
    let following = Follow { api, key, filter, stays: follow, at: after.unwrap_or(end), pages };
    tokio::spawn(async move {
        following.run(is_resumed).await;
        drop(place);
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Proxies pass it on as it comes.
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((Extension(Lasting), headers, body(sent)).into_response())
}

fn body(sent: mpsc::Receiver<Result<Bytes, Broken>>) -> Body {
    Body::from_stream(unfold(sent, async |mut sent| Some((sent.recv().await?, sent))))
}
