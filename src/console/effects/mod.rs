//! Carries out effects, and brings the results back as messages.
//!
//! Effects about one subject are carried out in the order in which they were asked for, all others side
//! by side: a slow search delays no save.

pub mod copying;
pub mod deliveries;
mod many;
mod profiles;
mod receiver;
mod subjects;
#[cfg(test)]
mod tests;
mod values;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;

use crate::console::model::editor::to_check::ToCheck;
use crate::console::model::effect::{Effect, Request, Ticket};
use crate::console::model::message::Message;
use crate::delivery;
use crate::profile::Region;
use crate::receiver::Receiver;
use crate::storage::{Storage, StoreError};
use crate::threads;

use receiver::Endpoint;
use subjects::{Queues, Subject};

/// How long what is typed may stand in memory only.
const DRAFT_PAUSE: Duration = Duration::from_millis(300);

/// Whether a draft that waits must be on disk, or be forgotten, before this.
fn ends_draft(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::SaveProfile(..) | Effect::OverwriteProfile(_) | Effect::DropDraft(_) | Effect::LoadDraft(_)
    )
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

/// Checks a draft on a thread of its own.
async fn check(of: Box<ToCheck>) -> Message {
    let checked = threads::blocking(move || {
        let checked = Box::new(of.check());
        (of, checked)
    });
    match checked.await {
        Ok((of, checked)) => Message::Checked(of, checked),
        Err(error) => Message::Failed(format!("The profile cannot be checked: {error}")),
    }
}

/// Carries out effects against the store and the built-in endpoint.
pub struct Runner {
    outside: Arc<Outside>,
    queues: Queues,
    tasks: JoinSet<()>,
}

/// What is outside the console.
struct Outside {
    store: Arc<dyn Storage>,
    region: Region,
    tell: UnboundedSender<Message>,
    endpoint: Endpoint,
    /// Stops what is being done to many deliveries.
    stop: Mutex<Arc<AtomicBool>>,
}

impl Runner {
    /// A runner of effects; a receiver that runs already is taken over.
    #[must_use]
    pub fn new(
        store: Arc<dyn Storage>,
        region: Region,
        tell: UnboundedSender<Message>,
        receiver: Option<Receiver>,
    ) -> Self {
        let endpoint = Endpoint::new(receiver, tell.clone());
        let outside = Outside { store, region, tell, endpoint, stop: Mutex::default() };
        Self { outside: Arc::new(outside), queues: Queues::default(), tasks: JoinSet::new() }
    }

    /// Carries out effects until no more can come and all are done.
    pub async fn run(mut self, mut requests: UnboundedReceiver<Request>) {
        let mut draft: Option<(Instant, Request)> = None;
        loop {
            let due = draft.as_ref().map(|(due, _)| *due);
            let request = tokio::select! {
                biased;
                () = sleep_until(due) => None,
                request = requests.recv() => match request {
                    Some(request) => Some(request),
                    None => break,
                },
                Some(_) = self.tasks.join_next() => continue,
            };
            match request {
                // Each key makes a draft; the last of them is written when the pause is over.
                Some(request @ Request { effect: Effect::KeepDraft(_), .. }) => {
                    let due = due.unwrap_or_else(|| Instant::now() + DRAFT_PAUSE);
                    draft = Some((due, request));
                }
                Some(request) => {
                    if ends_draft(&request.effect) {
                        self.begin(draft.take().map(|(_, draft)| draft));
                    }
                    self.begin(Some(request));
                }
                None => self.begin(draft.take().map(|(_, draft)| draft)),
            }
        }
        self.begin(draft.take().map(|(_, draft)| draft));
        while self.tasks.join_next().await.is_some() {}
        self.outside.endpoint.stop().await;
    }

    /// Begins to carry an effect out, when its turn comes.
    fn begin(&mut self, request: Option<Request>) {
        let Some(Request { ticket, effect }) = request else { return };
        let mut turn = self.queues.next(Subject::of(&effect));
        let outside = Arc::clone(&self.outside);
        // A file may be read late, or never: the end does not wait for it.
        let waits = !matches!(effect, Effect::ReadValues(_));
        let task = async move {
            turn.comes().await;
            outside.carry_out(ticket, effect).await;
        };
        if waits {
            self.tasks.spawn(task);
        } else {
            tokio::spawn(task);
        }
    }
}

impl Outside {
    async fn carry_out(&self, ticket: Ticket, effect: Effect) {
        let result = self.perform(effect).await;
        let messages = result.unwrap_or_else(|error| vec![Message::Failed(error.to_string())]);
        // With nobody listening the console has ended; what is left is still carried out.
        let _ = self.tell.send(Message::Result(ticket, messages));
    }

    #[allow(clippy::too_many_lines, reason = "one arm an effect")]
    async fn perform(&self, effect: Effect) -> Result<Vec<Message>, StoreError> {
        let store = &*self.store;
        let message = match effect {
            Effect::LoadProfiles => Message::Profiles(store.profiles().await?),
            Effect::LoadProfile(id, purpose) => profiles::load(store, id, purpose).await?,
            Effect::Fresh(draft) => profiles::fresh(*draft, self.region),
            Effect::SaveProfile(profile, seen, _) => profiles::save(store, profile, seen).await?,
            Effect::OverwriteProfile(profile) => profiles::overwrite(store, profile).await?,
            Effect::SwitchProfile(profile) => profiles::switch(store, profile).await?,
            Effect::AskDelete(id, title) => profiles::ask_delete(store, id, title).await?,
            Effect::DeleteProfile(id, title) => profiles::delete(store, id, title).await?,
            Effect::RestoreLast => Message::Restored(store.restore_last().await?.map(Box::new)),
            Effect::Check(of) => return Ok(vec![check(of).await]),
            Effect::LoadDraft(id) => {
                let draft = store.draft(&id).await?;
                return Ok(draft.map(|draft| Message::Draft(Box::new(draft))).into_iter().collect());
            }
            Effect::KeepDraft(draft) => {
                store.keep_draft(*draft).await?;
                return Ok(Vec::new());
            }
            Effect::DropDraft(id) => {
                store.drop_draft(&id).await?;
                return Ok(Vec::new());
            }
            Effect::LoadUnsaved => Message::Unsaved(profiles::unsaved(store).await?),
            Effect::LoadRevision => deliveries::revision(store).await,
            Effect::LoadOwnVariables => Message::OwnVariables(store.own_variables().await?),
            Effect::AddVariable(..) | Effect::ChangeVariable(..) | Effect::RemoveVariable(..) => {
                profiles::own_variable(store, effect).await?
            }
            Effect::Preview(wanted) => {
                let made = delivery::preview(&wanted.profile, &wanted.values, &wanted.origins);
                Message::Previewed(wanted, made.map(Box::new))
            }
            Effect::LoadTestValues(id) => {
                let values = store.test_values(&id).await?;
                Message::TestValues(id, values)
            }
            Effect::ReadValues(file) => values::read(file).await,
            Effect::Test(profile, event, values) => {
                return Ok(deliveries::test(store, *profile, event, values).await);
            }
            Effect::LoadDeliveries(query) => deliveries::load(store, query).await?,
            Effect::CountNewer(query) => deliveries::count_newer(store, query).await?,
            Effect::LoadDetails(id) => {
                let details = store.delivery(id).await?;
                return Ok(details.map(|details| Message::Details(Box::new(details))).into_iter().collect());
            }
            Effect::LoadCounts => Message::Counts(store.counts().await?),
            Effect::LoadHolds | Effect::Pause { .. } => {
                return Ok(deliveries::holding(store, effect).await?.into_iter().collect());
            }
            Effect::Cancel(id) => deliveries::cancel(store, id).await?,
            Effect::RetryNow(id) => deliveries::retry_now(store, id).await?,
            Effect::SendAgain(id) => deliveries::send_again(store, id).await?,
            Effect::WriteFile { text, what } => copying::to_file(&text, &what),
            Effect::StartReceiver(behaviour) => self.endpoint.start(behaviour).await,
            Effect::SetReceiver(behaviour) => {
                self.endpoint.set(behaviour).await;
                return Ok(Vec::new());
            }
            Effect::StopReceiver => self.endpoint.stop().await,
            Effect::CountMany(_) | Effect::ChangeMany(_) | Effect::StopMany => {
                self.many(effect);
                return Ok(Vec::new());
            }
            // The loop that has the terminal does these.
            Effect::Copy { .. }
            | Effect::Run(_)
            | Effect::CaptureMouse(_)
            | Effect::Suspend
            | Effect::Redraw
            | Effect::Quit => return Ok(Vec::new()),
        };
        Ok(vec![message])
    }

    /// What is done to many deliveries goes on beside everything else, and tells by itself.
    fn many(&self, effect: Effect) {
        let (store, tell) = (self.store.clone(), self.tell.clone());
        let mut stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        match effect {
            Effect::CountMany(many) => many::count(store, many, tell),
            Effect::ChangeMany(many) => *stop = many::change(store, many, tell),
            _ => stop.store(true, Ordering::Release),
        }
    }
}
