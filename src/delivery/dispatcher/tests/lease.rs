//! The lease of the seat: what it allows to start, and what the queue is trouble.

use super::*;
use crate::callback::{Callback, Values};
use crate::profile::{Backoff, Method, RetryPolicy};
use crate::record::{DeliveryId, Job, LaneId};

const ORIGIN: &str = "http://127.0.0.1:9";
const LEASE: Duration = Duration::from_mins(1);

/// A job without a destination.
pub(super) fn job() -> Job {
    Job {
        reference: JobRef::new(DeliveryId::generate(), 1),
        lane: LaneId::new(1),
        subject: Arc::default(),
        origin: ORIGIN.into(),
        callback: Callback {
            method: Method::Get,
            url: format!("{ORIGIN}/"),
            headers: Vec::new(),
            body: Vec::new(),
        }
        .into(),
        values: Values::default(),
        policy: RetryPolicy::none(Backoff::Fixed),
        accepted_at: crate::clock::now(),
        attempts: 0,
        probes: 0,
        is_probe: false,
        manual: false,
        last_outcome: None,
        profile: None,
    }
}

struct Leased {
    dispatcher: Dispatcher<Stubborn>,
    queue: Arc<Stubborn>,
    status: watch::Receiver<crate::delivery::SenderStatus>,
}

impl Leased {
    /// A dispatcher with a lease of this duration and this many read jobs.
    fn new(lease: Duration, jobs: usize) -> Self {
        let stubborn = Arc::into_inner(Stubborn::failing(0)).unwrap();
        let queue = Arc::new(Stubborn { lease: Some(lease), ..stubborn });
        let (mut dispatcher, status) = dispatcher(&queue);
        dispatcher.endpoints.add((0..jobs).map(|_| job()).collect(), Instant::now());
        Self { dispatcher, queue, status }
    }

    /// Renews it if due, and returns whether it was.
    async fn renew(&mut self) -> bool {
        self.dispatcher.renew();
        if self.dispatcher.lease.renewing.is_none() {
            return false;
        }
        let renewed = joined(&mut self.dispatcher.lease.renewing).await;
        self.dispatcher.renewed(renewed);
        true
    }

    fn finds(&self, fleet: Result<Fleet, QueueError>) {
        *self.queue.fleet.lock().unwrap() = fleet;
    }

    fn started(&mut self) -> usize {
        self.dispatcher.start();
        self.dispatcher.in_flight.len()
    }

    fn adapted_to(&self) -> Vec<Option<i64>> {
        self.queue.reports.lock().unwrap().iter().map(|report| report.adapted_to).collect()
    }
}

#[tokio::test]
async fn nothing_starts_before_the_first_renewal_and_once_the_lease_may_run_out() {
    let mut early = Leased::new(LEASE, 1);
    assert_eq!(early.started(), 0, "it is not known who shares the slots");
    assert!(early.renew().await);
    assert_eq!(early.started(), 1);

    let mut late = Leased::new(Duration::ZERO, 1);
    assert!(late.renew().await);
    assert_eq!(late.started(), 0, "another sender may have it by now");
    assert_eq!(late.dispatcher.endpoints.read(), 1);
    late.dispatcher.ask(Wakeup::default());
    assert!(late.dispatcher.claiming.asked.is_none(), "and it claims no more");
}

/// A process that was stopped finds its lease expired, however soon it starts what it had read.
#[tokio::test]
async fn a_lease_ends_by_the_time_that_passed_and_not_by_what_was_noticed() {
    let mut leased = Leased::new(LEASE, 1);
    assert!(leased.renew().await);
    leased.dispatcher.lease.elapse(LEASE / 2);
    assert_eq!(leased.started(), 1);
    leased.dispatcher.endpoints.add(vec![job()], Instant::now());
    leased.dispatcher.lease.elapse(LEASE / 5);
    assert_eq!(leased.started(), 1, "seven tenths have passed");
}

#[tokio::test]
async fn a_lease_is_renewed_when_a_third_has_passed_or_the_senders_change() {
    let mut leased = Leased::new(LEASE, 0);
    assert!(leased.renew().await, "at the start");
    assert!(leased.renew().await, "to say that it fits");
    assert!(!leased.renew().await);
    leased.dispatcher.lease.elapse(LEASE / 3);
    assert!(leased.renew().await);
    leased.dispatcher.lease.hurry();
    assert!(leased.renew().await);
    assert_eq!(leased.adapted_to(), [None, Some(0), Some(0), Some(0)]);

    let (mut lasting, _status) = dispatcher(&Stubborn::failing(0));
    lasting.renew();
    assert!(lasting.lease.renewing.is_none(), "without a lease there is nothing to renew");
}

#[tokio::test]
async fn a_newcomer_is_given_its_slots_once_what_is_in_flight_fits() {
    let mut leased = Leased::new(LEASE, 0);
    leased.finds(Ok(Fleet::new(1, [1], 1)));
    assert!(leased.renew().await && leased.renew().await);
    leased.dispatcher.endpoints.add((0..3).map(|_| job()).collect(), Instant::now());
    assert_eq!(leased.started(), 3);
    leased.dispatcher.endpoints.add(vec![job(), job()], Instant::now());
    // Of ten senders with sixteen slots, each has one or two.
    leased.finds(Ok(Fleet::new(1, 1..=10, 3)));
    leased.dispatcher.lease.hurry();
    assert!(leased.renew().await);
    assert_eq!(leased.dispatcher.endpoints.read(), 0, "what it read is released");
    assert_eq!(leased.dispatcher.claiming.unstarted.len(), 2);
    {
        let status = leased.status.borrow();
        assert_eq!((status.senders, status.hosts), (10, 3));
    }
    assert!(!leased.renew().await, "three are in flight");
    leased.dispatcher.endpoints.add(vec![job()], Instant::now());
    assert_eq!(leased.started(), 3, "nothing starts beyond a share");
    while !leased.dispatcher.in_flight.is_empty() {
        leased.dispatcher.results.ready().await;
        leased.dispatcher.ended();
    }
    assert!(leased.renew().await);
    assert_eq!(leased.adapted_to(), [None, Some(1), Some(1), Some(10)]);
}

#[tokio::test]
async fn an_overtaken_sender_stops_and_checks_the_problem_again() {
    let mut leased = Leased::new(LEASE, 0);
    leased.finds(Err(QueueError::Passing("no connection".to_owned())));
    assert!(leased.renew().await);
    let trouble = leased.status.borrow().trouble.clone();
    assert_eq!(trouble.as_deref(), Some("cannot renew the right to send: no connection"));
    assert!(!leased.renew().await, "not before a pause");
    assert!(leased.dispatcher.lease.next().is_some_and(|wait| wait <= TROUBLE_PAUSE));
    leased.finds(Err(QueueError::Overtaken("the lease has run out".to_owned())));
    leased.dispatcher.lease.hurry();
    assert!(leased.renew().await);
    assert!(leased.dispatcher.over.is_some());
}

#[tokio::test]
async fn what_cannot_be_tried_again_is_no_longer_the_reason() {
    let mut leased = Leased::new(LEASE, 0);
    assert!(leased.renew().await);
    let failed = Err(QueueError::Passing("the server stops".to_owned()));
    let _ = leased.dispatcher.board.report::<()>(Step::Claim, failed);
    leased.finds(Err(QueueError::Passing("wrong password".to_owned())));
    leased.dispatcher.lease.hurry();
    assert!(leased.renew().await);
    let trouble = |leased: &Leased| leased.status.borrow().trouble.clone().unwrap();
    assert_eq!(trouble(&leased), "cannot read due deliveries: the server stops", "it is tried again soon");
    leased.dispatcher.lease.elapse(LEASE / 10 * 7);
    leased.dispatcher.lease.hurry();
    assert!(leased.renew().await);
    assert_eq!(trouble(&leased), "cannot renew the right to send: wrong password");
}

#[tokio::test]
async fn a_renewal_without_a_response_is_reported_and_awaited() {
    let mut leased = Leased::new(LEASE, 0);
    leased.dispatcher.renew();
    let asked_at = leased.dispatcher.lease.asked_at.unwrap();
    let due = leased.dispatcher.next_stall(asked_at).unwrap();
    leased.dispatcher.report_stalls(asked_at);
    assert_eq!(leased.status.borrow().trouble, None);
    leased.dispatcher.report_stalls(due);
    let trouble = leased.status.borrow().trouble.clone().unwrap();
    assert!(trouble.starts_with("cannot renew the right to send: no response for 6 s: check"), "{trouble}");
    assert_eq!(leased.dispatcher.next_stall(due), None, "once");
    let renewed = joined(&mut leased.dispatcher.lease.renewing).await;
    leased.dispatcher.renewed(renewed);
    assert_eq!(leased.status.borrow().trouble, None);
}

#[tokio::test]
async fn a_sender_that_is_too_old_for_the_store_ends_with_the_reason() {
    let leased = Leased::new(LEASE, 0);
    let why = "was migrated by a newer Ringback";
    leased.finds(Err(QueueError::Outdated(why.to_owned())));
    let (_stop, mut stopped) = oneshot::channel();
    assert_eq!(leased.dispatcher.until(&mut stopped).await, End::Outdated);
    let status = leased.status.borrow();
    assert_eq!((status.role, status.trouble.as_deref()), (SenderRole::Stopped, Some(why)));
}
