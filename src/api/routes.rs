//! Routes with what each requires of its caller: without that a route cannot be added.

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};

use super::admission::{Admission, Refusal, with_key};
use super::auth::refuse_web_pages;
use super::repeatable::once;
use super::{Access, Api, ApiError, Caller, Code, Sid};

/// A route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method; GET includes HEAD.
    pub method: Method,
    /// The path with its parameters, such as `/v1/{sid}/callback/events`.
    pub path: &'static str,
    /// What it requires of its caller.
    pub access: Access,
}

/// Collects the routes of a subject.
#[derive(Debug)]
pub struct Routes {
    api: Api,
    router: Router<Api>,
    table: Vec<Route>,
}

impl Routes {
    /// None yet.
    #[must_use]
    pub fn new(api: Api) -> Self {
        Self { api, router: Router::new(), table: Vec::new() }
    }

    /// Adds GET of a path.
    #[must_use]
    pub fn get<H: Handler<T, Api>, T: 'static>(self, path: &'static str, access: Access, handler: H) -> Self {
        self.add(Method::GET, MethodFilter::GET, path, access, handler)
    }

    /// Adds GET of a path whose response lasts: it has its own limits.
    #[must_use]
    pub fn stream<H: Handler<T, Api>, T: 'static>(
        mut self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.table.push(Route { method: Method::GET, path, access });
        let guard = middleware::from_fn_with_state(Guard { api: self.api.clone(), access }, admit_stream);
        self.router = self.router.route(path, on(MethodFilter::GET, handler).layer(guard));
        self
    }

    /// Adds POST of a path whose handler has receipts of its own.
    #[must_use]
    pub fn post<H: Handler<T, Api>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add(Method::POST, MethodFilter::POST, path, access, handler)
    }

    /// Adds POST of a path, which is carried out once for its idempotency key.
    #[must_use]
    pub fn post_once<H: Handler<T, Api>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        let once = middleware::from_fn_with_state(self.api.clone(), once);
        self.post(path, access, handler.layer(once))
    }

    /// Adds PATCH of a path.
    #[must_use]
    pub fn patch<H: Handler<T, Api>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add(Method::PATCH, MethodFilter::PATCH, path, access, handler)
    }

    /// Adds DELETE of a path.
    #[must_use]
    pub fn delete<H: Handler<T, Api>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add(Method::DELETE, MethodFilter::DELETE, path, access, handler)
    }

    fn add<H: Handler<T, Api>, T: 'static>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.table.push(Route { method, path, access });
        let guard = middleware::from_fn_with_state(Guard { api: self.api.clone(), access }, admit);
        self.router = self.router.route(path, on(filter, handler).layer(guard));
        self
    }

    /// The routes so far.
    #[must_use]
    pub fn table(&self) -> &[Route] {
        &self.table
    }

    /// What was added.
    pub(super) fn into_parts(self) -> (Router<Api>, Vec<Route>) {
        (self.router, self.table)
    }
}

/// What is checked before a handler runs.
#[derive(Debug, Clone)]
struct Guard {
    api: Api,
    access: Access,
}

/// Lets a request through to its handler if its caller may.
async fn admit(
    State(guard): State<Guard>,
    params: RawPathParams,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    if guard.access == Access::Public {
        return Ok(next.run(request).await);
    }
    let head = (request.uri(), request.headers());
    let admission = Admission::check(&guard.api, guard.access, head, || sid(&params)).await?;
    request.extensions_mut().insert(admission.caller.clone());
    let response = next.run(request).await;
    Ok(admission.respond(&guard.api, response))
}

/// The same for a stream.
async fn admit_stream(
    State(guard): State<Guard>,
    params: RawPathParams,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let Some(keys) = guard.api.keys() else {
        refuse_web_pages(request.uri(), request.headers())?;
        request.extensions_mut().insert(Caller::anyone(sid(&params)?.as_ref()));
        return Ok(next.run(request).await);
    };
    let key = keys.authenticate(request.headers()).await?;
    let response = match keys.begin_stream(&key, guard.access, request.headers()) {
        Ok(of_stream) => {
            request.extensions_mut().insert(Caller::of_key(sid(&params)?.as_ref(), key.key()));
            request.extensions_mut().insert(of_stream);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    };
    Ok(with_key(response, Arc::clone(key.key())))
}

/// The account id of a path that has one.
fn sid(params: &RawPathParams) -> Result<Option<Sid>, ApiError> {
    let text = params.iter().find(|(name, _)| *name == "sid").map(|(_, text)| text);
    text.map(Sid::parse).transpose().map_err(|why| ApiError::new(Code::NotFound, why))
}
