//! Hears bells, and sees to it that nothing depends on them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::{broadcast, watch};

use crate::storage::error::StoreError;
use crate::storage::postgres::bells::bell::{Bell, CHANNELS};
use crate::storage::postgres::connection::line::PATIENCE;
use crate::storage::postgres::connection::notified::Notified;
use crate::storage::postgres::connection::server::{Purpose, Server};
use crate::storage::server_problem::ServerProblem;

/// How often things are looked at in any case, while bells are heard.
const SWEEP: Duration = Duration::from_secs(5);

/// The same while none can be heard: the connection broke, or a pooler is in the way.
const SWEEP_DEAF: Duration = Duration::from_secs(1);

/// The first pause after a connection broke, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

/// Bells that a slow reader may leave unread; after more it looks at everything.
const KEPT: usize = 1024;

/// What was heard: by those who wait for it.
pub struct Heard {
    changes: watch::Sender<u64>,
    bells: broadcast::Sender<Bell>,
    is_listening: watch::Sender<bool>,
    is_started: AtomicBool,
}

impl Default for Heard {
    fn default() -> Self {
        Self {
            changes: watch::Sender::new(0),
            bells: broadcast::Sender::new(KEPT),
            is_listening: watch::Sender::new(false),
            is_started: AtomicBool::new(false),
        }
    }
}

impl Heard {
    /// Passes a bell on.
    pub fn hear(&self, bell: Bell) {
        if bell == Bell::Changed {
            self.changes.send_modify(|n| *n += 1);
        }
        // Nobody may be waiting.
        let _ = self.bells.send(bell);
    }

    /// Changes whenever something was committed, by whichever process.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Each bell. Who lags behind must look at everything.
    pub fn bells(&self) -> broadcast::Receiver<Bell> {
        self.bells.subscribe()
    }

    /// Whether bells of other processes are heard. While they are not, sweeps are more frequent.
    pub fn is_listening(&self) -> watch::Receiver<bool> {
        self.is_listening.subscribe()
    }

    /// Starts to listen, once, for as long as somebody holds this; outside of a runtime nothing is started.
    pub fn start(self: &Arc<Self>, server: &Arc<Server>) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if !self.is_started.swap(true, Ordering::Relaxed) {
            runtime.spawn(listen(Arc::downgrade(self), Arc::clone(server)));
        }
    }
}

/// Lets the next caller start it anew, however it ended.
struct Ended(Weak<Heard>);

impl Drop for Ended {
    fn drop(&mut self) {
        if let Some(heard) = self.0.upgrade() {
            heard.is_listening.send_replace(false);
            heard.is_started.store(false, Ordering::Relaxed);
        }
    }
}

async fn listen(heard: Weak<Heard>, server: Arc<Server>) {
    let _ended = Ended(heard.clone());
    let mut pause = PAUSES.0;
    while heard.strong_count() > 0 && !server.is_closed() {
        // An error is the end of the connection: the next call of the store returns the reason.
        if listen_once(&heard, &server).await.is_ok() {
            pause = PAUSES.0;
        }
        let Some(heard) = heard.upgrade() else { return };
        heard.is_listening.send_replace(false);
        heard.hear(Bell::Changed);
        drop(heard);
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSES.1);
    }
}

/// Listens until the connection ends.
async fn listen_once(heard: &Weak<Heard>, server: &Server) -> Result<(), StoreError> {
    let mut connection = Notified::open(server.hosts()).await?;
    server.set_up(&connection.client, Purpose::Notify).await?;
    let listens: Vec<String> = CHANNELS.iter().map(|channel| format!("LISTEN {channel};")).collect();
    let echo = format!("ringback_echo_{}", std::process::id());
    let listen = format!("{} LISTEN {echo}; NOTIFY {echo}", listens.concat());
    in_time(connection.client.batch_execute(&listen)).await?;
    // Until its own bell comes back, which through a pooler may be never, it looks as often as one that is deaf.
    let mut is_heard = false;
    loop {
        let sweep = if is_heard { SWEEP } else { SWEEP_DEAF };
        tokio::select! {
            bell = connection.notifications.recv() => {
                let (Some(bell), Some(heard)) = (bell, heard.upgrade()) else { return Ok(()) };
                if bell.channel() == echo {
                    is_heard = true;
                    heard.is_listening.send_replace(true);
                    // What happened before was not heard.
                    heard.hear(Bell::Changed);
                } else if let Some(bell) = Bell::read(bell.channel(), bell.payload()) {
                    heard.hear(bell);
                }
            }
            () = tokio::time::sleep(sweep) => {
                let Some(heard) = heard.upgrade() else { return Ok(()) };
                if server.is_closed() {
                    return Ok(());
                }
                heard.hear(Bell::Changed);
                // A host that fell silent is one whose bells are not heard either.
                in_time(connection.client.batch_execute("")).await?;
            }
        }
    }
}

/// A response that is there in a moment, or never.
async fn in_time<T>(asked: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, StoreError> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(response) => Ok(response?),
        Err(_) => Err(ServerProblem::Silent(PATIENCE.as_secs()).into()),
    }
}
