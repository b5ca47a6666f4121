use std::sync::Mutex;

use super::*;
use crate::delivery::board::Board;
use crate::record::NewDelivery;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// What an outbox was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// To move what waits by so many minutes, and whether it did.
    Shift(i64, bool),
    Due,
}

/// An empty outbox that fails to move what waits, so many times.
struct Stubborn {
    asked: Mutex<Vec<Asked>>,
    failures: Mutex<u32>,
    news: watch::Sender<News>,
}

impl Stubborn {
    fn failing(times: u32) -> Arc<Self> {
        let news = watch::Sender::default();
        Arc::new(Self { asked: Mutex::default(), failures: Mutex::new(times), news })
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Outbox for Stubborn {
    type Permit = ();

    async fn try_permit(&self) -> Result<Option<()>, OutboxError> {
        Ok(Some(()))
    }

    async fn permit(&self) -> Result<(), OutboxError> {
        Ok(())
    }

    fn sending_pid(&self) -> Option<u32> {
        None
    }

    async fn accept(&self, _: Vec<NewDelivery>) -> Result<(), OutboxError> {
        Ok(())
    }

    async fn due(&self, _: Timestamp, _: usize, _: Busy) -> Result<Due, OutboxError> {
        self.asked.lock().unwrap().push(Asked::Due);
        Ok(Due::default())
    }

    async fn record(&self, _: Arc<[Outcome]>) -> Result<(), OutboxError> {
        Ok(())
    }

    async fn yielded(&self) -> Result<(), OutboxError> {
        Ok(())
    }

    async fn shift(&self, by: SignedDuration, _: Timestamp) -> Result<(), OutboxError> {
        let mut failures = self.failures.lock().unwrap();
        let minutes = by.round(jiff::Unit::Minute).unwrap().as_mins();
        self.asked.lock().unwrap().push(Asked::Shift(minutes, *failures == 0));
        if *failures > 0 {
            *failures -= 1;
            return Err(OutboxError::Passing("no room".to_owned()));
        }
        Ok(())
    }

    fn changes(&self) -> watch::Receiver<u64> {
        watch::channel(0).1
    }

    fn news(&self) -> watch::Receiver<News> {
        self.news.subscribe()
    }
}

fn work(outbox: &Arc<Stubborn>) -> (Work<Stubborn>, watch::Receiver<crate::delivery::Sending>) {
    let (board, watched) = Board::new();
    let crew = Crew::gather(Transport::new(Arc::default()), 1);
    (Work::new(Arc::clone(outbox), crew, Limits::default(), board), watched)
}

#[tokio::test]
async fn nothing_is_asked_for_before_what_waits_was_moved_with_the_clock() {
    let outbox = Stubborn::failing(1);
    let (mut work, mut watched) = work(&outbox);
    work.clock.was_set(HOUR);
    let (stop, mut stopped) = oneshot::channel();
    let looking = async {
        let told = watched.wait_for(|sending| sending.trouble.is_some()).await.unwrap().trouble.clone();
        assert_eq!(told.as_deref(), Some("cannot read due deliveries: no room"));
        watched.wait_for(|sending| sending.trouble.is_none()).await.unwrap();
        while !outbox.asked().contains(&Asked::Due) {
            tokio::task::yield_now().await;
        }
        stop.send(()).unwrap();
    };
    let both = async { tokio::join!(work.until(&mut stopped), looking) };
    tokio::time::timeout(Duration::from_secs(20), both).await.expect("it goes on by itself");
    assert_eq!(outbox.asked(), [Asked::Shift(60, false), Asked::Shift(60, true), Asked::Due]);
}

#[tokio::test]
async fn a_clock_that_is_set_again_meanwhile_adds_up() {
    let outbox = Stubborn::failing(1);
    let (mut work, _watched) = work(&outbox);
    work.clock.was_set(HOUR);
    work.look_at_clock().await;
    work.clock.was_set(-20 * MINUTE);
    work.look_at_clock().await;
    assert_eq!(outbox.asked(), [Asked::Shift(60, false)], "not again before the pause is over");
    work.question.not_before = Some(Instant::now());
    work.look_at_clock().await;
    work.look_at_clock().await;
    assert_eq!(outbox.asked(), [Asked::Shift(60, false), Asked::Shift(40, true)], "once, and as a whole");
}

#[tokio::test]
async fn waits_are_bounded_at_the_start_and_then_only_when_the_clock_is_set() {
    let outbox = Stubborn::failing(1);
    let (mut work, _watched) = work(&outbox);
    work.look_at_clock().await;
    work.question.not_before = Some(Instant::now());
    for _ in 0..3 {
        work.look_at_clock().await;
    }
    assert_eq!(outbox.asked(), [Asked::Shift(0, false), Asked::Shift(0, true)]);
}
