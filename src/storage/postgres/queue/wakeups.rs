//! Hears that there may be more to claim, and looks in any case now and then: a bell may be lost with the process that
//! was to ring it, or with the connection that was to carry it.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;

use crate::storage::postgres::bells::bell::Bell;
use crate::storage::postgres::{PgStore, Shared};

/// How often all lanes are looked at while bells are heard.
const SWEEP: Duration = Duration::from_secs(5);

/// The same while none can be heard.
const SWEEP_DEAF: Duration = Duration::from_secs(1);

/// A sweep that takes longer than usual is made less often: it takes a twenty-fifth of the time at most.
const REST: u32 = 24;

/// What is to be done next.
enum Due {
    Sweep,
    LookBack,
    Orphans,
    Nothing,
}

/// Listens for as long as the seat is had.
pub fn watch(store: &PgStore) -> JoinHandle<()> {
    store.0.heard.start(&store.0.server);
    let bells = store.0.heard.bells();
    let mut listening = store.0.heard.is_listening();
    let weak = Arc::downgrade(&store.0);
    tokio::spawn(async move {
        let mut bells = bells;
        let (mut swept_at, mut took) = (Instant::now(), Duration::ZERO);
        loop {
            let every = if *listening.borrow() { SWEEP } else { SWEEP_DEAF };
            let Some((looking, for_orphans)) = pauses(&weak) else { return };
            let sweeping = every.max(took.saturating_mul(REST)).saturating_sub(swept_at.elapsed());
            let due = tokio::select! {
                bell = bells.recv() => match bell {
                    Ok(bell) => hear(&weak, bell),
                    Err(RecvError::Lagged(_)) => Due::Sweep,
                    Err(RecvError::Closed) => return,
                },
                Ok(()) = listening.changed() => {
                    // What was rung before was not heard.
                    if *listening.borrow_and_update() {
                        hear(&weak, Bell::Fleet);
                    }
                    Due::Sweep
                }
                () = tokio::time::sleep(sweeping) => Due::Sweep,
                () = tokio::time::sleep(looking) => Due::LookBack,
                () = tokio::time::sleep(for_orphans) => Due::Orphans,
            };
            let Some(store) = weak.upgrade().map(PgStore) else { return };
            // The next claim gets the errors: there is one, even if the dispatcher knows of nothing to claim.
            match due {
                Due::Sweep => {
                    let began = Instant::now();
                    if store.sweep().await.is_err() {
                        store.sender().wake();
                    }
                    (swept_at, took) = (Instant::now(), began.elapsed());
                }
                Due::LookBack => drop(store.look_back().await),
                Due::Orphans => drop(store.free_orphans().await),
                Due::Nothing => {}
            }
        }
    })
}

/// How long to wait until the next look at what lies before the starts of queues, and the next one for claims of senders
/// that do not exist.
fn pauses(store: &Weak<Shared>) -> Option<(Duration, Duration)> {
    let (store, now) = (store.upgrade().map(PgStore)?, Instant::now());
    let looking = store.sender().ready().look_back.pause(now);
    Some((looking, store.sender().orphans().pause(now)))
}

/// Passes a bell on to the dispatcher. What is to be done for it.
fn hear(store: &Weak<Shared>, bell: Bell) -> Due {
    let Some(store) = store.upgrade().map(PgStore) else { return Due::Nothing };
    let sender = store.sender();
    match bell {
        Bell::Arrived(lanes) if lanes.is_empty() => return Due::Sweep,
        // Where it has something already, the dispatcher knows that there is more.
        Bell::Arrived(lanes) => {
            if sender.ready().arrived(lanes) {
                sender.wake();
            }
        }
        Bell::Steered => {
            sender.ready().look_again();
            sender.counted().doubt();
            sender.wakeups.send_modify(|wakeup| wakeup.invalidated = wakeup.invalidated.wrapping_add(1));
        }
        Bell::Fleet => {
            // What was claimed by one that left is free.
            sender.ready().look_again();
            sender.wakeups.send_modify(|wakeup| wakeup.fleet = wakeup.fleet.wrapping_add(1));
        }
        Bell::Changed => {}
    }
    Due::Nothing
}
