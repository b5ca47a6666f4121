//! How many deliveries there are.

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

impl Counts {
    /// How many there are in a state.
    #[must_use]
    pub fn get(&self, state: DeliveryState) -> u64 {
        match state {
            DeliveryState::Queued => self.queued,
            DeliveryState::Waiting => self.waiting,
            DeliveryState::Delivered => self.delivered,
            DeliveryState::Failed => self.failed,
            DeliveryState::Cancelled => self.cancelled,
        }
    }

    /// How many there are.
    #[must_use]
    pub fn all(&self) -> u64 {
        let Self { queued, waiting, delivered, failed, cancelled } = *self;
        [queued, waiting, delivered, failed, cancelled].into_iter().fold(0, u64::saturating_add)
    }

    /// Adds deliveries of a state.
    pub fn add(&mut self, state: DeliveryState, n: u64) {
        let of_state = match state {
            DeliveryState::Queued => &mut self.queued,
            DeliveryState::Waiting => &mut self.waiting,
            DeliveryState::Delivered => &mut self.delivered,
            DeliveryState::Failed => &mut self.failed,
            DeliveryState::Cancelled => &mut self.cancelled,
        };
        *of_state = of_state.saturating_add(n);
    }

    /// How many are pending.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.queued.saturating_add(self.waiting)
    }
}

/// A number of deliveries, counted no further than it is cheap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BoundedCount {
    /// So many were counted.
    pub n: u64,
    /// Whether these are all.
    pub is_exact: bool,
}

impl BoundedCount {
    /// As many as these.
    #[must_use]
    pub fn exact(n: u64) -> Self {
        Self { n, is_exact: true }
    }

    /// At least as many as these.
    #[must_use]
    pub fn at_least(n: u64) -> Self {
        Self { n, is_exact: false }
    }
}

/// Counts states, for stores in memory.
#[cfg(test)]
impl FromIterator<DeliveryState> for Counts {
    fn from_iter<T: IntoIterator<Item = DeliveryState>>(states: T) -> Self {
        let mut counts = Self::default();
        for state in states {
            counts.add(state, 1);
        }
        counts
    }
}
