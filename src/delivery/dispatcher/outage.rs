//! The pause after a problem of this machine: affected origins are suspended, a few attempts test whether it is over, and
//! then sending to all of them resumes.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::endpoints::Endpoints;
use crate::delivery::http::local_trouble::LocalTrouble;
use crate::record::Origin;

/// The first pause; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(250);
/// The maximum pause: sending resumes at most this long after the problem is over.
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// How many origins are probed after each pause, with one attempt each.
const PROBES: usize = 4;

/// What prevents this machine from sending, and when it is tested next.
#[derive(Debug, Default)]
pub struct Outage {
    now: Option<Trouble>,
    /// When the last outage was over, and how long its pause was: a problem that recurs at once is the same.
    last: Option<(Instant, Duration)>,
}

#[derive(Debug)]
struct Trouble {
    why: LocalTrouble,
    pause: Duration,
    until: Instant,
    /// The affected origins, in the order in which they are probed.
    suspended: VecDeque<Origin>,
    /// The origins probed since the last pause.
    probed: Vec<Origin>,
}

impl Outage {
    /// What prevents this machine from sending, to all or to some origins.
    pub fn why(&self) -> Option<LocalTrouble> {
        self.now.as_ref().map(|trouble| trouble.why)
    }

    /// An attempt to this origin failed because of this machine.
    pub fn met(&mut self, origin: &Origin, why: LocalTrouble, now: Instant, endpoints: &mut Endpoints) {
        let last = self.last.filter(|(over, pause)| now.saturating_duration_since(*over) < *pause * 2);
        let trouble = self.now.get_or_insert_with(|| {
            let pause = last.map_or(FIRST, |(_, pause)| (pause * 2).min(MAX_PAUSE));
            Trouble { why, pause, until: now + pause, suspended: VecDeque::new(), probed: Vec::new() }
        });
        trouble.why = why;
        if !endpoints.is_suspended(origin) {
            trouble.suspended.push_back(origin.clone());
        }
        endpoints.suspend(origin, now);
    }

    /// Probes some of them when a pause is over. Returns whether it was: there may be something to read for them.
    pub fn tick(&mut self, now: Instant, endpoints: &mut Endpoints) -> bool {
        let Some(trouble) = self.now.as_mut().filter(|trouble| trouble.until <= now) else { return false };
        for origin in std::mem::take(&mut trouble.probed) {
            // Nothing was to be sent there meanwhile, for example after it was cancelled.
            if endpoints.may_probe(&origin) {
                trouble.suspended.retain(|suspended| *suspended != origin);
                endpoints.resume(&origin, now);
            }
        }
        if trouble.suspended.is_empty() {
            self.over(now, endpoints);
            return true;
        }
        for _ in 0..PROBES.min(trouble.suspended.len()) {
            let Some(origin) = trouble.suspended.pop_front() else { break };
            endpoints.probe(&origin, now);
            trouble.suspended.push_back(origin.clone());
            trouble.probed.push(origin);
        }
        trouble.pause = (trouble.pause * 2).min(MAX_PAUSE);
        trouble.until = now + trouble.pause;
        true
    }

    /// A probe succeeded.
    pub fn over(&mut self, now: Instant, endpoints: &mut Endpoints) {
        let Some(trouble) = self.now.take() else { return };
        self.last = Some((now, trouble.pause));
        for origin in trouble.suspended {
            endpoints.resume(&origin, now);
        }
    }

    /// When the pause is over.
    pub fn until(&self) -> Option<Instant> {
        self.now.as_ref().map(|trouble| trouble.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_until_a_probe_meets_no_trouble_and_shrink_once_that_lasts() {
        let (mut outage, mut endpoints, mut now) = (Outage::default(), Endpoints::of(16), Instant::now());
        let origins: Vec<Origin> = (0..=PROBES).map(|n| Origin::from(format!("http://{n}"))).collect();
        for origin in origins.iter().chain(&origins) {
            outage.met(origin, LocalTrouble::NoRoute, now, &mut endpoints);
        }
        assert_eq!((outage.why(), outage.until()), (Some(LocalTrouble::NoRoute), Some(now + FIRST)));
        assert!(!outage.tick(now, &mut endpoints), "not yet");
        now += FIRST;
        assert!(outage.tick(now, &mut endpoints));
        assert_eq!(outage.until(), Some(now + FIRST * 2));
        let probed = |endpoints: &Endpoints| origins.iter().filter(|o| endpoints.may_probe(o)).count();
        assert_eq!(probed(&endpoints), PROBES);
        for origin in &origins[..PROBES] {
            outage.met(origin, LocalTrouble::NoRoute, now, &mut endpoints);
        }
        assert_eq!(probed(&endpoints), 0, "each of them has had its attempt");
        outage.over(now, &mut endpoints);
        assert!(outage.why().is_none() && origins.iter().all(|origin| !endpoints.is_suspended(origin)));
        outage.met(&origins[0], LocalTrouble::Ports, now, &mut endpoints);
        assert_eq!(outage.until(), Some(now + FIRST * 4), "it is the same trouble");
        outage.over(now, &mut endpoints);
        now += FIRST * 8;
        outage.met(&origins[0], LocalTrouble::Ports, now, &mut endpoints);
        assert_eq!(outage.until(), Some(now + FIRST), "it is another one");
        now += FIRST;
        assert!(outage.tick(now, &mut endpoints));
        now += FIRST * 2;
        assert!(outage.tick(now, &mut endpoints), "nothing was left to be sent there");
        assert!(outage.why().is_none() && !endpoints.is_suspended(&origins[0]));
    }
}
