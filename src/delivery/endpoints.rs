//! The endpoints that have something under way or read ahead, and whose turn it is.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use super::outbox::Place;
use super::record::{Job, Origin};

/// Of an endpoint that ends its tries quickly at most so many are read ahead.
const MOST_AHEAD: u128 = 1024;

/// As many are read ahead as an endpoint ends in this time, which is longer than a question takes.
const AHEAD: Duration = Duration::from_millis(40);

/// The shortest time that shows how fast an endpoint is.
const MEASURED: Duration = Duration::from_millis(4);

/// The endpoints. The one with the fewest tries under way is next; among equals it goes round.
#[derive(Debug, Default)]
pub struct Endpoints {
    per_origin: usize,
    all: HashMap<Origin, Endpoint>,
    /// Those with something read and room for it, by tries under way and then by their last turn.
    startable: BTreeMap<(usize, u64), Origin>,
    /// Counts turns.
    turn: u64,
    /// Jobs read and not started.
    read: usize,
    /// When the endpoints were last measured.
    measured: Option<Instant>,
    /// Of one the half or less is left of what may be read ahead.
    thirsty: bool,
}

#[derive(Debug, Default)]
struct Endpoint {
    /// Tries under way.
    open: usize,
    read: VecDeque<Job>,
    turn: u64,
    /// Tries ended since it was last measured.
    ended: usize,
    /// How many may be read ahead.
    ahead: usize,
}

impl Endpoint {
    fn key(&self) -> (usize, u64) {
        (self.open, self.turn)
    }

    fn is_thirsty(&self) -> bool {
        self.read.len() <= self.ahead / 2
    }

    /// Follows how fast it ends its tries: `ended` in this time.
    fn adapt(&mut self, time: Duration) {
        let ahead = (self.ended as u128 * AHEAD.as_micros() / time.as_micros().max(1)).min(MOST_AHEAD);
        // Fits: it is no more than the most.
        self.ahead = usize::try_from(ahead).unwrap_or(0);
        self.ended = 0;
    }
}

impl Endpoints {
    /// None yet; of each at most so many tries are under way at a time.
    pub fn new(per_origin: usize) -> Self {
        Self { per_origin, ..Self::default() }
    }

    /// Takes what was read.
    pub fn add(&mut self, jobs: Vec<Job>) {
        for job in jobs {
            let origin = job.origin.clone();
            self.read += 1;
            self.change(&origin, |endpoint| endpoint.read.push_back(job));
        }
    }

    /// Starts the next job that has room.
    pub fn start(&mut self) -> Option<Job> {
        let (_, origin) = self.startable.pop_first()?;
        self.turn += 1;
        let turn = self.turn;
        let endpoint = self.all.get_mut(&origin)?;
        let job = endpoint.read.pop_front()?;
        self.read -= 1;
        (endpoint.open, endpoint.turn) = (endpoint.open + 1, turn);
        self.thirsty |= endpoint.is_thirsty();
        if !endpoint.read.is_empty() && endpoint.open < self.per_origin {
            self.startable.insert(endpoint.key(), origin);
        }
        Some(job)
    }

    /// A try to this endpoint is over.
    pub fn end(&mut self, origin: &Origin) {
        let mut thirsty = false;
        self.change(origin, |endpoint| {
            endpoint.open = endpoint.open.saturating_sub(1);
            endpoint.ended += 1;
            thirsty = endpoint.is_thirsty();
        });
        self.thirsty |= thirsty;
    }

    /// Forgets what was read and not started: the storage has it still.
    pub fn forget_read(&mut self) {
        self.startable.clear();
        self.read = 0;
        self.all.retain(|_, endpoint| {
            endpoint.read.clear();
            endpoint.open > 0
        });
    }

    /// How many are read and not started.
    pub fn read(&self) -> usize {
        self.read
    }

    /// How many tries are under way to the endpoint whose turn it is.
    pub fn least_open(&self) -> Option<usize> {
        self.startable.first_key_value().map(|((open, _), _)| *open)
    }

    /// Whether one could start now.
    pub fn can_start(&self) -> bool {
        !self.startable.is_empty()
    }

    /// Whether one of them is about to run out of what was read.
    pub fn is_thirsty(&self) -> bool {
        self.thirsty
    }

    /// Those read and not started.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        self.all.values().flat_map(|endpoint| endpoint.read.iter().map(|job| job.place))
    }

    /// For a question to the storage: what is open of each, and how much more may be read ahead.
    pub fn ask(&mut self, now: Instant) -> (HashMap<Origin, usize>, HashMap<Origin, usize>) {
        self.thirsty = false;
        let time = now.duration_since(*self.measured.get_or_insert(now));
        let measures = time >= MEASURED;
        if measures {
            self.measured = Some(now);
        }
        self.all.retain(|_, endpoint| {
            if measures {
                endpoint.adapt(time);
            }
            endpoint.open > 0 || !endpoint.read.is_empty() || endpoint.ahead > 0
        });
        let open = self.all.iter().map(|(origin, e)| (origin.clone(), e.open + e.read.len()));
        let ahead = self.all.iter().map(|(origin, e)| (origin.clone(), e.ahead));
        (open.collect(), ahead.collect())
    }

    /// Changes an endpoint and finds its place among those that can start.
    fn change(&mut self, origin: &Origin, change: impl FnOnce(&mut Endpoint)) {
        let turn = &mut self.turn;
        let endpoint = self.all.entry(origin.clone()).or_insert_with(|| {
            // A number of its own: no two stand at one place.
            *turn += 1;
            Endpoint { turn: *turn, ..Endpoint::default() }
        });
        self.startable.remove(&endpoint.key());
        change(endpoint);
        if !endpoint.read.is_empty() && endpoint.open < self.per_origin {
            self.startable.insert(endpoint.key(), origin.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::callback::{Callback, Values};
    use crate::delivery::DeliveryId;
    use crate::profile::{Backoff, Method, RetryPolicy};

    fn job(origin: &str) -> Job {
        let callback =
            Callback { method: Method::Get, url: String::new(), headers: Vec::new(), body: Vec::new() };
        Job {
            id: DeliveryId::generate(),
            place: Place::default(),
            origin: Arc::from(origin),
            callback,
            values: Values::default(),
            policy: RetryPolicy::new(0, 10, 1000, Backoff::Fixed),
            attempts: 0,
            profile: None,
        }
    }

    fn read(per_origin: usize, origins: &str) -> Endpoints {
        let mut endpoints = Endpoints::new(per_origin);
        endpoints.add(origins.chars().map(|letter| job(&letter.to_string())).collect());
        endpoints
    }

    fn starts(endpoints: &mut Endpoints) -> String {
        std::iter::from_fn(|| endpoints.start()).map(|job| job.origin.to_string()).collect()
    }

    #[test]
    fn who_has_least_under_way_is_next_and_equals_go_round() {
        let mut endpoints = read(3, "aaaabbc");
        assert_eq!(starts(&mut endpoints), "abcaba", "one of a has no room");
        assert_eq!((endpoints.read(), endpoints.least_open()), (1, None));
        endpoints.end(&Arc::from("a"));
        assert_eq!(endpoints.least_open(), Some(2));
        assert_eq!(starts(&mut endpoints), "a");
    }

    #[test]
    fn what_was_read_can_be_forgotten_and_what_is_under_way_cannot() {
        let mut endpoints = read(1, "aab");
        assert_eq!(starts(&mut endpoints), "ab");
        endpoints.forget_read();
        assert_eq!((endpoints.read(), endpoints.places().count()), (0, 0));
        let (open, _) = endpoints.ask(Instant::now());
        assert_eq!(open, HashMap::from([(Arc::from("a"), 1), (Arc::from("b"), 1)]));
    }

    #[test]
    fn who_is_quick_is_read_ahead_and_who_hangs_is_not() {
        let mut endpoints = read(16, &format!("{}{}", "q".repeat(16), "h".repeat(16)));
        starts(&mut endpoints);
        let start = Instant::now();
        endpoints.ask(start);
        (0..10).for_each(|_| endpoints.end(&Arc::from("q")));
        assert!(endpoints.is_thirsty());
        let (_, ahead) = endpoints.ask(start + AHEAD / 2);
        assert_eq!((ahead["q"], ahead["h"]), (20, 0), "as many as it ends in the time");
        let (_, ahead) = endpoints.ask(start + AHEAD);
        assert_eq!(ahead["q"], 0, "it has ended none since");
    }
}
