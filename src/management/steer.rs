//! Retries, resends and cancels one delivery.

use jiff::Timestamp;

use crate::clock;
use crate::profile::Choice as _;
use crate::record::{DeliveryId, Summary};
use crate::storage::{Storage, StoreError};

/// What was done to a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steered {
    /// It is due now.
    DueNow,
    /// It was resent as this new delivery.
    Resent(DeliveryId),
    /// It was cancelled.
    Cancelled,
}

impl Steered {
    /// In a word, for scripts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DueNow => "due now",
            Self::Resent(_) => "sent again as",
            Self::Cancelled => "cancelled",
        }
    }

    /// The new delivery, if it was resent.
    #[must_use]
    pub fn new_delivery(self) -> Option<DeliveryId> {
        match self {
            Self::Resent(id) => Some(id),
            Self::DueNow | Self::Cancelled => None,
        }
    }
}

/// Why a delivery was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SteerError {
    /// It had already ended.
    #[error("delivery {0} has already ended: {1}")]
    Ended(DeliveryId, &'static str),
    /// It ended while this was requested.
    #[error("delivery {0} has ended meanwhile")]
    EndedMeanwhile(DeliveryId),
    /// The store failed, or the delivery cannot be resent.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The new delivery of a resend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResendAs {
    /// Its id.
    pub id: DeliveryId,
    /// When it is accepted and due.
    pub at: Timestamp,
}

impl ResendAs {
    /// A new delivery, now.
    #[must_use]
    pub fn now() -> Self {
        Self { id: DeliveryId::generate(), at: clock::now() }
    }
}

/// Makes a pending delivery due now, and resends one that has ended.
///
/// # Errors
/// It cannot be resent, or the store cannot be written.
pub async fn retry(store: &dyn Storage, row: &Summary, new: ResendAs) -> Result<Steered, SteerError> {
    if row.state.is_pending() && store.retry_now(row.id).await? {
        return Ok(Steered::DueNow);
    }
    // It may have ended since it was read.
    resend(store, row.id, new).await
}

/// Resends the request of a delivery as a new delivery.
///
/// # Errors
/// It cannot be resent, or the store cannot be written.
pub async fn resend(store: &dyn Storage, id: DeliveryId, new: ResendAs) -> Result<Steered, SteerError> {
    store.resend(id, new.id, new.at).await?;
    Ok(Steered::Resent(new.id))
}

/// Cancels a pending delivery.
///
/// # Errors
/// It has ended, or the store cannot be written.
pub async fn cancel(store: &dyn Storage, row: &Summary) -> Result<Steered, SteerError> {
    if !row.state.is_pending() {
        return Err(SteerError::Ended(row.id, row.state.name()));
    }
    if store.cancel(row.id).await? { Ok(Steered::Cancelled) } else { Err(SteerError::EndedMeanwhile(row.id)) }
}
