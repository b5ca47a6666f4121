//! Retries, resends and cancels one delivery.

use axum::extract::{Path, State};

use super::find::stored;
use crate::api::request::{NewIds, OnePath};
use crate::api::{Api, ApiError, Caller, Code, Envelope};
use crate::documents::steered_delivery;
use crate::management::{self, ResendAs, SteerError, Steered};
use crate::profile::Choice as _;
use crate::record::DeliveryId;
use crate::storage::Problem;

/// Makes a pending delivery due now; resends one that has ended.
pub(super) async fn retry(
    State(api): State<Api>,
    caller: Caller,
    ids: NewIds,
    Path((_, id)): OnePath,
) -> Result<Envelope, ApiError> {
    let row = stored(&api, &caller, &id).await?.summary;
    let steered = management::retry(&*api.store, &row, ids.delivery()).await;
    let steered = once(&api, ids.delivery(), steered).await?;
    let blocks = api.store.blocks().await?;
    let block = blocks.of(&row).filter(|_| matches!(steered, Ok(Steered::DueNow)));
    done(row.id, steered, block.map(|block| block.why.name()))
}

/// Resends the request of a delivery as a new one.
pub(super) async fn resend(
    State(api): State<Api>,
    caller: Caller,
    ids: NewIds,
    Path((_, id)): OnePath,
) -> Result<Envelope, ApiError> {
    let row = stored(&api, &caller, &id).await?.summary;
    let steered = management::resend(&*api.store, row.id, ids.delivery()).await;
    done(row.id, once(&api, ids.delivery(), steered).await?, None)
}

/// Cancels a pending delivery.
pub(super) async fn cancel(
    State(api): State<Api>,
    caller: Caller,
    Path((_, id)): OnePath,
) -> Result<Envelope, ApiError> {
    let row = stored(&api, &caller, &id).await?.summary;
    done(row.id, management::cancel(&*api.store, &row).await, None)
}

/// The result of a resend that an earlier request with the same idempotency key may have made.
async fn once(
    api: &Api,
    new: ResendAs,
    steered: Result<Steered, SteerError>,
) -> Result<Result<Steered, SteerError>, ApiError> {
    match steered {
        Err(_) if api.store.delivery(new.id).await?.is_some() => Ok(Ok(Steered::Resent(new.id))),
        steered => Ok(steered),
    }
}

fn done(
    id: DeliveryId,
    steered: Result<Steered, SteerError>,
    blocked: Option<&str>,
) -> Result<Envelope, ApiError> {
    let steered = steered.map_err(|error| match error {
        SteerError::Store(error) if is_about_delivery(&error.problem) => {
            ApiError::new(Code::Conflict, error.problem.to_string())
        }
        SteerError::Store(error) => error.into(),
        ended => ApiError::new(Code::Conflict, ended.to_string()),
    })?;
    let message = match steered {
        Steered::DueNow if blocked.is_some() => "Delivery due now, and blocked",
        Steered::DueNow => "Delivery due now",
        Steered::Resent(_) => "Delivery resent",
        Steered::Cancelled => "Delivery cancelled",
    };
    let data = steered_delivery(id, steered.name(), steered.new_delivery(), blocked);
    Ok(Envelope::new(Code::Done, message, data))
}

/// Whether it is not a problem of the store.
fn is_about_delivery(problem: &Problem) -> bool {
    matches!(problem, Problem::NoDelivery(_) | Problem::NoRequest(_) | Problem::TestedGone(_))
}
