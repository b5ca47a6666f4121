//! The source of the ids that a request creates: new, or those of its idempotency key.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::api::Api;
use crate::management::ResendAs;
use crate::record::DeliveryId;

/// The source of the ids that a request creates: a new delivery id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewIds(DeliveryId);

impl NewIds {
    /// From the receipt of a request: the same each time that it is carried out.
    #[must_use]
    pub fn of(id: DeliveryId) -> Self {
        Self(id)
    }

    /// The bits of a new profile id.
    #[must_use]
    pub fn unique(self) -> Uuid {
        let mut random = [0; 16];
        random.copy_from_slice(&Sha256::digest(self.0.bytes())[..16]);
        uuid::Builder::from_random_bytes(random).into_uuid()
    }

    /// A new delivery, accepted when the request arrived.
    #[must_use]
    pub fn delivery(self) -> ResendAs {
        ResendAs { id: self.0, at: self.0.made_at() }
    }
}

impl FromRequestParts<Api> for NewIds {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or_else(|| Self(DeliveryId::generate())))
    }
}
