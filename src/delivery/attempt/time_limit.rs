//! The time limit of an attempt.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

/// A timer that fires this much late was not watched: the process was stopped, or its machine was.
const LATE: Duration = Duration::from_millis(250);
/// How long work goes on after such a stop: what arrived meanwhile is read first.
const GRACE: Duration = Duration::from_secs(1);

/// What `work` returns; none when it takes longer than `limit`.
///
/// After a stop of the process (Ctrl+Z, SIGSTOP, a paused machine) the timer and the sockets are ready
/// at the same moment. The timer must not win then: the response was there in time.
pub async fn within<F: Future>(limit: Duration, work: F) -> Option<F::Output> {
    let deadline = Instant::now() + limit;
    let mut work = pin!(work);
    if let Ok(output) = timeout_at(deadline, &mut work).await {
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
        assert_eq!(within(Duration::from_secs(20), async { 1 }).await, Some(1));
        assert_eq!(within(LIMIT, pending::<()>()).await, None);
    }

    /// One thread, so that nothing is polled while it is blocked; and another task reads, as with a
    /// response.
    #[tokio::test]
    async fn what_arrived_while_the_process_was_stopped_is_in_time() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut server = listener.accept().await.unwrap().0.into_std().unwrap();
        let reading = tokio::spawn(async move { client.read_u8().await.unwrap() });
        let work = async {
            // Runs when the timer is set and all wait.
            tokio::spawn(async move {
                server.write_all(b"x").unwrap();
                std::thread::sleep(LIMIT + LATE * 2);
            });
            reading.await.unwrap()
        };
        assert_eq!(within(LIMIT, work).await, Some(b'x'));
    }
}
