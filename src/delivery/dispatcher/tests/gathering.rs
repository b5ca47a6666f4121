//! When outcomes are recorded together.

use super::super::records::{GATHER, Records};
use super::lease::job;
use super::*;
use crate::record::{Attempt, DeliveryId, HeaderList, LaneId, Next};

fn outcome() -> Outcome {
    Outcome {
        job: JobRef::new(DeliveryId::from_bytes([1; 16]), 1),
        lane: LaneId::new(1),
        subject: Arc::default(),
        attempt: Attempt {
            n: 1,
            started_at: Timestamp::UNIX_EPOCH,
            duration_ms: 1,
            address: None,
            status: Some(200),
            error: None,
            response_headers: HeaderList::default(),
            response_body: Vec::new(),
            response_cut: false,
            response_incomplete: None,
            sender: None,
            phases: None,
            is_probe: false,
        },
        next: Next::Delivered,
    }
}

#[tokio::test]
async fn an_outcome_waits_only_for_others_that_are_to_come_soon_after_a_record() {
    let queue = Stubborn::failing(0);
    let (mut dispatcher, _watched) = dispatcher(&queue);
    let is_now = |dispatcher: &Dispatcher<Stubborn>| dispatcher.record_at().unwrap() <= Instant::now();
    assert_eq!(dispatcher.record_at(), None, "there is nothing to record");
    dispatcher.endpoints.add(vec![job()], Instant::now());
    dispatcher.records.waiting.push(outcome());
    assert!(is_now(&dispatcher), "nothing was recorded before");
    dispatcher.record();
    dispatcher.records.waiting.push(outcome());
    assert_eq!(dispatcher.record_at(), None, "one record at a time");
    let recorded = joined(&mut dispatcher.records.in_flight).await;
    dispatcher.recorded(recorded);
    assert!(is_now(&dispatcher), "nothing is in flight");

    // Nothing is awaited from here on: the attempt stays in flight.
    dispatcher.start();
    assert_eq!(dispatcher.in_flight.len(), 1);
    let gathered = dispatcher.records.since.map(|since| since + GATHER);
    assert_eq!(dispatcher.record_at(), gathered);
    let enough = dispatcher.records.enough(dispatcher.limits.unrecorded);
    dispatcher.records.waiting.resize_with(enough, outcome);
    assert!(is_now(&dispatcher), "those are enough");
    let later = Instant::now() + TROUBLE_PAUSE;
    dispatcher.records.not_before = Some(later);
    assert_eq!(dispatcher.record_at(), Some(later), "the last record failed");
}

#[test]
fn the_longer_a_record_takes_the_fewer_are_gathered_for_the_next() {
    let enough = |during: usize| Records { during, ..Records::default() }.enough(256);
    assert_eq!([0, 40, 60, 100, 120, 200, 256].map(enough), [192, 192, 166, 106, 76, 64, 64]);
}
