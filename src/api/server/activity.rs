//! Whether requests of a connection are in progress.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::api::guarded_body::keep_until_written;

/// The requests of a connection. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Activity(Arc<watch::Sender<State>>);

#[derive(Debug, Clone, Copy)]
struct State {
    in_progress: usize,
    /// How many of them last until the server stops.
    lasting: usize,
    /// When the last one ended, or the connection was made.
    since: Instant,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(State { in_progress: 0, lasting: 0, since: Instant::now() })))
    }

    /// A request is in progress until the result is dropped.
    pub(super) fn begin(&self) -> InProgress {
        self.0.send_modify(|state| state.in_progress += 1);
        InProgress { activity: self.clone(), lasts: false }
    }

    /// Waits until no request has been in progress for this long.
    pub(super) async fn quiet_for(&self, long: Duration) {
        let mut states = self.0.subscribe();
        loop {
            // The sender is in `self`.
            let Ok(quiet) = states.wait_for(|state| state.in_progress == 0).await.map(|state| *state) else {
                return;
            };
            // Requests do not wake it: whether there was one is seen then.
            sleep_until(quiet.since + long).await;
            let now = *states.borrow_and_update();
            if now.in_progress == 0 && now.since == quiet.since {
                return;
            }
        }
    }
}

impl Activity {
    /// Waits, as the server stops, until no request but lasting ones has been in progress for this long. Lasting ones
    /// have as long to end.
    pub(super) async fn nothing_to_wait_for(&self, long: Duration) {
        let began = Instant::now();
        let mut states = self.0.subscribe();
        loop {
            // The sender is in `self`.
            let is_done = |state: &State| state.in_progress == state.lasting;
            let Ok(state) = states.wait_for(is_done).await.map(|state| *state) else { return };
            let since = if state.lasting == 0 { state.since } else { state.since.max(began) };
            tokio::select! {
                _ = states.changed() => {}
                () = sleep_until(since + long) => return,
            }
        }
    }
}

/// Marks a response, in its extensions, that lasts until the server stops, and is not waited for then.
#[derive(Debug, Clone, Copy)]
pub(in crate::api) struct Lasting;

/// A request in progress.
#[derive(Debug)]
pub(super) struct InProgress {
    activity: Activity,
    lasts: bool,
}

impl Drop for InProgress {
    fn drop(&mut self) {
        self.activity.0.send_modify(|state| {
            state.in_progress -= 1;
            state.lasting -= usize::from(self.lasts);
            state.since = Instant::now();
        });
    }
}

impl InProgress {
    /// Its response lasts until the server stops.
    pub(super) fn last(&mut self) {
        self.lasts = true;
        self.activity.0.send_modify(|state| state.lasting += 1);
    }

    /// The request is in progress until its response was written.
    pub(super) fn until_written(self, body: Body) -> Body {
        keep_until_written(body, self)
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
        let mut stream = activity.begin();
        stream.last();
        assert!(!is_quiet(&activity).await, "a stream is open");
        let stopped = tokio::time::timeout(LONG * 3, activity.nothing_to_wait_for(LONG)).await;
        assert!(stopped.is_err(), "the response is not written");
        let began = Instant::now();
        assert_eq!(body.collect().await.unwrap().to_bytes(), "x");
        activity.nothing_to_wait_for(LONG).await;
        assert!(began.elapsed() >= LONG, "the stream has time to end");
        drop(stream);
        activity.quiet_for(LONG).await;
    }
}
