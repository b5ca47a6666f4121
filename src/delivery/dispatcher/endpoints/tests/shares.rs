//! How the lanes of one endpoint share its slots.

use proptest::prelude::*;

use super::*;
use crate::delivery::dispatcher::endpoints::lane::SLOW;
use crate::record::LastOutcome;

const SLOTS: usize = 16;
/// Reserved for fast lanes with nothing in flight.
const SPARE: usize = 1;
const ORIGIN: &str = "https://192.0.2.1";
const TIMEOUT: Duration = Duration::from_secs(10);
/// The round trip to a distant endpoint: its slots are the limit.
const ROUND_TRIP: Duration = Duration::from_millis(50);

/// The behaviour of a lane.
#[derive(Debug, Clone)]
struct Lane {
    takes: Duration,
    how: Ended,
    manual: bool,
    last_outcome: Option<LastOutcome>,
    /// Deliveries waiting in the storage.
    waiting: usize,
    in_flight: usize,
    ended: usize,
    /// When its first attempt started.
    first: Option<Duration>,
}

impl Lane {
    fn new(waiting: usize, takes: Duration, how: Ended) -> Self {
        Self { takes, how, manual: false, last_outcome: None, waiting, in_flight: 0, ended: 0, first: None }
    }

    fn healthy(waiting: usize) -> Self {
        Self::new(waiting, ROUND_TRIP, Ended::InTime)
    }

    fn hanging() -> Self {
        Self::new(usize::MAX, TIMEOUT, Ended::TimedOut)
    }

    /// Its last delivery failed permanently before the sender started.
    fn failed_before(self) -> Self {
        Self { last_outcome: Some(LastOutcome::Failed), ..self }
    }

    fn by_a_person(self) -> Self {
        Self { manual: true, ..self }
    }
}

/// An endpoint, its lanes, and the time since the start.
struct World {
    endpoints: Endpoints,
    start: Instant,
    now: Duration,
    lanes: Vec<Lane>,
    in_flight: Vec<(Duration, usize, Ticket, Ended)>,
}

impl World {
    fn new() -> Self {
        let endpoints = Endpoints::of(SLOTS);
        let start = Instant::now();
        Self { endpoints, start, now: Duration::ZERO, lanes: Vec::new(), in_flight: Vec::new() }
    }

    fn of(lanes: impl IntoIterator<Item = Lane>) -> Self {
        let mut world = Self::new();
        world.add(lanes);
        world
    }

    /// Adds lanes. Returns the last number.
    fn add(&mut self, lanes: impl IntoIterator<Item = Lane>) -> usize {
        self.lanes.extend(lanes);
        self.go_on();
        self.lanes.len() - 1
    }

    /// Reads a few of each lane, and starts everything possible.
    fn go_on(&mut self) {
        let now = self.start + self.now;
        self.endpoints.wake(now);
        let mut read = vec![0; self.lanes.len()];
        let lanes = self.endpoints.read_jobs().map(|job| usize::try_from(job.lane.number()).unwrap());
        lanes.for_each(|lane| read[lane] += 1);
        for ((number, lane), read) in (0..).zip(&mut self.lanes).zip(read) {
            let more = lane.waiting.min(SLOTS - read);
            lane.waiting -= more;
            let job = |_| Job { last_outcome: lane.last_outcome, ..job(ORIGIN, number, lane.manual) };
            self.endpoints.add((0..more).map(job).collect(), now);
        }
        while let Some((job, ticket)) = self.endpoints.start(now) {
            let number = usize::try_from(job.lane.number()).unwrap();
            let lane = &mut self.lanes[number];
            lane.in_flight += 1;
            lane.first.get_or_insert(self.now);
            self.in_flight.push((self.now + lane.takes, number, ticket, lane.how));
        }
    }

    /// The time of the next event: an attempt ends, or a lane may be probed.
    fn next(&self) -> Option<Duration> {
        let wake = self.endpoints.next_wake().map(|at| at - self.start);
        self.in_flight.iter().map(|(end, ..)| *end).chain(wake).min()
    }

    /// Runs the next event.
    fn step(&mut self) {
        self.now = self.next().unwrap();
        let Some(ended) = self.in_flight.iter().position(|(end, ..)| *end <= self.now) else {
            return self.go_on();
        };
        let (at, number, ticket, how) = self.in_flight.remove(ended);
        let lane = &mut self.lanes[number];
        (lane.in_flight, lane.ended) = (lane.in_flight - 1, lane.ended + 1);
        self.endpoints.end(&Origin::from(ORIGIN), ticket, self.start + at, Some(how));
        self.go_on();
    }

    /// How long it takes until this many of these lanes have ended.
    fn until(&mut self, lanes: std::ops::Range<usize>, ended: usize) -> Duration {
        let start = self.now;
        let ended_of = |world: &Self| -> usize { world.lanes[lanes.clone()].iter().map(|l| l.ended).sum() };
        let wanted = ended_of(self) + ended;
        while ended_of(self) < wanted {
            self.step();
        }
        self.now.saturating_sub(start)
    }

    fn run_until(&mut self, time: Duration) {
        while self.next().is_some_and(|at| at <= time) {
            self.step();
        }
        self.now = time;
    }
}

fn rate(clean: Duration, beside: Duration) -> f64 {
    clean.as_secs_f64() / beside.as_secs_f64()
}

fn beside(hanging: usize, ended: usize) -> f64 {
    let clean = World::of([Lane::healthy(usize::MAX)]).until(0..1, ended);
    let mut world = World::of([Lane::healthy(usize::MAX)]);
    world.add(vec![Lane::hanging(); hanging]);
    rate(clean, world.until(0..1, ended))
}

#[test]
fn a_healthy_lane_keeps_its_rate_beside_lanes_that_hang() {
    for hanging in [1, 4] {
        assert!(beside(hanging, 20_000) >= 0.9, "{hanging}: {}", beside(hanging, 20_000));
    }
    // Nothing is known about twenty hanging lanes, and each is detected in a slot, for ten seconds.
    assert!(beside(20, 900) >= 0.5, "{}", beside(20, 900));
}

#[test]
fn once_all_are_known_healthy_lanes_keep_their_rate_whatever_the_order() {
    let healthy = || (0..9).map(|_| Lane::healthy(usize::MAX));
    let clean = World::of(healthy()).until(0..9, 20_000);
    for hanging in [1, 4, 20] {
        let mut world = World::of((0..hanging).map(|_| Lane::hanging()).chain(healthy()));
        world.run_until(TIMEOUT * 4);
        let known = world.lanes.iter().all(|lane| lane.ended > 0);
        let beside = world.until(hanging..hanging + 9, 20_000);
        assert!(known && rate(clean, beside) >= 0.9, "beside {hanging}: {beside:?} instead of {clean:?}");
        let healthy = world.lanes[hanging..].iter().map(|lane| lane.ended);
        assert!(healthy.clone().min() > healthy.max().map(|most| most / 2), "they share alike");
    }
}

#[test]
fn a_late_event_of_a_healthy_lane_starts_at_once() {
    for hanging in [1, 4, 20, 100] {
        for seconds in [0, 1, 9, 10, 11, 25, 60] {
            let mut world = World::of(vec![Lane::hanging(); hanging]);
            world.run_until(Duration::from_secs(seconds));
            let late = world.add([Lane::healthy(1)]);
            let first = world.lanes[late].first;
            assert_eq!(first, Some(world.now), "beside {hanging}, after {seconds} s");
        }
    }
}

/// All hanging lanes were queued before it, and nothing is known about any.
#[test]
fn a_healthy_lane_does_not_wait_for_the_timeouts_of_those_before_it() {
    let lanes = vec![Lane::hanging(); 13];
    let mut world = World::of(lanes.into_iter().chain([Lane::healthy(1)]));
    world.run_until(TIMEOUT);
    assert!(world.lanes[13].first < Some(SLOW), "{:?}", world.lanes[13]);
    // They failed before the sender was restarted.
    let lanes = vec![Lane::hanging().failed_before(); 100];
    let mut world = World::of(lanes.into_iter().chain([Lane::healthy(1)]));
    world.run_until(TIMEOUT);
    assert!(world.lanes[100].first < Some(SLOW), "{:?}", world.lanes[100]);
}

#[test]
fn a_fast_lane_that_begins_to_hang_holds_up_no_other() {
    let fast = Lane::new(usize::MAX, MS * 5, Ended::InTime);
    let mut world = World::of([fast, Lane::healthy(1)]);
    world.run_until(SLOW);
    (world.lanes[0].takes, world.lanes[0].how) = (TIMEOUT, Ended::TimedOut);
    world.run_until(SLOW + MS * 100);
    assert_eq!(world.lanes[0].in_flight, SLOTS - SPARE);
    (world.lanes[1].waiting, world.lanes[1].first) = (20, None);
    world.go_on();
    world.run_until(SLOW + TIMEOUT / 2);
    let Lane { first, waiting, in_flight, .. } = world.lanes[1];
    assert_eq!(first, Some(SLOW + MS * 100));
    assert_eq!((waiting, in_flight), (0, 0), "and so are the next");
}

#[test]
fn lanes_that_hang_still_get_their_turns() {
    let mut world = World::of([Lane::healthy(usize::MAX)]);
    world.add(vec![Lane::hanging(); 5]);
    world.run_until(TIMEOUT * 12);
    assert!(world.lanes[1..].iter().all(|lane| lane.ended >= 2), "{:?}", world.lanes);
}

/// If all are equally slow, three quarters of the slots are used, evenly.
#[test]
fn slow_lanes_alone_have_three_quarters() {
    let slow = Lane::new(usize::MAX, Duration::from_secs(2), Ended::InTime);
    let mut world = World::of(vec![slow; 3]);
    world.run_until(Duration::from_secs(11));
    assert_eq!(world.lanes.iter().map(|lane| lane.in_flight).collect::<Vec<_>>(), [4, 4, 4]);
}

#[test]
fn what_a_person_sends_starts_at_once() {
    let all_hang = || World::of(vec![Lane::hanging(); 100]);
    let mut lone = World::of([Lane::healthy(usize::MAX)]);
    lone.step();
    assert_eq!(lone.lanes[0].in_flight, SLOTS - SPARE, "no slot is free for it");
    for mut world in [all_hang(), lone] {
        for _ in 0..SLOTS {
            let test = world.add([Lane::new(1, TIMEOUT, Ended::TimedOut).by_a_person()]);
            assert_eq!(world.lanes[test].first, Some(world.now));
        }
        let in_flight: usize = world.lanes.iter().map(|lane| lane.in_flight).sum();
        assert!(in_flight <= 2 * SLOTS, "{in_flight}");
    }
}

#[test]
fn a_bulk_resend_takes_its_turns_like_others() {
    let mut world = World::of([Lane::healthy(usize::MAX), Lane::healthy(usize::MAX).by_a_person()]);
    world.run_until(Duration::from_secs(10));
    let [events, resends] = [0, 1].map(|lane| world.lanes[lane].ended);
    assert!(events.abs_diff(resends) * 10 < events, "{events} and {resends}");
}

fn lanes() -> impl Strategy<Value = Vec<Lane>> {
    let lane = (0_usize..200, 1_u32..3_000, any::<bool>(), prop::bool::weighted(0.2));
    let lane = lane.prop_map(|(waiting, ms, hangs, manual)| {
        let takes = if hangs { TIMEOUT } else { MS * ms };
        let how = if hangs { Ended::TimedOut } else { Ended::InTime };
        Lane { manual, ..Lane::new(waiting, takes, how) }
    });
    prop::collection::vec(lane, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Everything is sent eventually, in no more slots than there are, and no slot that a fast lane could have stays
    /// free.
    #[test]
    fn every_attempt_is_made_and_slots_are_kept(first in lanes(), then in lanes()) {
        let mut world = World::of(first);
        for _ in 0..50 {
            if world.next().is_some() {
                world.step();
            }
        }
        world.add(then);
        while world.next().is_some() {
            let of = |manual: bool| -> usize {
                world.lanes.iter().filter(|lane| lane.manual == manual).map(|lane| lane.in_flight).sum()
            };
            prop_assert!(of(false) <= SLOTS && of(false) + of(true) <= 2 * SLOTS);
            let fast = |lane: &Lane| lane.ended > 0 && lane.how == Ended::InTime && lane.takes < SLOW;
            if world.lanes.iter().any(|lane| fast(lane) && lane.waiting > 0) {
                prop_assert!(of(false) + of(true) >= SLOTS - SPARE, "a slot is free");
            }
            world.step();
        }
        prop_assert!(world.lanes.iter().all(|lane| lane.waiting == 0));
        prop_assert_eq!(world.endpoints.read(), 0);
    }
}
