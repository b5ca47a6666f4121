//! The requirements of every queue, as tests: a store is tested through [`QueueUnderTest`] and [`every_queue_test`].

pub mod alerts;
pub mod apis;
pub mod claims;
pub mod feed;
pub mod fleet;
pub mod half_open;
pub mod health;
pub mod outcomes;
pub mod rollups;
pub mod shared_probes;
pub mod turns;

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;

use crate::callback::{Callback, Values};
use crate::profile::{Backoff, Event, Method, ProfileId, Region, RetryPolicy};
use crate::record::{
    Attempt, DeliveryId, DeliveryState, ErrorClass, Failure, HeaderList, Job, Kind, NewDelivery, Next,
    Outcome,
};
use crate::storage::conformance::StoreUnderTest;
use crate::storage::{Demand, Queue};

/// An empty store whose queue is under test.
pub trait QueueUnderTest: StoreUnderTest {
    /// The queue of that store.
    type Queue: Queue;

    /// The queue.
    fn queue(&self) -> &Self::Queue;

    /// The queue as seen by another process; none if only one process sends at a time.
    fn another(&self) -> impl Future<Output = Option<Self::Queue>> + Send {
        async { None }
    }

    /// Lets the lease of a queue's seat expire.
    fn lapse(&self, queue: &Self::Queue) -> impl Future<Output = ()> + Send {
        let _ = queue;
        async {}
    }
}

/// Runs every test of the suite, each against a store created by this expression.
macro_rules! every_queue_test {
    ($make:expr) => {
        $crate::storage::conformance::each! { $make;
            apis:
                an_api_is_known_from_its_start_to_its_end;
            fleet:
                a_seat_that_is_left_frees_its_claims,
                several_senders_claim_each_delivery_once,
                a_newcomer_starts_once_the_others_have_made_room,
                who_renews_ends_the_seat_of_who_did_not,
                who_leaves_frees_its_claims_and_wakes_the_others,
                what_one_releases_another_claims,
                what_was_taken_over_stays_with_who_took_it,
                the_senders_are_listed_with_their_last_reports;
            shared_probes:
                of_several_senders_one_probes_and_another_follows_once_it_is_dead;
        }
        $crate::storage::conformance::queue::each_seated! { $make;
            claims:
                a_claim_is_exclusive_until_it_is_released,
                what_is_claimed_has_the_subject_of_its_delivery,
                two_claims_at_once_share_nothing,
                releasing_what_is_not_claimed_does_nothing;
            turns:
                a_lane_is_in_the_order_of_acceptance_and_first_attempts_precede_retries,
                no_more_is_claimed_than_was_asked_for_and_than_has_room,
                what_a_person_sent_comes_first,
                the_origin_with_the_least_in_flight_is_next_and_equals_go_round,
                slow_lanes_come_last,
                of_an_ordered_lane_only_the_oldest_is_claimed,
                nothing_is_claimed_of_an_origin_that_is_left_alone;
            outcomes:
                what_is_recorded_is_claimed_no_more,
                a_retry_is_due_at_its_time,
                what_was_cancelled_meanwhile_stays_so_and_is_given_back,
                an_outcome_recorded_twice_is_one,
                wakeups_report_what_the_sender_did_not_do_itself,
                what_waits_moves_with_a_clock_that_was_set;
            alerts:
                a_turn_is_given_once_and_later_ones_a_minute_after_it,
                what_a_process_without_alerts_records_is_not_given;
            half_open:
                one_event_at_a_time_is_a_probe_after_growing_waits,
                a_delivered_probe_enables_and_the_queue_follows_gently,
                it_has_its_full_width_after_so_many_deliveries,
                a_person_ends_probing,
                a_probe_in_flight_changes_nothing_that_a_person_has_done,
                of_an_ordered_profile_the_oldest_is_the_probe,
                an_ordered_profile_is_probed_with_the_oldest_of_all_its_lanes,
                with_nothing_queued_the_next_event_is_the_probe,
                only_what_has_ended_by_an_outcome_widens;
            health:
                a_profile_turns_failing_once_and_recovers_once,
                a_batch_makes_all_of_its_turns,
                an_auto_disabled_profile_is_failing_once_it_is_enabled,
                a_failure_rate_turns_a_profile_whatever_is_consecutive,
                what_accepts_no_events_turns_nothing;
            feed:
                what_happens_is_read_in_order_from_any_entry_on,
                a_reader_gets_what_it_wants,
                an_attempt_has_what_the_log_has,
                changes_of_profiles_are_reported,
                what_was_removed_is_left_out,
                an_unknown_position_continues_with_everything_and_says_so;
            rollups:
                the_sums_are_those_of_the_log,
                a_late_attempt_changes_what_is_counted,
                numbers_are_added_up_by_what_is_asked_for,
                old_rollups_go,
                rows_have_what_a_key_stands_for;
        }
    };
}

/// Each as a test, with a seat if claims belong to one.
macro_rules! each_seated {
    ($make:expr; $($subject:ident: $($test:ident),+;)+) => {
        $(mod $subject {
            $(#[tokio::test]
            async fn $test() {
                let subject = $make;
                let _seat = $crate::storage::conformance::queue::seat(&subject).await;
                $crate::storage::conformance::$subject::$test(&subject).await;
            })+
        })+
    };
}

pub(crate) use {each_seated, every_queue_test};

/// A seat of the queue under test, if seats have leases.
pub async fn seat<S: QueueUnderTest>(subject: &S) -> Option<<S::Queue as Queue>::Seat> {
    subject.queue().lease()?;
    Some(soon(subject.queue().join(|_| ())).await.unwrap())
}

/// A time in milliseconds since the start of the tests.
fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_700_000_000_000 + ms).unwrap()
}

/// An event of the profile with this number, to the host with this letter.
fn event(profile: u128, host: char) -> NewDelivery {
    let origin = format!("https://{host}.example");
    NewDelivery {
        id: DeliveryId::generate(),
        kind: Kind::Event,
        profile_id: ProfileId::new(Region::In, uuid::Uuid::from_u128(profile)),
        profile_title: "Order SMS".to_owned(),
        event: Some(Event::SmsSend),
        values: Values::default(),
        request: Ok(Callback {
            method: Method::Get,
            url: format!("{origin}/cb"),
            headers: Vec::new(),
            body: Vec::new(),
        }),
        origin,
        policy: RetryPolicy::new(2, 10, 5000, Backoff::Fixed),
        tested: None,
        accepted_at: at(0),
        run: None,
    }
}

/// A manual delivery.
fn manual(profile: u128, host: char) -> NewDelivery {
    NewDelivery { kind: Kind::Again, ..event(profile, host) }
}

async fn accept(subject: &impl QueueUnderTest, new: Vec<NewDelivery>) -> Vec<DeliveryId> {
    let ids = new.iter().map(|new| new.id).collect();
    subject.store().enqueue(new).await.unwrap();
    ids
}

/// The claims of an idle sender at this time.
async fn claim(subject: &impl QueueUnderTest, ms: i64, limit: usize) -> Vec<Job> {
    subject.queue().claim(Demand::idle(at(ms), limit, 16)).await.unwrap().jobs
}

fn ids(jobs: &[Job]) -> Vec<DeliveryId> {
    jobs.iter().map(Job::id).collect()
}

async fn release(subject: &impl QueueUnderTest, jobs: &[Job]) {
    let jobs: Vec<_> = jobs.iter().map(|job| job.reference).collect();
    subject.queue().release(&jobs).await.unwrap();
}

fn outcome(job: &Job, next: Next) -> Outcome {
    let failure = Failure { class: ErrorClass::Status, message: "500".to_owned() };
    let attempt = Attempt {
        n: job.attempts + 1,
        started_at: at(0),
        duration_ms: 1,
        address: None,
        status: Some(if next == Next::Delivered { 200 } else { 500 }),
        error: (next != Next::Delivered).then_some(failure),
        response_headers: HeaderList::default(),
        response_body: Vec::new(),
        response_cut: false,
        response_incomplete: None,
        sender: None,
        phases: None,
        is_probe: job.is_probe,
    };
    Outcome { job: job.reference, lane: job.lane, subject: job.subject.clone(), attempt, next }
}

async fn cancel(subject: &impl QueueUnderTest, id: DeliveryId) {
    assert!(subject.store().cancel(id).await.unwrap());
}

async fn state_of(subject: &impl QueueUnderTest, id: DeliveryId) -> Option<DeliveryState> {
    subject.store().delivery(id).await.unwrap().map(|details| details.summary.state)
}

/// Records the outcome of a job; returns whether it still belonged to its sender.
async fn record(subject: &impl QueueUnderTest, job: &Job, next: Next) -> bool {
    let not_ours = subject.queue().record([outcome(job, next)].into()).await.unwrap();
    assert!(not_ours.iter().all(|given| *given == job.reference));
    not_ours.is_empty()
}

/// Waits for something that must happen.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.expect("it happens")
}
