//! The time limit of an attempt.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::task::coop::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until, timeout};

/// A timer that fires this late was not polled: the process was stopped, or its machine was.
const LATE: Duration = Duration::from_millis(250);
/// How long work continues after such a stop: data that arrived meanwhile is read first.
const GRACE: Duration = Duration::from_secs(1);

/// A timer for consecutive deadlines. It is reset only if the next deadline is sooner, or if it has fired too early:
/// usually a deadline is dropped long before, and the next one is later.
#[derive(Debug, Default)]
pub struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    /// Whether a deadline has passed; wakes the task when it does.
    pub fn poll(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.deadline() > deadline {
            sleep.as_mut().reset(deadline);
        }
        loop {
            // The runtime's budget is for work, which may have used it up.
            ready!(pin!(unconstrained(sleep.as_mut())).poll(cx));
            if deadline <= Instant::now() {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
    }
}

/// The result of `work`; none if it takes longer than `limit`.
///
/// After a stop of the process (Ctrl+Z, SIGSTOP, a paused machine) the timer and the sockets are ready at the same
/// moment. The timer must not win then: the response was there in time.
pub async fn within<F: Future>(
    timer: &mut Timer,
    limit: Duration,
    mut work: Pin<&mut F>,
) -> Option<F::Output> {
    let deadline = Instant::now() + limit;
    let in_time = poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => timer.poll(deadline, cx).map(|()| None),
    });
    if let Some(output) = in_time.await {
        return Some(output);
    }
    if deadline.elapsed() < LATE {
        return None;
    }
    timeout(GRACE, work).await.ok()
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::io::Write as _;

    use tokio::io::AsyncReadExt as _;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    const LIMIT: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn work_in_time_has_its_output_and_late_work_has_none() {
        let mut timer = Timer::default();
        assert_eq!(within(&mut timer, Duration::from_secs(20), pin!(async { 1 })).await, Some(1));
        assert_eq!(within(&mut timer, LIMIT, pin!(pending::<()>())).await, None);
    }

    /// One thread, so that nothing is polled while it is blocked; and another task reads, as with a response.
    #[tokio::test]
    async fn what_arrived_while_the_process_was_stopped_is_in_time() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut server = listener.accept().await.unwrap().0.into_std().unwrap();
        let reading = tokio::spawn(async move { client.read_u8().await.unwrap() });
        let work = async {
            // Runs when the timer is set and everything waits.
            tokio::spawn(async move {
                server.write_all(b"x").unwrap();
                std::thread::sleep(LIMIT + LATE * 2);
            });
            reading.await.unwrap()
        };
        assert_eq!(within(&mut Timer::default(), LIMIT, pin!(work)).await, Some(b'x'));
    }

    /// A deadline that is sooner than the previous one, and later ones.
    #[tokio::test]
    async fn one_timer_serves_one_deadline_after_the_other() {
        let mut timer = Timer::default();
        assert_eq!(within(&mut timer, Duration::from_hours(1), pin!(async { 1 })).await, Some(1));
        for limit in [LIMIT, LIMIT / 2, LIMIT * 2] {
            let began = Instant::now();
            assert_eq!(within(&mut timer, limit, pin!(pending::<()>())).await, None);
            assert!(began.elapsed() >= limit);
        }
    }
}
