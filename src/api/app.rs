//! What connections call: the router, and events without it.
//!
//! Nearly all requests are events, one each. On its way through the router each has its path matched, its headers
//! copied, and its future and services put into boxes, which takes as long as storing it.

use std::convert::Infallible;

use axum::extract::Request;
use axum::response::Response;
use hyper::service::{Service, service_fn};
use hyper_util::service::TowerToHyperService;

use super::{Api, events, router};

/// All of the API.
#[must_use]
pub fn app(
    api: Api,
) -> impl Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static {
    let router = TowerToHyperService::new(router(api.clone()));
    service_fn(move |request: Request| {
        let (api, router) = (api.clone(), router.clone());
        async move {
            match events::sid_of(request.method(), request.uri()) {
                // Boxed, since each connection has room for one of these futures.
                Some(sid) => Ok(Box::pin(events::serve(&api, sid, request)).await),
                None => router.call(request).await,
            }
        }
    })
}
