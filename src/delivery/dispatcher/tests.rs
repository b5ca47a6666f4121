use std::sync::Mutex;

use super::*;
use crate::delivery::Transport;
use crate::delivery::dispatcher::Board;
use crate::record::{JobRef, Outcome};
use crate::storage::{Claimed, Demand, Fleet, SenderReport, Standby};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// The calls to a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Shifting waiting deliveries by this many minutes, and whether it succeeded.
    Shift(i64, bool),
    Claim,
}

/// An empty queue that fails to shift waiting deliveries this many times.
struct Stubborn {
    asked: Mutex<Vec<Asked>>,
    failures: Mutex<u32>,
    wakeups: watch::Sender<Wakeup>,
    clock: ClockSource,
    lease: Option<Duration>,
    fleet: Mutex<Result<Fleet, QueueError>>,
    reports: Mutex<Vec<SenderReport>>,
}

impl Stubborn {
    fn failing(times: u32) -> Arc<Self> {
        let (wakeups, clock) = (watch::Sender::default(), ClockSource::Sender);
        let (asked, failures, reports) = (Mutex::default(), Mutex::new(times), Mutex::default());
        let fleet = Mutex::new(Ok(Fleet::alone()));
        Arc::new(Self { asked, failures, wakeups, clock, lease: None, fleet, reports })
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Queue for Stubborn {
    type Seat = ();

    async fn join(&self, _: impl FnMut(Standby) + Send) -> Result<(), QueueError> {
        Ok(())
    }

    async fn leave(&self, (): ()) -> Result<(), QueueError> {
        Ok(())
    }

    async fn claim(&self, _: Demand) -> Result<Claimed, QueueError> {
        self.asked.lock().unwrap().push(Asked::Claim);
        Ok(Claimed::default())
    }

    fn lease(&self) -> Option<Duration> {
        self.lease
    }

    async fn renew(&self, report: SenderReport) -> Result<Fleet, QueueError> {
        self.reports.lock().unwrap().push(report);
        self.fleet.lock().unwrap().clone()
    }

    async fn release(&self, _: &[JobRef]) -> Result<(), QueueError> {
        Ok(())
    }

    async fn record(&self, _: Arc<[Outcome]>) -> Result<Vec<JobRef>, QueueError> {
        Ok(Vec::new())
    }

    fn wakeups(&self) -> watch::Receiver<Wakeup> {
        self.wakeups.subscribe()
    }

    fn clock(&self) -> ClockSource {
        self.clock
    }

    async fn shift(&self, by: SignedDuration, _: Timestamp) -> Result<(), QueueError> {
        let mut failures = self.failures.lock().unwrap();
        let minutes = by.round(jiff::Unit::Minute).unwrap().as_mins();
        self.asked.lock().unwrap().push(Asked::Shift(minutes, *failures == 0));
        if *failures > 0 {
            *failures -= 1;
            return Err(QueueError::Passing("no room".to_owned()));
        }
        Ok(())
    }
}

fn dispatcher(
    queue: &Arc<Stubborn>,
) -> (Dispatcher<Stubborn>, watch::Receiver<crate::delivery::SenderStatus>) {
    let (board, watched) = Board::new();
    let workers = WorkerPool::new(Transport::new(Arc::default()), 1);
    (Dispatcher::new(Arc::clone(queue), workers, Limits::default(), board, OutcomeStream::default()), watched)
}

#[tokio::test]
async fn nothing_is_asked_for_before_what_waits_was_moved_with_the_clock() {
    let queue = Stubborn::failing(1);
    let (mut dispatcher, mut watched) = dispatcher(&queue);
    dispatcher.clock.was_set(HOUR);
    let (stop, mut stopped) = oneshot::channel();
    let looking = async {
        let trouble = watched.wait_for(|status| status.trouble.is_some()).await.unwrap().trouble.clone();
        assert_eq!(trouble.as_deref(), Some("cannot read due deliveries: no room"));
        watched.wait_for(|status| status.trouble.is_none()).await.unwrap();
        while !queue.asked().contains(&Asked::Claim) {
            tokio::task::yield_now().await;
        }
        stop.send(()).unwrap();
    };
    let both = async { tokio::join!(dispatcher.until(&mut stopped), looking) };
    tokio::time::timeout(Duration::from_secs(20), both).await.expect("it goes on by itself");
    assert_eq!(queue.asked(), [Asked::Shift(60, false), Asked::Shift(60, true), Asked::Claim]);
}

#[tokio::test]
async fn a_clock_that_is_set_again_meanwhile_adds_up() {
    let queue = Stubborn::failing(1);
    let (mut dispatcher, _watched) = dispatcher(&queue);
    dispatcher.clock.was_set(HOUR);
    dispatcher.check_clock().await;
    dispatcher.clock.was_set(-20 * MINUTE);
    dispatcher.check_clock().await;
    assert_eq!(queue.asked(), [Asked::Shift(60, false)], "not again before the pause is over");
    dispatcher.claiming.not_before = Some(Instant::now());
    dispatcher.check_clock().await;
    dispatcher.check_clock().await;
    assert_eq!(queue.asked(), [Asked::Shift(60, false), Asked::Shift(40, true)], "once, and as a whole");
}

#[tokio::test]
async fn waits_are_bounded_at_the_start_and_then_only_when_the_clock_is_set() {
    let queue = Stubborn::failing(1);
    let (mut dispatcher, _watched) = dispatcher(&queue);
    dispatcher.check_clock().await;
    dispatcher.claiming.not_before = Some(Instant::now());
    for _ in 0..3 {
        dispatcher.check_clock().await;
    }
    assert_eq!(queue.asked(), [Asked::Shift(0, false), Asked::Shift(0, true)]);
}

#[tokio::test]
async fn a_queue_with_a_clock_of_its_own_moves_nothing() {
    let stubborn = Arc::into_inner(Stubborn::failing(0)).unwrap();
    let queue = Arc::new(Stubborn { clock: ClockSource::Store, ..stubborn });
    let (mut dispatcher, _watched) = dispatcher(&queue);
    dispatcher.clock.was_set(HOUR);
    dispatcher.check_clock().await;
    assert_eq!(queue.asked(), []);
}

mod gathering;
mod lease;

#[tokio::test]
async fn naps_that_are_over_at_once_do_not_keep_timers_from_firing() {
    let (mut timer, mut naps) = (Timer::default(), 0_u64);
    let mut other = std::pin::pin!(tokio::time::sleep(Duration::from_millis(20)));
    loop {
        tokio::select! {
            biased;
            () = &mut other => break,
            () = sleep(&mut timer, Some(Duration::ZERO)) => naps += 1,
        }
        assert!(naps < 50_000_000);
    }
}
