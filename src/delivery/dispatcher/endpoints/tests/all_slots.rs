//! The slots of all endpoints together, while many of them hang.

use super::*;

const TOTAL: usize = 64;

struct World {
    endpoints: Endpoints,
    now: Instant,
    in_flight: Vec<(Origin, Ticket)>,
}

impl World {
    /// This many endpoints with a queue each.
    fn of(endpoints: usize) -> Self {
        let limits = Limits { per_origin: 16, total: TOTAL, unrecorded: 256, threads: 1 };
        let all = Endpoints::new(limits, Arc::default());
        let mut world = Self { endpoints: all, now: Instant::now(), in_flight: Vec::new() };
        (0..endpoints).for_each(|n| world.queue(&format!("hangs {n}"), 40));
        world.start();
        world
    }

    fn queue(&mut self, origin: &str, count: usize) {
        let lane = origin.bytes().fold(0, |lane, byte| lane * 100 + i64::from(byte));
        self.endpoints.add((0..count).map(|_| job(origin, lane, false)).collect(), self.now);
    }

    fn start(&mut self) {
        self.endpoints.wake(self.now);
        while self.in_flight.len() < TOTAL
            && let Some((job, ticket)) = self.endpoints.start(self.now)
        {
            self.in_flight.push((job.origin, ticket));
        }
    }

    /// Ends the attempts in flight to an endpoint. Returns their number.
    fn end(&mut self, origin: &str, how: Ended) -> usize {
        let (ended, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.in_flight).into_iter().partition(|(of, _)| &**of == origin);
        self.in_flight = left;
        for (origin, ticket) in &ended {
            self.endpoints.end(origin, *ticket, self.now, Some(how));
        }
        self.start();
        ended.len()
    }

    /// Ends the attempts in flight to this many of the first endpoints.
    fn time_out(&mut self, endpoints: usize) {
        for n in 0..endpoints {
            self.end(&format!("hangs {n}"), Ended::TimedOut);
        }
    }

    fn open(&self, origin: &str) -> usize {
        self.in_flight.iter().filter(|(of, _)| &**of == origin).count()
    }
}

/// Hanging endpoints get three quarters, first probes one eighth more, and fast ones the rest.
#[test]
fn endpoints_that_hang_never_have_all() {
    for endpoints in [12, 30, 200] {
        let mut world = World::of(endpoints);
        let before = world.in_flight.len();
        assert!(before <= TOTAL - TOTAL / 8, "{before}");
        world.now += Duration::from_secs(5);
        world.queue("new", 100);
        world.start();
        assert!(world.open("new") > 0 || before == TOTAL - TOTAL / 8, "beside {endpoints}");
        if before == TOTAL - TOTAL / 8 {
            // The first of them time out, and are known to be slow.
            world.time_out(endpoints);
        }
        assert!(world.open("new") > 0, "beside {endpoints}");
        world.now += MS;
        assert!(world.end("new", Ended::InTime) > 0);
        assert!(world.open("new") >= TOTAL / 8, "beside {endpoints}: {}", world.open("new"));
        let limited = world.in_flight.len() - world.open("new");
        assert!(limited <= TOTAL - TOTAL / 8, "{limited}");
    }
}

#[test]
fn slow_endpoints_alone_have_three_quarters() {
    let mut world = World::of(30);
    for round in 0..3 {
        world.now += Duration::from_secs(5);
        world.time_out(30);
        assert_eq!(world.in_flight.len(), TOTAL - TOTAL / 4, "{round}");
    }
}

/// They were fast, and each used all its slots.
#[test]
fn fast_endpoints_that_begin_to_hang_leave_some_for_others() {
    let mut world = World::of(8);
    world.now += MS;
    for n in 0..8 {
        assert_eq!(world.end(&format!("hangs {n}"), Ended::InTime), 4);
    }
    assert_eq!(world.in_flight.len(), TOTAL - TOTAL / SPARE);
    world.queue("new", 1);
    world.start();
    assert_eq!(world.open("new"), 1);
}
