//! Whether requests of a connection are in progress.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::api::guarded_body::GuardedBody;

/// The requests of a connection. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Activity(Arc<Requests>);

#[derive(Debug)]
struct Requests {
    state: Mutex<State>,
    /// Notified of each change.
    changed: Notify,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    in_progress: usize,
    /// How many of them last until the server stops.
    lasting: usize,
    /// When the last one ended, or the connection was made.
    since: Instant,
}

impl Activity {
    pub(super) fn new() -> Self {
        let state = State { in_progress: 0, lasting: 0, since: Instant::now() };
        Self(Arc::new(Requests { state: Mutex::new(state), changed: Notify::new() }))
    }

    fn state(&self) -> State {
        *self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.changed.notify_waiters();
    }

    /// A request is in progress until the result is dropped.
    pub(super) fn begin(&self) -> InProgress {
        self.change(|state| state.in_progress += 1);
        InProgress { activity: self.clone(), lasts: false }
    }

    /// Waits until the state is like this.
    async fn until(&self, is_wanted: impl Fn(&State) -> bool) -> State {
        loop {
            let changed = self.0.changed.notified();
            let state = self.state();
            if is_wanted(&state) {
                return state;
            }
            changed.await;
        }
    }

    /// Waits until no request has been in progress for this long.
    pub(super) async fn quiet_for(&self, long: Duration) {
        loop {
            let quiet = self.until(|state| state.in_progress == 0).await;
            // Requests do not wake it: whether there was one is seen then.
            sleep_until(quiet.since + long).await;
            let now = self.state();
            if now.in_progress == 0 && now.since == quiet.since {
                return;
            }
        }
    }

    /// Waits, as the server stops, until no request but lasting ones has been in progress for this long. Lasting ones
    /// have as long to end.
    pub(super) async fn nothing_to_wait_for(&self, long: Duration) {
        let began = Instant::now();
        loop {
            let state = self.until(|state| state.in_progress == state.lasting).await;
            let since = if state.lasting == 0 { state.since } else { state.since.max(began) };
            tokio::select! {
                _ = self.until(|now| *now != state) => {}
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
        self.activity.change(|state| {
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
        self.activity.change(|state| state.lasting += 1);
    }

    /// The request is in progress until its response was written.
    pub(super) fn until_written(self, body: Body) -> GuardedBody<Self> {
        GuardedBody::new(body, self)
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
