//! Rings bells after commits, over a connection of its own, and not for each commit.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::storage::postgres::bells::bell::Bell;
use crate::storage::postgres::bells::listener::Heard;
use crate::storage::postgres::connection::server::{Purpose, Server};
use crate::storage::postgres::connection::session::Session;

/// The least time between two notifications of senders.
const ARRIVED_EVERY: Duration = Duration::from_millis(5);

/// The least time between two notifications of consoles.
const CHANGED_EVERY: Duration = Duration::from_millis(100);

/// Rings bells. What this process does itself, it knows at once.
pub struct Ringer {
    session: Session,
    heard: Arc<Heard>,
    due: Mutex<Due>,
}

/// What is to be rung.
#[derive(Default)]
struct Due {
    arrived: Option<BTreeSet<i32>>,
    changed: bool,
    others: Vec<Bell>,
    /// When senders were told last by who accepts.
    rung_at: Option<Instant>,
    is_running: bool,
}

impl Ringer {
    /// Not connected yet.
    pub fn new(server: Arc<Server>, heard: Arc<Heard>) -> Self {
        Self { session: Session::new(server, Purpose::Notify), heard, due: Mutex::default() }
    }

    /// Whether it is time to tell senders of what is accepted now. Who is told so rings, and says that with
    /// [`rang`](Self::rang).
    pub fn may_ring(&self) -> bool {
        let mut due = self.due();
        let now = Instant::now();
        let is_time = due.rung_at.is_none_or(|at| now.duration_since(at) >= ARRIVED_EVERY);
        if is_time {
            due.rung_at = Some(now);
        }
        is_time
    }

    /// Deliveries were accepted, into these lanes, and senders were told.
    pub fn rang(self: &Arc<Self>, lanes: Vec<i32>) {
        self.heard.hear(Bell::Arrived(lanes));
        self.changed();
    }

    /// Deliveries were accepted, into these lanes.
    pub fn arrived(self: &Arc<Self>, lanes: Vec<i32>) {
        self.heard.hear(Bell::Arrived(lanes.clone()));
        self.heard.hear(Bell::Changed);
        self.ring(|due| {
            due.arrived.get_or_insert_default().extend(lanes);
            due.changed = true;
        });
    }

    /// Something that people see has changed, such as what came of attempts.
    pub fn changed(self: &Arc<Self>) {
        self.heard.hear(Bell::Changed);
        self.ring(|due| due.changed = true);
    }

    /// What was read of pending deliveries may no longer hold.
    pub fn steered(self: &Arc<Self>) {
        self.heard.hear(Bell::Steered);
        self.heard.hear(Bell::Changed);
        self.ring(|due| {
            due.others.push(Bell::Steered);
            due.changed = true;
        });
    }

    /// A sender joined or left.
    pub fn fleet(self: &Arc<Self>) {
        self.ring(|due| due.others.push(Bell::Fleet));
    }

    /// Notes what is to be rung, and starts the task that rings it, unless it runs.
    fn ring(self: &Arc<Self>, note: impl FnOnce(&mut Due)) {
        let mut due = self.due();
        note(&mut due);
        if !std::mem::replace(&mut due.is_running, true) {
            drop(due);
            tokio::spawn(Arc::clone(self).work());
        }
    }

    /// Rings until nothing is to be rung.
    async fn work(self: Arc<Self>) {
        // The runtime may end while the task waits.
        let _stopped = Stopped(&self);
        let mut changed_at: Option<Instant> = None;
        loop {
            let bells = {
                let mut due = self.due();
                let is_silent = due.arrived.is_none() && due.others.is_empty();
                if is_silent && !due.changed {
                    due.is_running = false;
                    return;
                }
                let mut bells = std::mem::take(&mut due.others);
                bells.extend(due.arrived.take().map(|lanes| Bell::Arrived(lanes.into_iter().collect())));
                let may_change = changed_at.is_none_or(|at| at.elapsed() >= CHANGED_EVERY);
                if due.changed && may_change {
                    due.changed = false;
                    changed_at = Some(Instant::now());
                    bells.push(Bell::Changed);
                }
                bells
            };
            // A bell that cannot be rung is made good by the sweeps.
            drop(self.send(&bells).await);
            tokio::time::sleep(ARRIVED_EVERY).await;
        }
    }

    async fn send(&self, bells: &[Bell]) -> Result<(), crate::storage::StoreError> {
        if bells.is_empty() {
            return Ok(());
        }
        let (channels, payloads): (Vec<&str>, Vec<String>) = bells.iter().map(Bell::notification).unzip();
        let mut acquired = self.session.acquire().await?;
        let sql =
            "SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) t(channel, payload)";
        acquired.db()?.rows(sql, &[&channels, &payloads]).await?;
        Ok(())
    }

    fn due(&self) -> MutexGuard<'_, Due> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets the next bell start the task anew, however this one ended.
struct Stopped<'a>(&'a Ringer);

impl Drop for Stopped<'_> {
    fn drop(&mut self) {
        self.0.due().is_running = false;
    }
}
