//! Who is let through to a handler, and what that means for the response.

use std::sync::Arc;

use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};

use super::auth::{KeyInUse, KeyUsed, refuse_web_pages};
use super::guarded_body::keep_until_written;
use super::{Access, Api, ApiError, Caller, Sid};
use crate::storage::ApiKey;

/// A request that its caller may make.
#[derive(Debug)]
pub(super) struct Admission {
    /// Who makes it.
    pub(super) caller: Caller,
    key: Option<(Arc<ApiKey>, KeyInUse)>,
}

/// Why a caller is not let through.
#[derive(Debug)]
pub(super) struct Refusal {
    error: ApiError,
    /// Its key, if that is valid.
    key: Option<Arc<ApiKey>>,
}

impl Admission {
    /// Checks the caller, before anything is said about the request. `sid` is the account id of its path.
    ///
    /// # Errors
    /// It may not make this request.
    pub(super) async fn check(
        api: &Api,
        access: Access,
        (uri, headers): (&Uri, &HeaderMap),
        sid: impl FnOnce() -> Result<Option<Sid>, ApiError>,
    ) -> Result<Self, Refusal> {
        let Some(keys) = api.keys() else {
            refuse_web_pages(uri, headers)?;
            return Ok(Self { caller: Caller::anyone(sid()?.as_ref()), key: None });
        };
        let key = keys.authenticate(headers).await?;
        match keys.begin(&key, access) {
            Ok(in_use) => {
                let caller = Caller::of_key(sid()?.as_ref(), key.key());
                Ok(Self { caller, key: Some((Arc::clone(key.key()), in_use)) })
            }
            Err(error) => Err(Refusal { error, key: Some(Arc::clone(key.key())) }),
        }
    }

    /// The response of the handler. The request is in progress until it was written.
    pub(super) fn respond(self, api: &Api, response: Response) -> Response {
        let Some((key, in_use)) = self.key else { return response };
        let response = response.map(|body| keep_until_written(body, in_use));
        if api.access_log.is_some() { with_key(response, key) } else { response }
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self { error, key: None }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let response = self.error.into_response();
        match self.key {
            Some(key) => with_key(response, key),
            None => response,
        }
    }
}

/// Notes whose request it was, for the access log.
pub(super) fn with_key(mut response: Response, key: Arc<ApiKey>) -> Response {
    response.extensions_mut().insert(KeyUsed(key));
    response
}
