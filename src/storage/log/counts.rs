//! How many deliveries there are.

#[cfg(test)]
use crate::record::DeliveryState;

/// How many deliveries there are, by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "each is named for its state")]
pub struct Counts {
    pub queued: u64,
    pub waiting: u64,
    pub delivered: u64,
    pub failed: u64,
    pub cancelled: u64,
}

/// Counts states, for stores in memory.
#[cfg(test)]
impl FromIterator<DeliveryState> for Counts {
    fn from_iter<T: IntoIterator<Item = DeliveryState>>(states: T) -> Self {
        let mut counts = Self::default();
        for state in states {
            *match state {
                DeliveryState::Queued => &mut counts.queued,
                DeliveryState::Waiting => &mut counts.waiting,
                DeliveryState::Delivered => &mut counts.delivered,
                DeliveryState::Failed => &mut counts.failed,
                DeliveryState::Cancelled => &mut counts.cancelled,
            } += 1;
        }
        counts
    }
}
