//! Patience with a server that cannot be used for a while: what is accepted, or is needed for that, is requested again
//! until it can.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::storage::error::StoreError;

/// For this long a request is repeated in any case: a standby may take over meanwhile.
const SHORT: Duration = Duration::from_secs(5);

/// A wait shorter than this is not reported.
const UNNOTICED: Duration = Duration::from_secs(1);

/// A request without a response for so long is reported. By then the server has ended a statement that is too slow.
const OVERDUE: Duration = Duration::from_secs(6);

/// The pause between two requests: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

/// Whether requests wait for the server, and why one of them does.
#[derive(Debug, Default)]
pub struct Patience {
    is_endless: AtomicBool,
    why: watch::Sender<Option<StoreError>>,
}

impl Patience {
    /// Whether requests are repeated until the server can be used, or only for a few seconds, as at first.
    pub fn set_endless(&self, is_endless: bool) {
        self.is_endless.store(is_endless, Ordering::Relaxed);
    }

    /// Why requests wait, while they do.
    #[must_use]
    pub fn why(&self) -> watch::Receiver<Option<StoreError>> {
        self.why.subscribe()
    }

    /// A request begins.
    #[must_use]
    pub fn begin(self: &Arc<Self>) -> Waiting {
        Waiting {
            patience: Arc::clone(self),
            began: Instant::now(),
            pause: PAUSES.0,
            overdue: OVERDUE,
            is_reported: false,
        }
    }
}

/// A request that may have to be repeated. It ends when this is dropped.
#[derive(Debug)]
pub struct Waiting {
    patience: Arc<Patience>,
    began: Instant,
    pause: Duration,
    /// See [`OVERDUE`].
    overdue: Duration,
    is_reported: bool,
}

impl Waiting {
    /// The pause after which a request that failed is repeated; none if this error is its result.
    pub fn pause_after(&mut self, error: &StoreError) -> Option<Duration> {
        let waited = self.began.elapsed();
        let is_endless = self.patience.is_endless.load(Ordering::Relaxed);
        if !error.problem.is_passing() || !(is_endless || waited < SHORT) {
            return None;
        }
        if is_endless && waited >= UNNOTICED {
            self.report(error);
        }
        let pause = self.pause;
        self.pause = (pause * 2).min(PAUSES.1);
        Some(pause)
    }

    /// The result of a request, however long it takes; an overdue one is reported as this error meanwhile.
    pub async fn for_response<T>(
        &mut self,
        request: impl Future<Output = T>,
        overdue: impl FnOnce() -> StoreError,
    ) -> T {
        let mut request = pin!(request);
        if let Ok(response) = tokio::time::timeout(self.overdue, &mut request).await {
            return response;
        }
        self.report(&overdue());
        request.await
    }

    fn report(&mut self, error: &StoreError) {
        self.is_reported = true;
        self.patience.why.send_if_modified(|why| {
            let differs = why.as_ref() != Some(error);
            if differs {
                *why = Some(error.clone());
            }
            differs
        });
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.is_reported {
            self.patience.why.send_if_modified(|why| why.take().is_some());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::server_problem::ServerProblem;

    fn away() -> StoreError {
        ServerProblem::Away("refused".to_owned()).into()
    }

    #[test]
    fn a_request_waits_for_as_long_as_it_may() {
        let patience = Arc::<Patience>::default();
        let mut waiting = patience.begin();
        assert_eq!(waiting.pause_after(&ServerProblem::NoSchema.into()), None, "waiting does not help");
        assert_eq!(waiting.pause_after(&away()), Some(PAUSES.0));
        assert_eq!(waiting.pause_after(&away()), Some(PAUSES.0 * 2));
        waiting.began = Instant::now().checked_sub(SHORT).unwrap();
        assert_eq!(waiting.pause_after(&away()), None);
        assert!(patience.why().borrow().is_none());
        patience.set_endless(true);
        for _ in 0..9 {
            assert!(waiting.pause_after(&away()).is_some_and(|pause| pause <= PAUSES.1));
        }
        assert_eq!(*patience.why().borrow(), Some(away()));
        drop(waiting);
        assert!(patience.why().borrow().is_none(), "it no longer waits");
    }

    #[tokio::test]
    async fn an_overdue_request_is_reported_and_awaited() {
        let patience = Arc::<Patience>::default();
        let mut waiting = patience.begin();
        waiting.overdue = Duration::from_millis(1);
        let (mut why, (respond, response)) = (patience.why(), tokio::sync::oneshot::channel());
        let (response, ()) = tokio::join!(waiting.for_response(response, away), async {
            why.changed().await.unwrap();
            assert_eq!(*why.borrow_and_update(), Some(away()));
            respond.send(7).unwrap();
        });
        assert_eq!(response, Ok(7));
        drop(waiting);
        assert!(why.borrow().is_none());
    }

    #[test]
    fn a_short_wait_is_not_reported() {
        let patience = Arc::<Patience>::default();
        patience.set_endless(true);
        let mut waiting = patience.begin();
        assert!(waiting.pause_after(&away()).is_some() && patience.why().borrow().is_none());
    }
}
