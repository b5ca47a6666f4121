//! The threads that make the tries: each has a runtime and connections of its own, so that no try
//! moves between cores.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::threads::{self, NoRuntime};

use super::known_names::KnownNames;
use super::transport::Transport;

/// The crew. Dropped, its threads end; tries that are still under way then are cut off.
pub struct Crew {
    hands: Vec<Hand>,
    next: usize,
    known_names: Arc<KnownNames>,
}

struct Hand {
    runtime: Handle,
    transport: Transport,
    /// Dropped, the thread ends. None for the thread that the loop itself runs on.
    _going: Option<oneshot::Sender<()>>,
}

impl Crew {
    /// So many threads, of which this one is the first; one that cannot be had is done without. Needs a
    /// runtime here.
    pub fn gather(transport: Transport, threads: usize) -> Self {
        let known_names = transport.known_names();
        let mut hands = Vec::with_capacity(threads.max(1));
        for _ in 1..threads {
            let Ok((runtime, going)) = hire() else { break };
            hands.push(Hand { runtime, transport: transport.beside(), _going: Some(going) });
        }
        hands.push(Hand { runtime: Handle::current(), transport, _going: None });
        Self { hands, next: 0, known_names }
    }

    /// The names that resolved lately for any of them.
    pub fn known_names(&self) -> Arc<KnownNames> {
        Arc::clone(&self.known_names)
    }

    /// Whose turn it is.
    pub fn next(&mut self) -> (&Handle, Transport) {
        self.next = (self.next + 1) % self.hands.len();
        let hand = &self.hands[self.next];
        (&hand.runtime, hand.transport.clone())
    }
}

/// A thread with a runtime.
fn hire() -> Result<(Handle, oneshot::Sender<()>), NoRuntime> {
    let runtime = threads::runtime()?;
    let handle = runtime.handle().clone();
    let (going, gone) = oneshot::channel::<()>();
    let work = move || {
        // An error says that the crew was dropped.
        let _ = runtime.block_on(gone);
    };
    threads::spawn("sender-hand", work)?;
    Ok((handle, going))
}
