//! Rings bells after commits, over a connection of its own, and not for each commit.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::storage::error::StoreError;
use crate::storage::postgres::bells::bell::Bell;
use crate::storage::postgres::bells::listener::Heard;
use crate::storage::postgres::connection::db::Db;
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
    /// When senders were last notified of accepted deliveries.
    rung_at: Option<Instant>,
    is_running: bool,
}

impl Ringer {
    /// Not connected yet.
    pub fn new(server: Arc<Server>, heard: Arc<Heard>) -> Self {
        Self { session: Session::new(server, Purpose::Notify), heard, due: Mutex::default() }
    }

    /// Whether it is time to notify senders of what is accepted now. If so, the caller does, and reports it with
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

    /// Deliveries were accepted, into these lanes, and senders were notified.
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

    /// Something that people see has changed, such as outcomes of attempts.
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

    /// Rings what is to be rung now: before the runtime ends that rings, or the process.
    ///
    /// # Errors
    /// The server cannot be used. Then sweeps make it good.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let mut acquired = self.session.acquire().await?;
        // Not before the connection is had: what was taken before is rung by now.
        let bells = self.due().take(true);
        send(acquired.db()?, &bells).await
    }

    /// Whether something is to be rung.
    pub fn is_due(&self) -> bool {
        !self.due().is_silent()
    }

    /// Rings until nothing is to be rung.
    async fn work(self: Arc<Self>) {
        // The runtime may end while the task waits.
        let _stopped = Stopped(&self);
        let mut changed_at: Option<Instant> = None;
        loop {
            if self.due().ends_if_silent() {
                return;
            }
            let may_change = changed_at.is_none_or(|at| at.elapsed() >= CHANGED_EVERY);
            // A bell that cannot be rung is made good by the sweeps.
            if let Ok(true) = self.ring_due(may_change).await {
                changed_at = Some(Instant::now());
            }
            tokio::time::sleep(ARRIVED_EVERY).await;
        }
    }

    /// Rings what is due. Returns whether consoles were notified.
    async fn ring_due(&self, may_change: bool) -> Result<bool, StoreError> {
        if !self.due().has_bells(may_change) {
            return Ok(false);
        }
        let acquired = self.session.acquire().await;
        let bells = self.due().take(may_change);
        let mut acquired = acquired?;
        send(acquired.db()?, &bells).await?;
        Ok(bells.contains(&Bell::Changed))
    }

    fn due(&self) -> MutexGuard<'_, Due> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Due {
    /// Whether nothing is to be rung, now or later.
    fn is_silent(&self) -> bool {
        self.arrived.is_none() && self.others.is_empty() && !self.changed
    }

    /// The same; then the task that rings ends.
    fn ends_if_silent(&mut self) -> bool {
        let is_silent = self.is_silent();
        self.is_running &= !is_silent;
        is_silent
    }

    /// Whether something is to be rung now.
    fn has_bells(&self, may_change: bool) -> bool {
        self.arrived.is_some() || !self.others.is_empty() || (self.changed && may_change)
    }

    /// Takes what is to be rung: with notifications for consoles, or without.
    fn take(&mut self, may_change: bool) -> Vec<Bell> {
        let mut bells = std::mem::take(&mut self.others);
        bells.extend(self.arrived.take().map(|lanes| Bell::Arrived(lanes.into_iter().collect())));
        if may_change && std::mem::take(&mut self.changed) {
            bells.push(Bell::Changed);
        }
        bells
    }
}

async fn send(db: Db<'_>, bells: &[Bell]) -> Result<(), StoreError> {
    if bells.is_empty() {
        return Ok(());
    }
    let (channels, payloads): (Vec<&str>, Vec<String>) = bells.iter().map(Bell::notification).unzip();
    let sql = "SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) t(channel, payload)";
    db.rows(sql, &[&channels, &payloads]).await?;
    Ok(())
}

/// Lets the next bell start the task anew, however this one ended.
struct Stopped<'a>(&'a Ringer);

impl Drop for Stopped<'_> {
    fn drop(&mut self) {
        self.0.due().is_running = false;
    }
}
