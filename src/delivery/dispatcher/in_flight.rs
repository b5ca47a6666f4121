//! The attempts in flight, by number.

use super::endpoints::Ticket;
use crate::record::{JobRef, Origin};

/// An attempt in flight, and its slot.
pub struct InSlot {
    pub job: JobRef,
    pub origin: Origin,
    pub ticket: Ticket,
    /// It tests whether a problem of this machine is over.
    pub probes: bool,
}

/// The attempts in flight. A number is reused once its attempt has ended.
#[derive(Default)]
pub struct AttemptsInFlight {
    all: Vec<Option<InSlot>>,
    free: Vec<usize>,
}

impl AttemptsInFlight {
    /// Adds an attempt and returns its number.
    pub fn add(&mut self, attempt: InSlot) -> usize {
        let free = self.free.pop().and_then(|number| Some((number, self.all.get_mut(number)?)));
        let Some((number, place)) = free else {
            self.all.push(Some(attempt));
            return self.all.len() - 1;
        };
        *place = Some(attempt);
        number
    }

    /// Removes the attempt with this number.
    pub fn remove(&mut self, number: usize) -> Option<InSlot> {
        let attempt = self.all.get_mut(number)?.take()?;
        self.free.push(number);
        Some(attempt)
    }

    /// The number of attempts.
    pub fn len(&self) -> usize {
        self.all.len() - self.free.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Their claims.
    pub fn jobs(&self) -> impl Iterator<Item = JobRef> {
        self.all.iter().flatten().map(|attempt| attempt.job)
    }
}
