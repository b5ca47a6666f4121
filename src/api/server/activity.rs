//! Whether requests of a connection are in progress.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::api::held_body::block;

/// The requests of a connection. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Activity(Arc<watch::Sender<State>>);

#[derive(Debug, Clone, Copy)]
struct State {
    in_progress: usize,
    /// When the last one ended, or the connection was made.
    since: Instant,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(State { in_progress: 0, since: Instant::now() })))
    }

    /// A request is in progress until the result is dropped.
    pub(super) fn begin(&self) -> InProgress {
        self.0.send_modify(|state| state.in_progress += 1);
        InProgress(self.clone())
    }

    /// Waits until no request has been in progress for this long.
    pub(super) async fn quiet_for(&self, long: Duration) {
        let mut states = self.0.subscribe();
        loop {
            // The sender is in `self`.
            let Ok(state) = states.wait_for(|state| state.in_progress == 0).await.map(|state| *state) else {
                return;
            };
            tokio::select! {
                _ = states.changed() => {}
                () = sleep_until(state.since + long) => return,
            }
        }
    }
}

/// A request in progress.
#[derive(Debug)]
pub(super) struct InProgress(Activity);

impl Drop for InProgress {
    fn drop(&mut self) {
        self.0.0.send_modify(|state| {
            state.in_progress -= 1;
            state.since = Instant::now();
        });
    }
}

impl InProgress {
    /// The request is in progress until its response was written.
    pub(super) fn until_written(self, body: Body) -> Body {
        block(body, self)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn a_connection_is_quiet_only_between_requests() {
        const LONG: Duration = Duration::from_millis(20);
        let is_quiet = async |activity: &Activity| {
            tokio::time::timeout(LONG * 3, activity.quiet_for(LONG)).await.is_ok()
        };
        let activity = Activity::new();
        activity.quiet_for(LONG).await;
        let request = activity.begin();
        assert!(!is_quiet(&activity).await, "a request is in progress");
        let body = request.until_written(Body::from("x"));
        assert!(!is_quiet(&activity).await, "its response is not written");
        let began = Instant::now();
        assert_eq!(body.collect().await.unwrap().to_bytes(), "x");
        activity.quiet_for(LONG).await;
        assert!(began.elapsed() >= LONG);
    }
}
