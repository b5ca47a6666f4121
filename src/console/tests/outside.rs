//! Runs the effects of a desk in the real runner, until nothing is left to do.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::sync::watch;

use crate::console::effects::environment::Environment;
use crate::console::effects::{Runner, copying};
use crate::console::model::effect::{Effect, Request};
use crate::console::model::message::Message;
use crate::profile::Region;
use crate::storage::Events as _;

use super::world::{FixedEndpoint, World};

/// The runner of effects, and a runtime of one thread.
pub struct Outside {
    runtime: Runtime,
    runner: Runner,
    messages: UnboundedReceiver<Message>,
    changes: watch::Receiver<u64>,
}

impl Outside {
    /// Runs effects in this world.
    pub fn of(world: &World) -> Self {
        let (tx, messages) = mpsc::unbounded_channel();
        let environment = Environment { sources: Box::new(world.clone()), endpoint: Box::new(FixedEndpoint) };
        Self {
            // Nothing here waits for a timer or a socket.
            runtime: Builder::new_current_thread().enable_all().build().unwrap(),
            runner: Runner::new(Arc::new(world.store.clone()), Region::In, environment, tx),
            messages,
            changes: world.store.changes(),
        }
    }

    /// Runs one effect at this time, and returns the resulting messages.
    pub fn carry_out(&mut self, request: Request, world: &World, now: Timestamp) -> Vec<Message> {
        let Request { ticket, effect } = request;
        // As the event loop does.
        if let Effect::Copy { text, what } = effect {
            let report =
                if world.no_clipboard { Err("nothing takes it".to_owned()) } else { Ok(REPORT.to_owned()) };
            return vec![Message::Result(ticket, vec![copying::report(text, what, report)])];
        }
        world.tables().now = Some(now);
        self.runtime.block_on(async {
            self.runner.take(Request { ticket, effect });
            self.runner.settle().await;
        });
        let mut came: Vec<Message> = std::iter::from_fn(|| self.messages.try_recv().ok()).collect();
        if self.changes.has_changed().unwrap() {
            self.changes.mark_unchanged();
            came.push(Message::StoreChanged);
        }
        came
    }
}

/// The report of a copy.
const REPORT: &str = copying::REPORTS[0];
