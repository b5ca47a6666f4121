//! The built-in endpoint, started and stopped by the console.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinHandle;

use super::environment::BuiltInEndpoint;
use crate::console::model::arrived::Arrival;
use crate::console::model::message::Message;
use crate::receiver::{Behaviour, KeptRequests, NoRequest, PathFilter, Received, Receiver};
use crate::text::escape_controls;
use crate::threads;

/// The ports to listen on, in order of preference; 0 is any free port.
const PORTS: [u16; 2] = [9977, 0];

/// The built-in endpoint, started or not.
pub(super) struct Endpoint {
    running: Mutex<Option<Running>>,
    /// Where requests are kept over a restart, if they are.
    kept: Option<PathBuf>,
    paths: Shown,
    tx: UnboundedSender<Message>,
}

/// Which requests are shown and kept, and the header whose value is left out of what is kept: set while the endpoint
/// runs.
type Shown = Arc<std::sync::Mutex<(PathFilter, Option<String>)>>;

struct Running {
    receiver: Receiver,
    listening: JoinHandle<()>,
}

impl Endpoint {
    /// Takes over an endpoint that is already running.
    pub(super) fn new(
        receiver: Option<Receiver>,
        kept: Option<PathBuf>,
        tx: UnboundedSender<Message>,
    ) -> Self {
        let paths = Shown::default();
        let running = receiver.map(|receiver| listen(receiver, kept.clone(), Arc::clone(&paths), tx.clone()));
        Self { running: Mutex::new(running), kept, paths, tx }
    }
}

#[async_trait]
impl BuiltInEndpoint for Endpoint {
    async fn start(&self, behaviour: Behaviour) -> Message {
        let mut running = self.running.lock().await;
        let mut failure = String::new();
        for port in PORTS {
            match Receiver::start(([127, 0, 0, 1], port).into(), behaviour.clone()).await {
                Ok(receiver) => {
                    let address = receiver.addr().to_string();
                    let paths = Arc::clone(&self.paths);
                    *running = Some(listen(receiver, self.kept.clone(), paths, self.tx.clone()));
                    return Message::Receiver(Some(address));
                }
                Err(error) => failure = error.to_string(),
            }
        }
        Message::Failed(failure)
    }

    async fn set(&self, behaviour: Behaviour) {
        if let Some(running) = &*self.running.lock().await {
            running.receiver.set_behaviour(behaviour);
        }
    }

    fn filter(&self, paths: PathFilter) {
        self.paths.lock().unwrap_or_else(PoisonError::into_inner).0 = paths;
    }

    fn leave_out(&self, header: Option<String>) {
        self.paths.lock().unwrap_or_else(PoisonError::into_inner).1 = header;
    }

    async fn stop(&self) -> Message {
        if let Some(running) = self.running.lock().await.take() {
            running.listening.abort();
            running.receiver.stop().await;
        }
        Message::Receiver(None)
    }
}

/// Keeps received requests over a restart, and passes them on, one at a time: those that are shown.
fn listen(receiver: Receiver, kept: Option<PathBuf>, paths: Shown, tx: UnboundedSender<Message>) -> Running {
    let mut requests = receiver.requests();
    let ended = receiver.ended();
    let listening = tokio::spawn(async move {
        let mut kept = kept.map(KeptRequests::at);
        let turns = Arc::new(Semaphore::new(1));
        tokio::pin!(ended);
        loop {
            let arrives = async {
                let turn = Arc::clone(&turns).acquire_owned().await.map_err(|_| NoRequest::Ended)?;
                requests.recv().await.map(|request| (request, turn))
            };
            let arrival = tokio::select! {
                arrival = arrives => arrival,
                () = &mut ended => {
                    let _ = tx.send(Message::ReceiverEnded);
                    return;
                }
            };
            let message = match arrival {
                Ok((request, _))
                    if !paths.lock().unwrap_or_else(PoisonError::into_inner).0.takes(&request) =>
                {
                    continue;
                }
                Ok((request, turn)) => {
                    kept = match kept {
                        Some(mut kept) => {
                            let header = paths.lock().unwrap_or_else(PoisonError::into_inner).1.clone();
                            kept.leave_out(header.as_deref());
                            keep(kept, Arc::clone(&request), &tx).await
                        }
                        None => None,
                    };
                    Message::Received(Arrival::new(request, turn))
                }
                Err(NoRequest::Dropped(requests)) => Message::RequestsDropped(requests),
                Err(NoRequest::NotYet | NoRequest::Ended) => return,
            };
            if tx.send(message).is_err() {
                return;
            }
        }
    });
    Running { receiver, listening }
}

/// Keeps a request. None after an error, which is reported: then no more are kept.
async fn keep(
    mut kept: KeptRequests,
    request: Arc<Received>,
    tx: &UnboundedSender<Message>,
) -> Option<KeptRequests> {
    let added = threads::blocking(move || {
        let file = escape_controls(&kept.path().to_string_lossy());
        let added = kept.add(&request).map_err(|error| format!("{file}: {error}"));
        added.map(|()| kept)
    });
    let why = match added.await {
        Ok(Ok(kept)) => return Some(kept),
        Ok(Err(why)) => why,
        Err(error) => error.to_string(),
    };
    let _ = tx.send(Message::Warning(format!("Received requests are not kept: {why}")));
    None
}
