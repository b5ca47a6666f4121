//! A healthy lane that arrives late, beside hanging lanes of its endpoint and other hanging endpoints.

use super::*;
use crate::record::LastOutcome;

const TIMEOUT: Duration = Duration::from_secs(10);

/// The endpoint of the healthy lane.
const SHARED: &str = "https://192.0.2.1";

/// Endpoints whose lanes all hang, and the time since the start.
struct World {
    endpoints: Endpoints,
    start: Instant,
    now: Duration,
    in_flight: Vec<(Duration, Origin, i64, Ticket)>,
}

impl World {
    fn new() -> Self {
        let limits = Limits { per_origin: 16, total: 256, unrecorded: 256, threads: 1 };
        let endpoints = Endpoints::new(limits, Arc::default());
        Self { endpoints, start: Instant::now(), now: Duration::ZERO, in_flight: Vec::new() }
    }

    fn instant(&self) -> Instant {
        self.start + self.now
    }

    /// This many endpoints with lanes that have much to send.
    fn others(&mut self, numbers: std::ops::Range<i64>, lanes: i64) {
        for n in numbers {
            for lane in 0..lanes {
                let count = if lanes == 1 { 16 } else { 2 };
                self.queue(&format!("https://198.51.100.{n}"), n * 100 + lane, count);
            }
        }
        self.go_on();
    }

    /// This many lanes at the endpoint of the healthy one.
    fn siblings(&mut self, count: i64) {
        (0..count).for_each(|lane| self.queue(SHARED, 100_000 + lane, 16));
        self.go_on();
    }

    fn queue(&mut self, origin: &str, lane: i64, count: usize) {
        let now = self.instant();
        self.endpoints.add((0..count).map(|_| job(origin, lane, false)).collect(), now);
    }

    /// Starts everything possible.
    fn go_on(&mut self) {
        let now = self.instant();
        self.endpoints.wake(now);
        while self.in_flight.len() < 256
            && let Some((job, ticket)) = self.endpoints.start(now)
        {
            self.in_flight.push((self.now + TIMEOUT, job.origin, job.lane.number(), ticket));
        }
    }

    fn run_until(&mut self, time: Duration) {
        loop {
            let wake = self.endpoints.next_wake().map(|at| at - self.start);
            let ends = self.in_flight.iter().map(|(end, ..)| *end);
            let next = ends.chain(wake).min().filter(|at| *at <= time);
            let Some(at) = next else { break };
            self.now = self.now.max(at);
            let now = self.instant();
            while let Some(ended) = self.in_flight.iter().position(|(end, ..)| *end <= self.now) {
                let (_, origin, lane, ticket) = self.in_flight.remove(ended);
                self.endpoints.end(&origin, ticket, now, Some(Ended::TimedOut));
                self.endpoints.add(vec![job(&origin, lane, false)], now);
            }
            self.go_on();
        }
        self.now = time;
    }

    /// Whether an event of a new lane starts at once; it is then delivered.
    fn starts(&mut self, lane: i64, last_outcome: Option<LastOutcome>) -> bool {
        let now = self.instant();
        self.endpoints.add(vec![Job { last_outcome, ..job(SHARED, lane, false) }], now);
        self.go_on();
        let Some(at) = self.in_flight.iter().position(|(.., of, _)| *of == lane) else { return false };
        let (_, origin, _, ticket) = self.in_flight.remove(at);
        self.endpoints.end(&origin, ticket, now, Some(Ended::InTime));
        true
    }
}

/// The order of arrival: 16 endpoints with the maximum number of attempts fill three quarters of the slots.
#[derive(Debug, Clone, Copy)]
enum Order {
    OthersFirst,
    SiblingsFirst,
    SixteenThenSiblings,
}

#[test]
fn a_late_event_of_a_healthy_lane_starts_at_once_beside_any_that_hang() {
    let orders = [Order::OthersFirst, Order::SiblingsFirst, Order::SixteenThenSiblings];
    let cases = [1, 4, 13].into_iter().flat_map(|siblings| [17, 60].map(|others| (siblings, others)));
    for ((siblings, others), order) in cases.flat_map(|case| orders.map(|order| (case, order))) {
        for lanes in [1, 14] {
            for after in [0, 9, 11] {
                let mut world = World::new();
                match order {
                    Order::OthersFirst => world.others(0..others, lanes),
                    Order::SiblingsFirst => world.siblings(siblings),
                    Order::SixteenThenSiblings => world.others(0..16, lanes),
                }
                world.run_until(Duration::from_secs(2));
                match order {
                    Order::OthersFirst => world.siblings(siblings),
                    Order::SiblingsFirst => world.others(0..others, lanes),
                    Order::SixteenThenSiblings => {
                        world.siblings(siblings);
                        world.others(16..others, lanes);
                    }
                }
                world.run_until(Duration::from_secs(2 + after));
                let case =
                    format!("{siblings} siblings, {others} others, {order:?}, {lanes} lanes, {after} s");
                for (lane, last_outcome) in [(1_000_000, None), (1_000_001, Some(LastOutcome::Delivered))] {
                    assert!(world.starts(lane, last_outcome), "{last_outcome:?} beside {case}");
                }
            }
        }
    }
}

/// Earlier lanes may be probed one after the other, and the next probe is due exactly when it arrives: after it, it
/// would wait until a hanging one times out.
#[test]
fn a_late_event_starts_before_a_probe_that_is_due() {
    for after in 1..600 {
        let mut world = World::new();
        world.siblings(20);
        world.run_until(MS * (after - 1));
        world.now = MS * after;
        assert!(world.starts(1_000_000, None), "after {after} ms");
    }
}

/// Late hanging lanes use the slots of newcomers, but neither those of first probes nor of fast lanes.
#[test]
fn newcomers_that_hang_leave_slots_for_other_endpoints_and_for_fast_lanes() {
    let mut world = World::new();
    world.others(0..60, 14);
    assert!(world.starts(1_000_000, None), "a fast lane");
    for n in 0..40 {
        world.queue(&format!("https://198.51.100.{n}"), 50_000 + n, 1);
        world.go_on();
    }
    assert_eq!(world.in_flight.len(), 256 * 3 / 4 + 256 / 16);
    world.queue("https://203.0.113.1", 2_000_000, 1);
    world.go_on();
    assert!(world.in_flight.iter().any(|(.., lane, _)| *lane == 2_000_000), "the first probe of an endpoint");
    assert!(world.starts(1_000_000, None), "a fast lane");
}
