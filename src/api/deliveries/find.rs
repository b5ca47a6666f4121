//! One delivery.

use axum::extract::{Path, State};

use crate::api::request::OnePath;
use crate::api::{Api, ApiError, Caller, Code, Envelope};
use crate::documents::full_delivery;
use crate::record::{DeliveryId, Details};

/// Responds with one delivery, its request and its attempts.
pub(super) async fn one(
    State(api): State<Api>,
    caller: Caller,
    Path((_, id)): OnePath,
) -> Result<Envelope, ApiError> {
    let details = stored(&api, &caller, &id).await?;
    let data = full_delivery(&details, &api.store.blocks().await?);
    Ok(Envelope::new(Code::Done, "Delivery fetched successfully", data))
}

/// The delivery that a path names.
///
/// # Errors
/// There is none for this caller, or the store cannot be read.
pub(super) async fn stored(api: &Api, caller: &Caller, id: &str) -> Result<Details, ApiError> {
    let none = || ApiError::new(Code::NotFound, format!("No delivery exists with id: {id}"));
    let details = api.store.delivery(DeliveryId::parse(id).ok_or_else(none)?).await?;
    details.filter(|details| caller.may_use(&details.summary.profile_id)).ok_or_else(none)
}
