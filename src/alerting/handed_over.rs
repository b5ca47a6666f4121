//! Hands an alert over to a callback profile: as an event of it, accepted in the queue.

use serde_json::Value;

use super::document;
use crate::callback::Values;
use crate::intake::PreparedEvent;
use crate::profile::{Profile, Status};
use crate::record::EventId;
use crate::storage::{AcceptRequest, Alert, Storage, StoreError};

/// Why an alert cannot be handed over.
#[derive(Debug, thiserror::Error)]
pub enum HandOverError {
    /// No profile has this id or title, or several have it.
    #[error("alert_profile: {0}")]
    NoProfile(String),
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The profile that the setting names.
///
/// # Errors
/// There is none, or it accepts no events.
pub(super) async fn profile(store: &dyn Storage, name: &str) -> Result<Profile, HandOverError> {
    let no = |why: &str| HandOverError::NoProfile(format!("'{name}' {why}"));
    let found = store.find_profiles(name).await?;
    let [row] = &found[..] else {
        return Err(no(if found.is_empty() {
            "is not a profile"
        } else {
            "names several profiles: use an ID"
        }));
    };
    let profile = store.profile(&row.id).await?.ok_or_else(|| no("is not a profile"))?;
    if profile.status == Status::Disabled {
        return Err(no("is disabled and accepts no events"));
    }
    Ok(profile)
}

/// Accepts an alert as an event of a profile, with its id: a repeated one is recognized. What concerns that profile
/// itself is left out, since it would report its own failure to itself.
///
/// # Errors
/// The profile does not say which event it is, or the store cannot be written.
pub(super) async fn hand_over(
    store: &dyn Storage,
    profile: &Profile,
    alert: &Alert,
) -> Result<(), HandOverError> {
    let id = alert.id.to_string();
    let Some(Value::Object(members)) = document::document(&id, &document::of_others(alert, &profile.id))
    else {
        return Ok(());
    };
    let no = |why: &dyn std::fmt::Display| HandOverError::NoProfile(why.to_string());
    let event_id = EventId::parse(id).map_err(|error| no(&error))?;
    let prepared =
        PreparedEvent::new(profile, None, Some(event_id), Values::new(members)).map_err(|why| no(&why))?;
    store.accept(AcceptRequest::new(vec![prepared.into_submission()])).await?;
    Ok(())
}
