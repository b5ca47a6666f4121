//! The scheduler in virtual time: attempts end when they are due, and nothing waits for a clock.

mod all_slots;
mod names;
mod newcomers;
mod shares;

use std::sync::Arc;

use super::*;
use crate::callback::{Callback, Values};
use crate::profile::{Backoff, Method, RetryPolicy};
use crate::record::DeliveryId;

const MS: Duration = Duration::from_millis(1);

fn job(origin: &str, lane: i64, manual: bool) -> Job {
    let callback =
        Callback { method: Method::Get, url: String::new(), headers: Vec::new(), body: Vec::new() };
    Job {
        reference: JobRef::new(DeliveryId::generate(), 0),
        lane: LaneId::new(lane),
        subject: Arc::default(),
        origin: Arc::from(origin),
        callback: callback.into(),
        values: Values::default(),
        policy: RetryPolicy::new(0, 10, 1000, Backoff::Fixed),
        accepted_at: crate::clock::now(),
        attempts: 0,
        probes: 0,
        is_probe: false,
        manual,
        last_outcome: None,
        profile: None,
    }
}

/// With one lane per origin, named by its letter.
fn read(per_origin: usize, origins: &str) -> Endpoints {
    let mut endpoints = Endpoints::of(per_origin);
    let jobs = origins.chars().map(|letter| job(&letter.to_string(), i64::from(u32::from(letter)), false));
    endpoints.add(jobs.collect(), Instant::now());
    endpoints
}

/// Starts everything possible: the origins, in order, and the tickets.
fn start_all(endpoints: &mut Endpoints, now: Instant) -> (String, Vec<(Origin, Ticket)>) {
    let started = std::iter::from_fn(|| endpoints.start(now)).map(|(job, ticket)| (job.origin, ticket));
    let started: Vec<_> = started.collect();
    (started.iter().map(|(origin, _)| &**origin).collect(), started)
}

#[test]
fn the_endpoint_with_the_fewest_in_flight_is_next_and_equals_go_round() {
    let now = Instant::now();
    let mut endpoints = read(3, "aaaabbc");
    let (order, started) = start_all(&mut endpoints, now);
    assert_eq!(order, "abcaba", "one of a has no slot");
    assert_eq!((endpoints.read(), endpoints.can_start()), (1, false));
    endpoints.end(&started[0].0, started[0].1, now, Some(Ended::InTime));
    assert_eq!(start_all(&mut endpoints, now).0, "a");
}

#[test]
fn what_was_read_can_be_taken_out_and_what_is_in_flight_cannot() {
    let now = Instant::now();
    let mut endpoints = read(1, "aab");
    assert_eq!(start_all(&mut endpoints, now).0, "ab");
    let (left, mut taken) = (endpoints.read_jobs().next().unwrap().reference, Vec::new());
    endpoints.take_read(&mut taken);
    assert_eq!((endpoints.read(), endpoints.read_jobs().count(), taken), (0, 0, vec![left]));
    assert_eq!(start_all(&mut endpoints, now).0, "");
    let (origins, lanes) = endpoints.ask(now);
    let mut open: Vec<_> = origins.iter().map(|(origin, load)| (&**origin, load.open)).collect();
    open.sort_unstable();
    assert_eq!(open, [("a", 1), ("b", 1)]);
    assert!(lanes.values().all(|lane| lane.open == 1 && lane.pace == Pace::Unknown));
}

#[test]
fn a_fast_endpoint_is_read_ahead_and_one_that_hangs_is_not() {
    let mut endpoints = read(16, &format!("{}{}", "q".repeat(16), "h".repeat(16)));
    let start = Instant::now();
    let (_, started) = start_all(&mut endpoints, start);
    endpoints.ask(start);
    let mut ended = 0;
    for (origin, ticket) in started.iter().filter(|(origin, _)| &**origin == "q") {
        endpoints.end(origin, *ticket, start, Some(Ended::InTime));
        ended += 1;
    }
    start_all(&mut endpoints, start);
    assert!(endpoints.is_thirsty());
    let (origins, _) = endpoints.ask(start + MS * 20);
    assert_eq!((ended, origins["q"].ahead, origins["h"].ahead), (4, 8, 0), "as many as it ends in the time");
    let (origins, _) = endpoints.ask(start + MS * 40);
    assert_eq!(origins["q"].ahead, 0, "it has ended none since");
}

/// Attempts that end while a claim is in progress are thirsty for what it brings.
#[test]
fn what_was_read_meanwhile_needs_no_other_claim() {
    let (mut endpoints, start) = (Endpoints::of(2), Instant::now());
    let send = |endpoints: &mut Endpoints, jobs: usize| {
        endpoints.add((0..jobs).map(|_| job("a", 0, false)).collect(), start);
        while endpoints.read() > 0 {
            for (origin, ticket) in start_all(endpoints, start).1 {
                endpoints.end(&origin, ticket, start, Some(Ended::InTime));
            }
        }
    };
    endpoints.ask(start);
    send(&mut endpoints, 8);
    let (origins, _) = endpoints.ask(start + MS * 20);
    assert_eq!((origins["a"].ahead, endpoints.is_thirsty()), (16, false));
    send(&mut endpoints, 1);
    assert!(endpoints.is_thirsty());
    endpoints.add(vec![job("b", 1, false)], start);
    assert!(endpoints.is_thirsty(), "that is for another endpoint");
    endpoints.add((0..8).map(|_| job("a", 0, false)).collect(), start);
    assert!(endpoints.is_thirsty(), "that is half of what may be read");
    endpoints.add(vec![job("a", 0, false)], start);
    assert!(!endpoints.is_thirsty());
}

/// Read deliveries of limited lanes are no reserve for other lanes.
#[test]
fn a_fast_lane_is_read_further_whatever_waits_of_others() {
    let (mut endpoints, now) = (Endpoints::of(16), Instant::now());
    endpoints.add(vec![job("a", 0, false)], now);
    let (_, started) = start_all(&mut endpoints, now);
    endpoints.end(&started[0].0, started[0].1, now, Some(Ended::InTime));
    endpoints.add((1..=20).map(|lane| job("a", lane, false)).collect(), now);
    endpoints.add((0..11).map(|_| job("a", 0, false)).collect(), now);
    endpoints.ask(now);
    let (_, started) = start_all(&mut endpoints, now);
    assert_eq!((started.len(), endpoints.read()), (16, 15), "all of the fast one, then another probe");
    assert!(endpoints.is_thirsty());
}

/// Lanes are remembered while they have anything; the number of others is bounded.
#[test]
fn the_memory_of_idle_lanes_is_bounded_and_those_that_hang_stay_the_longest() {
    let (mut endpoints, now) = (Endpoints::of(16), Instant::now());
    for lane in 0..100_000 {
        endpoints.add(vec![job("a", lane, false)], now);
        let (job, ticket) = endpoints.start(now).unwrap();
        let (took, how) = if lane < 20 { (MS * 9_000, Ended::TimedOut) } else { (MS, Ended::InTime) };
        endpoints.end(&job.origin, ticket, now + took, Some(how));
        if lane % 1_000 == 999 {
            endpoints.ask(now);
        }
    }
    let (_, lanes) = endpoints.ask(now);
    assert!(lanes.len() <= 2 * IDLE_LANES, "{}", lanes.len());
    assert_eq!(lanes.values().filter(|lane| lane.pace == Pace::Slow).count(), 20);
}
