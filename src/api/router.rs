//! All routes: one function per subject adds its own.

use axum::Router;
use axum::http::{Method, Uri};
use axum::middleware;

use super::observe::observe;
use super::{
    Api, ApiError, Code, Route, Routes, deliveries, events, openapi, operations, profiles, stats, stream,
};

/// All routes, on this state.
pub fn router(api: Api) -> Router {
    let (router, _) = routes(api.clone()).into_parts();
    let observe = middleware::from_fn_with_state(api.clone(), observe);
    router.fallback(no_path).method_not_allowed_fallback(no_method).layer(observe).with_state(api)
}

/// The table of all routes.
#[must_use]
pub fn table(api: Api) -> Vec<Route> {
    routes(api).into_parts().1
}

fn routes(api: Api) -> Routes {
    let subjects =
        [events::add, profiles::add, deliveries::add, stats::add, stream::add, operations::add, openapi::add];
    subjects.into_iter().fold(Routes::new(api), |routes, add| add(routes))
}

async fn no_path(uri: Uri) -> ApiError {
    ApiError::new(Code::NotFound, format!("no path {}: GET /openapi.json lists the paths", uri.path()))
}

async fn no_method(method: Method, uri: Uri) -> ApiError {
    ApiError::new(Code::MethodNotAllowed, format!("{} does not have {method}", uri.path()))
}
