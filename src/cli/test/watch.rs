//! Watches a delivery from its acceptance to its end.

use std::time::{Duration, Instant};

use super::lines::{attempt_line, phases_line, wait_line};
use crate::cli::command_sender::{SenderReports, stop, stop_when_done, stop_when_interrupted};
use crate::cli::error::CommandError;
use crate::cli::interrupt::Interrupts;
use crate::cli::output::eprint_line;
use crate::delivery::{Limits, OutcomeStream, Sender, Transport};
use crate::record::{DeliveryId, DeliveryState, Details, NewDelivery};
use crate::storage::{AcceptRequest, Block, Opened, QueueError, Submission, SubmissionResult};

/// How often the database is polled without a notification: not every file system sends them.
const MIN_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// A delivery that has ended, and the sender, which may have others in flight.
pub struct Ended {
    /// The result.
    pub details: Details,
    /// Set if it has not ended but is blocked.
    pub blocked: Option<Block>,
    sender: Sender,
}

impl Ended {
    /// Shuts down the sender cleanly: see [`stop_when_done`].
    ///
    /// # Errors
    /// Attempts of other deliveries were made and could not be recorded.
    pub async fn stop_sending(self, interrupts: &mut Interrupts) -> Result<(), CommandError> {
        let own = self.details.summary.id;
        let unrecorded = stop_when_done(self.sender, interrupts, |id| id == own).await;
        unrecorded.map_or(Ok(()), |why| Err(CommandError::CannotSend(why)))
    }
}

/// A sender for a delivery that is about to be accepted.
pub enum Sending {
    /// It starts once that is accepted.
    Later(Transport),
    /// It joins the other senders of the store meanwhile.
    Started(Sender),
}

impl Sending {
    /// Starts it, where it takes a while until it can send.
    pub fn prepare(store: &Opened, transport: Transport) -> Self {
        if store.is_shared() { Self::Started(start(store, transport)) } else { Self::Later(transport) }
    }

    fn sender(self, store: &Opened) -> Sender {
        match self {
            Self::Later(transport) => start(store, transport),
            Self::Started(sender) => sender,
        }
    }

    /// Ends it: nothing was accepted.
    pub async fn give_up(self, interrupts: &mut Interrupts) {
        if let Self::Started(sender) = self
            && let Some(why) = stop(sender, interrupts).await
        {
            eprint_line(&format!("ringback: {why}"));
        }
    }
}

fn start(store: &Opened, transport: Transport) -> Sender {
    Sender::start_on(store, transport, Limits::default(), OutcomeStream::default())
}

/// Accepts a delivery, and sends it as soon as no other session sends; otherwise that session does. Reports each
/// attempt and each wait as it happens. Returns the result at once: the caller must still stop the sender.
///
/// # Errors
/// The database fails, or nothing can be sent; or a signal ended the wait, and the delivery stays queued. In these
/// cases the sender has been stopped.
pub async fn carry_out(
    store: &Opened,
    transport: Transport,
    delivery: NewDelivery,
    interrupts: &mut Interrupts,
    line: impl FnMut(&str),
) -> Result<Ended, CommandError> {
    let id = delivery.id;
    let sending = Sending::prepare(store, transport);
    if let Err(error) = accept(store, delivery.into()).await {
        sending.give_up(interrupts).await;
        return Err(error);
    }
    see_through(store, id, sending, interrupts, line).await
}

/// Accepts a delivery. If that fails, finds out whether it was stored nevertheless.
///
/// # Errors
/// The database fails.
pub async fn accept(store: &Opened, submission: Submission) -> Result<SubmissionResult, CommandError> {
    let id = submission.delivery.id;
    let error = match store.accept(AcceptRequest::new(vec![submission])).await {
        Ok(result) => return Ok(result.into_results().pop().unwrap_or(SubmissionResult::New(id))),
        Err(error) => error,
    };
    match store.accepted_after_all(vec![id]).await {
        Ok((_, there)) if there.is_empty() => {}
        Ok(_) => eprint_line(&format!(
            "ringback: delivery {id} was accepted although the {} failed, and stays queued: \
             `ringback work` delivers it",
            if store.file().is_some() { "disk" } else { "connection" }
        )),
        Err(_) => eprint_line(&format!(
            "ringback: it is unknown whether delivery {id} was accepted: check `ringback deliveries show {id}` before sending it again"
        )),
    }
    Err(QueueError::from(error).into())
}

/// The same for a delivery that has already been accepted.
///
/// # Errors
/// As [`carry_out`].
pub async fn see_through(
    store: &Opened,
    id: DeliveryId,
    sending: Sending,
    interrupts: &mut Interrupts,
    line: impl FnMut(&str),
) -> Result<Ended, CommandError> {
    let sender = sending.sender(store);
    let mut watch = Watch { store, id, news: SenderReports::of(&sender, store.upkeep()), line, reported: 0 };
    let ended = tokio::select! {
        ended = watch.until_ended() => ended,
        code = interrupts.next() => {
            let unrecorded = stop_when_interrupted(sender, interrupts, code).await;
            let left = left(store, id).await?;
            return Err(match unrecorded {
                Some(why) => CommandError::CannotSend(format!("{why}\n{left}")),
                None => CommandError::Interrupted { code, left },
            });
        }
    };
    match ended {
        Ok((details, blocked)) => Ok(Ended { details, blocked, sender }),
        Err(error) => {
            if let Some(why) = stop(sender, interrupts).await {
                eprint_line(&format!("ringback: {why}"));
            }
            if let CommandError::CannotSend(why) = error {
                return Err(CommandError::CannotSend(format!("{why}\n{}", left(store, id).await?)));
            }
            Err(error)
        }
    }
}

/// The message about a delivery that stays queued.
async fn left(store: &Opened, id: DeliveryId) -> Result<String, CommandError> {
    let state = store.delivery(id).await?.map(|details| details.summary.state);
    Ok(match state {
        Some(DeliveryState::Delivered) => format!("delivery {id} was delivered meanwhile"),
        Some(DeliveryState::Queued | DeliveryState::Waiting) => format!(
            "delivery {id} stays queued in {}; run `ringback work` or the console to continue",
            store.name()
        ),
        Some(DeliveryState::Failed | DeliveryState::Cancelled) | None => {
            format!("delivery {id} has ended meanwhile")
        }
    })
}

struct Watch<'a, L> {
    store: &'a Opened,
    id: DeliveryId,
    news: SenderReports,
    line: L,
    /// The number of attempts reported.
    reported: usize,
}

impl<L: FnMut(&str)> Watch<'_, L> {
    /// Waits until it has ended, or is blocked, which may last.
    async fn until_ended(&mut self) -> Result<(Details, Option<Block>), CommandError> {
        let mut changes = self.store.changes();
        let mut troubled_since = None;
        loop {
            changes.mark_unchanged();
            let (details, block) = match self.poll().await {
                Err(CommandError::Store(error)) if error.problem.is_passing() => {
                    self.wait_for_server().await?;
                    continue;
                }
                polled => polled?,
            };
            if !details.summary.state.is_pending() {
                return Ok((details, None));
            }
            if block.is_some() && !self.news.is_in_flight(self.id) {
                return Ok((details, block));
            }
            if let Some(why) = self.news.lasting() {
                return Err(CommandError::CannotSend(why));
            }
            if let Some(trouble) = self.news.local() {
                // A person is waiting: at most as long as for a response.
                let since: Instant = *troubled_since.get_or_insert_with(Instant::now);
                let timeout_ms = details.summary.policy.timeout_ms();
                if since.elapsed() >= Duration::from_millis(timeout_ms.into()) {
                    let why = format!("no attempt could be made within {timeout_ms} ms: {trouble}");
                    return Err(CommandError::CannotSend(why));
                }
            } else {
                troubled_since = None;
            }
            self.report_news();
            tokio::select! {
                _ = changes.changed() => {}
                result = self.news.changed() => result?,
                () = tokio::time::sleep(MIN_POLL_INTERVAL) => {}
            }
        }
    }

    /// The sender in this process reports the reason.
    async fn wait_for_server(&mut self) -> Result<(), CommandError> {
        self.report_news();
        tokio::select! {
            result = self.news.changed() => result?,
            () = tokio::time::sleep(MIN_POLL_INTERVAL) => {}
        }
        self.report_news();
        Ok(())
    }

    fn report_news(&mut self) {
        for news in self.news.next("waiting for it to deliver this") {
            eprint_line(&format!("ringback: {news}"));
        }
    }

    /// Polls the delivery and what blocks it, and reports new attempts.
    async fn poll(&mut self) -> Result<(Details, Option<Block>), CommandError> {
        let gone = || CommandError::Input(format!("delivery {} was removed by another session", self.id));
        let details = self.store.delivery(self.id).await?.ok_or_else(gone)?;
        let new = &details.attempts[self.reported.min(details.attempts.len())..];
        for attempt in new {
            (self.line)(&attempt_line(attempt));
            if let Some(phases) = phases_line(attempt) {
                (self.line)(&phases);
            }
        }
        if let Some(wait) = new.last().and_then(|last| wait_line(last, &details.summary)) {
            (self.line)(&wait);
        }
        self.reported = details.attempts.len();
        let block = if details.summary.state.is_pending() {
            self.store.blocks().await?.of(&details.summary).cloned()
        } else {
            None
        };
        Ok((details, block))
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::sync::Arc;

    use futures_util::future::BoxFuture;
    use jiff::Timestamp;

    use super::*;
    use crate::callback::Values;
    use crate::delivery::{LookupError, Resolver};
    use crate::profile::{Channel, Draft, Identity, ProfileId, Region, Rules};
    use crate::storage::Store;

    /// No name server responds.
    struct Offline;

    impl Resolver for Offline {
        fn find<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>> {
            Box::pin(async { Err(LookupError::NoServer) })
        }
    }

    #[tokio::test]
    async fn a_test_waits_for_the_network_no_longer_than_for_a_response() {
        let folder = tempfile::tempdir().unwrap();
        let store = Opened::from(Store::open(folder.path().join("a.db")).unwrap());
        let mut draft = Draft::new(Channel::Sms);
        (draft.title, draft.endpoint) = ("Order SMS".into(), "http://hooks.test/cb".into());
        (draft.retry_count, draft.retry_interval) = ("1".into(), "1".into());
        draft.retry_timeout = "1000".into();
        let id = ProfileId::new(Region::In, uuid::Uuid::nil());
        let now = Timestamp::now();
        let identity = Identity { id, created_at: now, modified_at: now };
        let profile = draft.check(Rules::STORED, identity).unwrap();
        let delivery = NewDelivery::test(profile, None, Values::default());
        let id = delivery.id;
        let transport = Transport::with_resolver(Arc::default(), Arc::new(Offline));
        let mut interrupts = Interrupts::watch().unwrap();
        let ended = carry_out(&store, transport, delivery, &mut interrupts, |_| ()).await;
        let Err(error) = ended else { panic!("there is nothing to send it over") };
        let message = error.to_string();
        assert!(message.starts_with("no attempt could be made within 1000 ms: "), "{message}");
        assert!(message.contains("do not respond, or report a failure (SERVFAIL, REFUSED)"), "{message}");
        assert!(message.contains("stays queued"), "{message}");
        assert_eq!(error.code(), 1);
        let details = store.delivery(id).await.unwrap().unwrap();
        assert_eq!((details.summary.state, details.attempts.len()), (DeliveryState::Queued, 0));
    }
}
