//! The id of a delivery, which endpoints see as `webhook-id`.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use uuid::{ContextV7, Uuid};

use crate::clock;

/// Made when a delivery is accepted and the same on every retry. Ids of one process grow with time
/// (UUID version 7); those of several hosts do so only as far as their clocks agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeliveryId(Uuid);

impl DeliveryId {
    /// A new id.
    #[must_use]
    pub fn generate() -> Self {
        static CONTEXT: Mutex<ContextV7> = Mutex::new(ContextV7::new());
        let now = clock::now();
        let (seconds, nanos) = (now.as_second().unsigned_abs(), now.subsec_nanosecond().unsigned_abs());
        // It stays whole where a thread panics: it is made of cells.
        let context = CONTEXT.lock().unwrap_or_else(PoisonError::into_inner);
        Self(Uuid::new_v7(uuid::Timestamp::from_unix(&*context, seconds, nanos)))
    }

    /// Reads an id.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text.trim()).ok().map(Self)
    }

    /// The least of all ids that are made at this time, to the millisecond: the first 48 bits of an
    /// id (RFC 9562, version 7).
    #[must_use]
    pub fn first_at(time: Timestamp) -> Self {
        let ms = u64::try_from(time.as_millisecond()).unwrap_or(0);
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
        Self::from_bytes(bytes)
    }

    /// When it was made, to the millisecond.
    #[must_use]
    pub fn made_at(self) -> Timestamp {
        let mut ms = [0; 8];
        ms[2..].copy_from_slice(&self.bytes()[..6]);
        // 48 bits reach beyond the times that can be told; such an id was not made by a clock.
        let ms = i64::try_from(u64::from_be_bytes(ms)).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
    }

    /// The 16 bytes, as the store keeps them.
    #[must_use]
    pub fn bytes(self) -> [u8; 16] {
        self.0.into_bytes()
    }

    /// From the store's 16 bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_when_it_was_made() {
        let before = Timestamp::now().as_millisecond();
        let id = DeliveryId::generate();
        let made = id.made_at().as_millisecond();
        assert!((before..=Timestamp::now().as_millisecond()).contains(&made));
        assert!(DeliveryId::first_at(id.made_at()) <= id);
        let next = Timestamp::from_millisecond(made + 1).unwrap();
        assert!(id < DeliveryId::first_at(next));
        assert_eq!(DeliveryId::first_at(next).made_at(), next);
        assert_eq!(DeliveryId::from_bytes([0xFF; 16]).made_at(), Timestamp::MAX);
    }

    #[test]
    fn ids_of_one_process_grow() {
        let ids: Vec<DeliveryId> = (0..40_000).map(|_| DeliveryId::generate()).collect();
        assert!(ids.is_sorted_by(|one, next| one < next));
    }
}
