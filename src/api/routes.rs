//! Routes with what each requires of its caller: without that a route cannot be added.

use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};

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

    /// Adds POST of a path.
    #[must_use]
    pub fn post<H: Handler<T, Api>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add(Method::POST, MethodFilter::POST, path, access, handler)
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
    #[expect(dead_code, reason = "keys are looked up in its store")]
    api: Api,
    access: Access,
}

/// Lets a request through to its handler if its caller may.
async fn admit(
    State(guard): State<Guard>,
    params: RawPathParams,
    mut request: Request,
    next: Next,
) -> Response {
    if guard.access == Access::Public {
        return next.run(request).await;
    }
    let sid = params.iter().find(|(name, _)| *name == "sid").map(|(_, text)| Sid::parse(text)).transpose();
    let sid = match sid {
        Ok(sid) => sid,
        Err(why) => return ApiError::new(Code::NotFound, why).into_response(),
    };
    request.extensions_mut().insert(Caller::anyone(sid.as_ref()));
    next.run(request).await
}
