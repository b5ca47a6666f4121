//! A delivery from its acceptance to its end, watched.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::lines::{attempt_line, wait_line};
use crate::cli::error::CommandError;
use crate::cli::interrupt::Interrupts;
use crate::cli::output::tell;
use crate::delivery::{
    DeliveryId, Details, Limits, NewDelivery, Outbox as _, Role, Sender, Sending, State, Transport,
};
use crate::store::Store;

/// How often the database is looked at besides the news of it: not every file system tells them.
const LOOK: Duration = Duration::from_secs(1);

/// A delivery that has ended, and the sender that may have others under way.
pub struct Ended {
    /// What came of it.
    pub details: Details,
    sender: Sender,
}

impl Ended {
    /// Lets the sender end in good order: what else is under way gets five seconds, and a signal cuts
    /// it off. Nothing is lost then: it stays queued.
    pub async fn stop_sending(self, interrupts: &mut Interrupts) {
        let own = self.details.summary.id;
        let others = self.sender.sending().borrow().in_flight.keys().filter(|id| **id != own).count();
        if others > 0 {
            tell(&format!(
                "ringback: ending; what else is under way ({others}) gets five seconds, Ctrl+C cuts it off"
            ));
        }
        stop(self.sender, interrupts).await;
    }
}

async fn stop(sender: Sender, interrupts: &mut Interrupts) {
    tokio::select! {
        () = sender.stop() => {}
        _ = interrupts.next() => {}
    }
}

/// Accepts a delivery, and sends it as soon as no other session sends; else that one does. Tells
/// each attempt and each wait as it happens. Gives what came of it at once: the sender is still to
/// be ended.
///
/// # Errors
/// The database fails; or a signal ended the wait, and the delivery stays queued. The sender has
/// ended then.
pub async fn carry_out(
    store: &Store,
    transport: Transport,
    delivery: NewDelivery,
    interrupts: &mut Interrupts,
    line: impl FnMut(&str),
) -> Result<Ended, CommandError> {
    let id = delivery.id;
    store.accept(vec![delivery]).await?;
    let sender = Sender::start(Arc::new(store.clone()), transport, Limits::default());
    let mut trial =
        Trial { store, id, sending: sender.sending(), line, told: 0, elsewhere: false, trouble: None };
    let ended = tokio::select! {
        ended = trial.until_ended() => ended,
        code = interrupts.next() => {
            tell("ringback: ending; what is under way gets five seconds, Ctrl+C again cuts it off");
            stop(sender, interrupts).await;
            return Err(CommandError::Interrupted { code, left: left(store, id).await? });
        }
    };
    match ended {
        Ok(details) => Ok(Ended { details, sender }),
        Err(error) => {
            stop(sender, interrupts).await;
            Err(error)
        }
    }
}

/// What an interrupted test leaves behind.
async fn left(store: &Store, id: DeliveryId) -> Result<String, CommandError> {
    let state = store.delivery(id).await?.map(|details| details.summary.state);
    Ok(match state {
        Some(State::Delivered) => format!("delivery {id} was delivered meanwhile"),
        Some(State::Queued | State::Waiting) => format!(
            "delivery {id} stays queued in {}: the console (`ringback`) goes on with it, and so does the \
             next `ringback test`",
            store.path().display()
        ),
        Some(State::Failed | State::Cancelled) | None => format!("delivery {id} has ended meanwhile"),
    })
}

struct Trial<'a, L> {
    store: &'a Store,
    id: DeliveryId,
    sending: watch::Receiver<Sending>,
    line: L,
    /// Attempts that were told.
    told: usize,
    /// Whether it was told that another session sends.
    elsewhere: bool,
    trouble: Option<String>,
}

impl<L: FnMut(&str)> Trial<'_, L> {
    async fn until_ended(&mut self) -> Result<Details, CommandError> {
        let mut changes = self.store.changes();
        loop {
            changes.mark_unchanged();
            let details = self.look().await?;
            if !details.summary.state.is_pending() {
                return Ok(details);
            }
            self.tell_sender();
            tokio::select! {
                // Both senders live at least as long as this.
                _ = changes.changed() => {}
                _ = self.sending.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Reads the delivery, and tells what is new.
    async fn look(&mut self) -> Result<Details, CommandError> {
        let gone = || CommandError::Input(format!("delivery {} was removed by another session", self.id));
        let details = self.store.delivery(self.id).await?.ok_or_else(gone)?;
        let new = &details.attempts[self.told.min(details.attempts.len())..];
        for attempt in new {
            (self.line)(&attempt_line(attempt));
        }
        if let Some(wait) = new.last().and_then(|last| wait_line(last, &details.summary)) {
            (self.line)(&wait);
        }
        self.told = details.attempts.len();
        Ok(details)
    }

    /// Tells why nothing goes out, where that is so.
    fn tell_sender(&mut self) {
        let sending = self.sending.borrow_and_update().clone();
        if let (Role::Watches(pid), false) = (sending.role, self.elsewhere) {
            self.elsewhere = true;
            let pid = pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default();
            tell(&format!("ringback: another session sends{pid}: waiting for it to deliver this"));
        }
        if sending.trouble != self.trouble {
            if let Some(trouble) = &sending.trouble {
                tell(&format!("ringback: {trouble}"));
            }
            self.trouble = sending.trouble;
        }
    }
}
