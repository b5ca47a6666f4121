//! What responds to the requests of connections.

use std::convert::Infallible;

use axum::extract::Request;
use axum::response::Response;
use hyper::service::Service;

/// What responds to the requests of connections. Cheap to clone.
pub trait App:
    Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

impl<S> App for S where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}
