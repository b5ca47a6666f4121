//! Events that do not go through the router. They are counted, logged and checked as all requests are.

use axum::extract::Request;
use axum::http::{Method, Uri};
use axum::response::{IntoResponse as _, Response};

use crate::api::admission::Admission;
use crate::api::observe::Observed;
use crate::api::{Api, Sid};

use super::{ACCESS, PATH, handler};

/// The account id of a request that hands over events, if it is one that need not be decoded.
pub(in crate::api) fn sid_of(method: &Method, uri: &Uri) -> Option<Sid> {
    let (before, after) = PATH.split_once("{sid}")?;
    let sid = uri.path().strip_prefix(before)?.strip_suffix(after)?;
    (method == Method::POST).then(|| Sid::parse(sid).ok())?
}

/// Responds to such a request.
pub(in crate::api) async fn serve(api: &Api, sid: Sid, request: Request) -> Response {
    let observed = Observed::begin(api, &request);
    let (parts, body) = request.into_parts();
    let response = match Admission::check(api, ACCESS, (&parts.uri, &parts.headers), || Ok(Some(sid))).await {
        Ok(admission) => {
            let done = handler::respond(api, &admission.caller, &parts.headers, body).await;
            admission.respond(api, done.into_response())
        }
        Err(refusal) => refusal.into_response(),
    };
    observed.end(api, Some(PATH), &response);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_of_events_are_taken() {
        let sid = |method: Method, path: &'static str| {
            sid_of(&method, &Uri::from_static(path)).map(|sid| sid.as_str().to_owned())
        };
        assert_eq!(sid(Method::POST, "/v1/a-b_c.9/callback/events?x=1").as_deref(), Some("a-b_c.9"));
        assert_eq!(sid(Method::GET, "/v1/a/callback/events"), None);
        for path in [
            "/v1/a%41/callback/events",
            "/v1//callback/events",
            "/v1/a/b/callback/events",
            "/v1/a/callback/events/",
        ] {
            assert_eq!(sid(Method::POST, path), None, "{path}");
        }
    }
}
