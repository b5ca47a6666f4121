//! Deliveries that are quarantined for a while, since an attempt of theirs panicked.

use std::time::{Duration, Instant};

use crate::delivery::hash::FastMap;
use crate::record::{DeliveryId, JobRef};

/// The first quarantine; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(5);
/// The maximum.
const MAX_WAIT: Duration = Duration::from_hours(1);

/// The quarantined deliveries, and until when. A bug in this program must neither lose a delivery nor send it
/// repeatedly.
#[derive(Debug, Default)]
pub struct Quarantine(FastMap<DeliveryId, Rest>);

#[derive(Debug)]
struct Rest {
    /// It stays claimed meanwhile.
    job: JobRef,
    until: Instant,
    length: Duration,
    /// It is over, and the delivery was taken out.
    released: bool,
}

impl Quarantine {
    /// An attempt of this delivery panicked: it is quarantined from `now` on.
    pub fn add(&mut self, job: JobRef, now: Instant) {
        let length = self.0.get(&job.id).map_or(FIRST, |last| (last.length * 2).min(MAX_WAIT));
        self.0.insert(job.id, Rest { job, until: now + length, length, released: false });
    }

    /// An attempt of this delivery ended normally: the next quarantine, if any, is short again.
    pub fn forget(&mut self, id: DeliveryId) {
        self.0.remove(&id);
    }

    /// Takes those whose quarantine is over at `now`, each once: they may be claimed again. Returns whether there are
    /// any.
    pub fn take_rested(&mut self, now: Instant, out: &mut Vec<JobRef>) -> bool {
        let before = out.len();
        for rest in self.0.values_mut().filter(|rest| !rest.released && rest.until <= now) {
            rest.released = true;
            out.push(rest.job);
        }
        out.len() > before
    }

    /// How long from `now` until the next quarantine is over.
    pub fn next(&self, now: Instant) -> Option<Duration> {
        self.0
            .values()
            .filter_map(|rest| rest.until.checked_duration_since(now))
            .filter(|d| !d.is_zero())
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pause_is_longer_until_an_attempt_succeeds() {
        let (job, now) = (JobRef::new(DeliveryId::generate(), 1), Instant::now());
        let (mut quarantine, mut rested) = (Quarantine::default(), Vec::new());
        assert_eq!(quarantine.next(now), None);
        quarantine.add(job, now);
        assert_eq!(quarantine.next(now), Some(FIRST));
        assert!(!quarantine.take_rested(now, &mut rested));
        let then = now + FIRST;
        assert!(quarantine.next(then).is_none() && quarantine.take_rested(then, &mut rested));
        assert_eq!(rested, [job]);
        assert!(!quarantine.take_rested(then, &mut rested), "once");
        quarantine.add(job, then);
        assert_eq!(quarantine.next(then), Some(FIRST * 2));
        for _ in 0..20 {
            quarantine.add(job, then);
        }
        assert_eq!(quarantine.next(then), Some(MAX_WAIT));
        quarantine.forget(job.id);
        quarantine.add(job, then);
        assert_eq!(quarantine.next(then), Some(FIRST));
    }
}
