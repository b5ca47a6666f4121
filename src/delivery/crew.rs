//! The threads that make the tries: each has a runtime and connections of its own, so that no try
//! moves between cores.

use std::io;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use super::transport::{Transport, TransportError};

/// The crew. Dropped, its threads end; tries that are still under way then are cut off.
pub struct Crew {
    hands: Vec<Hand>,
    next: usize,
}

struct Hand {
    runtime: Handle,
    transport: Transport,
    /// Dropped, the thread ends. None for the thread that the loop itself runs on.
    _going: Option<oneshot::Sender<()>>,
}

impl Crew {
    /// So many threads, of which this one is the first. Needs a runtime here.
    ///
    /// # Errors
    /// No client can be made. A thread that cannot be had is done without.
    pub fn gather(transport: Transport, threads: usize) -> Result<Self, TransportError> {
        let mut hands = Vec::with_capacity(threads.max(1));
        for _ in 1..threads {
            let own = transport.beside()?;
            let Ok((runtime, going)) = hire() else { break };
            hands.push(Hand { runtime, transport: own, _going: Some(going) });
        }
        hands.push(Hand { runtime: Handle::current(), transport, _going: None });
        Ok(Self { hands, next: 0 })
    }

    /// Whose turn it is.
    pub fn next(&mut self) -> (&Handle, Transport) {
        self.next = (self.next + 1) % self.hands.len();
        let hand = &self.hands[self.next];
        (&hand.runtime, hand.transport.clone())
    }
}

/// A thread with a runtime.
fn hire() -> io::Result<(Handle, oneshot::Sender<()>)> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    let (going, gone) = oneshot::channel::<()>();
    thread::Builder::new().name("sender-hand".to_owned()).spawn(move || {
        // An error says that the crew was dropped.
        let _ = runtime.block_on(gone);
    })?;
    Ok((handle, going))
}
