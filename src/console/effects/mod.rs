//! Runs effects, and returns their results as messages.
//!
//! Effects on one subject run in the order of their requests, all others concurrently: a slow search delays no save.

mod bulk;
pub mod copying;
pub mod deliveries;
pub mod environment;
mod overview;
mod profiles;
mod receiver;
mod recent;
mod replay;
mod subjects;
pub mod system;
#[cfg(test)]
mod tests;
mod values;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;

use crate::callback::{self, Moment};
use crate::console::model::bulk_results::LISTED;
use crate::console::model::editor::check_request::CheckRequest;
use crate::console::model::effect::{Effect, Request, Ticket};
use crate::console::model::message::Message;
use crate::console::model::preview_input::PreviewInput;
use crate::console::model::window::test::source::RememberedValues;
use crate::profile::Region;
use crate::storage::{Storage, StoreError};
use crate::threads;

use environment::{Environment, Sources};
use subjects::{Queues, Subject};

/// How long typed text may be in memory only.
const DRAFT_PAUSE: Duration = Duration::from_millis(300);

/// Whether a pending draft must be written, or discarded, before this effect.
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
async fn check(of: Box<CheckRequest>) -> Message {
    let checked = threads::blocking(move || {
        let checked = Box::new(of.check());
        (of, checked)
    });
    match checked.await {
        Ok((of, checked)) => Message::Checked(of, checked),
        Err(error) => Message::Failed(format!("The profile cannot be checked: {error}")),
    }
}

/// The request as it would be sent now.
fn preview(sources: &dyn Sources, wanted: Box<PreviewInput>) -> Message {
    let id = sources.preview_id().to_string();
    let mut random = |bytes: &mut [u8]| sources.random(bytes);
    let unix_seconds = sources.now().as_second();
    let mut moment = Moment { delivery_id: &id, unix_seconds, random: &mut random };
    let made = callback::preview(&wanted.profile, &wanted.values, &wanted.origins, &mut moment);
    Message::Previewed(wanted, made.map(Box::new))
}

/// Runs effects.
pub struct Runner {
    outside: Arc<Outside>,
    queues: Queues,
    /// The draft to be written next, and when.
    draft: Option<(Instant, Request)>,
    /// Effects that must finish before the console exits.
    tasks: JoinSet<()>,
    /// Effects that may never finish, or that nobody waits for at the end: reading a file, a response.
    unbounded: JoinSet<()>,
}

/// The outside of the console.
struct Outside {
    store: Arc<dyn Storage>,
    region: Region,
    environment: Environment,
    tx: UnboundedSender<Message>,
    bulk: Mutex<Bulk>,
}

/// The running bulk changes.
#[derive(Default)]
struct Bulk {
    tasks: JoinSet<()>,
    /// Stops the last of them.
    stop: Arc<AtomicBool>,
}

impl Runner {
    /// A runner of effects against this store.
    #[must_use]
    pub fn new(
        store: Arc<dyn Storage>,
        region: Region,
        environment: Environment,
        tx: UnboundedSender<Message>,
    ) -> Self {
        let outside = Outside { store, region, environment, tx, bulk: Mutex::default() };
        Self {
            outside: Arc::new(outside),
            queues: Queues::default(),
            draft: None,
            tasks: JoinSet::new(),
            unbounded: JoinSet::new(),
        }
    }

    /// Runs effects until the last request has been received and carried out.
    pub async fn run(mut self, mut requests: UnboundedReceiver<Request>) {
        loop {
            let due = self.draft.as_ref().map(|(due, _)| *due);
            tokio::select! {
                biased;
                () = sleep_until(due) => self.write_draft(),
                request = requests.recv() => match request {
                    Some(request) => self.take(request),
                    None => break,
                },
                Some(_) = self.tasks.join_next() => {}
                Some(_) = self.unbounded.join_next() => {}
            }
        }
        self.finish().await;
        self.unbounded.detach_all();
        self.outside.bulk().tasks.detach_all();
        self.outside.environment.endpoint.stop().await;
    }

    /// Takes the next request. Each key creates a draft: only the last one is written, when the pause is over.
    pub fn take(&mut self, request: Request) {
        if let Effect::KeepDraft(_) = request.effect {
            let due = self.draft.take().map(|(due, _)| due);
            self.draft = Some((due.unwrap_or_else(|| Instant::now() + DRAFT_PAUSE), request));
            return;
        }
        if ends_draft(&request.effect) {
            self.write_draft();
        }
        self.begin(request);
    }

    /// Waits until all effects are done, except those that may never finish.
    async fn finish(&mut self) {
        self.write_draft();
        while self.tasks.join_next().await.is_some() {}
    }

    /// Waits until all effects are done.
    #[cfg(test)]
    pub async fn settle(&mut self) {
        self.finish().await;
        while self.unbounded.join_next().await.is_some() {}
        let mut bulk = std::mem::take(&mut self.outside.bulk().tasks);
        while bulk.join_next().await.is_some() {}
    }

    fn write_draft(&mut self) {
        if let Some((_, draft)) = self.draft.take() {
            self.begin(draft);
        }
    }

    /// Starts an effect when its turn comes.
    fn begin(&mut self, request: Request) {
        let Request { ticket, effect } = request;
        let mut turn = self.queues.next(Subject::of(&effect));
        let outside = Arc::clone(&self.outside);
        let is_unbounded = matches!(effect, Effect::ReadValues(_) | Effect::Replay(_));
        let tasks = if is_unbounded { &mut self.unbounded } else { &mut self.tasks };
        tasks.spawn(async move {
            turn.comes().await;
            outside.carry_out(ticket, effect).await;
        });
    }
}

impl Outside {
    async fn carry_out(&self, ticket: Ticket, effect: Effect) {
        let result = self.perform(effect).await;
        let messages = result.unwrap_or_else(|error| vec![Message::Failed(error.to_string())]);
        // Without a receiver the console has ended; the remaining effects still run.
        let _ = self.tx.send(Message::Result(ticket, messages));
    }

    #[allow(clippy::too_many_lines, reason = "one arm an effect")]
    async fn perform(&self, effect: Effect) -> Result<Vec<Message>, StoreError> {
        let store = &*self.store;
        let Environment { sources, endpoint } = &self.environment;
        let sources = &**sources;
        let message = match effect {
            Effect::LoadProfiles => {
                let profiles = Message::Profiles(store.profiles().await?);
                let failing = store.failing_profiles().await?;
                return Ok(vec![profiles, Message::Health(Box::new(failing))]);
            }
            Effect::LoadProfile(id, purpose) => profiles::load(store, id, purpose).await?,
            Effect::Fresh(draft) => profiles::fresh(sources, *draft, self.region),
            Effect::SaveProfile(profile, seen, _) => profiles::save(store, sources, profile, seen).await?,
            Effect::OverwriteProfile(profile) => profiles::overwrite(store, sources, profile).await?,
            Effect::SwitchProfile(profile) => profiles::switch(store, sources, profile).await?,
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
            Effect::Preview(wanted) => preview(sources, wanted),
            Effect::LoadTestValues(id) => {
                let (last, samples) = (store.test_values(&id).await?, store.own_samples().await?);
                Message::TestValues(id, RememberedValues { last, samples })
            }
            Effect::ReadValues(file) => values::read(file).await,
            Effect::ChangeSample(event, change) => values::change_sample(store, event, change).await?,
            Effect::Test(profile, event, values) => {
                return Ok(deliveries::test(store, sources, *profile, event, values).await);
            }
            Effect::LoadDeliveries(query) => deliveries::load(store, query).await?,
            Effect::CountNewer(query) => deliveries::count_newer(store, query).await?,
            Effect::CountMatching(query) => return deliveries::count_matching(store, query).await,
            Effect::LoadDetails(id) => {
                let details = store.delivery(id).await?;
                return Ok(details.map(|details| Message::Details(Box::new(details))).into_iter().collect());
            }
            Effect::LoadSenders => Message::Senders(store.senders().await.map_err(|error| error.to_string())),
            Effect::LoadBulkActions => {
                let actions = store.bulk_actions(LISTED).await;
                Message::BulkActions(actions.map_err(|error| error.to_string()))
            }
            Effect::LoadOverview(request) => {
                let place = request.place;
                Message::Overview(place, Box::new(overview::load(store, request).await))
            }
            // That the database cannot be read is reported elsewhere.
            Effect::LoadRecent(request) => Message::Recent(recent::load(store, request).await.ok()),
            Effect::LoadApis => Message::Apis(store.running_apis().await.unwrap_or_default()),
            Effect::LoadCounts => Message::Counts(store.counts().await?, store.short_name()),
            Effect::LoadBlocks | Effect::Pause { .. } => {
                return Ok(deliveries::blocks(store, effect).await?.into_iter().collect());
            }
            Effect::Cancel(id) => deliveries::cancel(store, id).await?,
            Effect::RetryNow(id) => deliveries::retry_now(store, id).await?,
            Effect::Resend(id) => deliveries::resend(store, sources, id).await?,
            Effect::WriteFile { text, what } => {
                copying::to_file(&sources.temporary_folder(), sources.now(), &text, &what)
            }
            Effect::StartReceiver(behaviour) => endpoint.start(behaviour).await,
            Effect::SetReceiver(behaviour) => {
                endpoint.set(behaviour).await;
                return Ok(Vec::new());
            }
            Effect::FilterRequests(paths) => {
                endpoint.filter(paths);
                return Ok(Vec::new());
            }
            Effect::LeaveOut(header) => {
                endpoint.leave_out(header);
                return Ok(Vec::new());
            }
            Effect::StopReceiver => endpoint.stop().await,
            // A long request takes longer than others may wait.
            Effect::VerifyRequests(request) => match threads::blocking(move || request.verify()).await {
                Ok(verified) => Message::Verified(verified),
                Err(error) => Message::Failed(error.to_string()),
            },
            Effect::Replay(request) => replay::replay(store, sources, *request).await,
            Effect::CountBulk(_) | Effect::StartBulk(_) | Effect::StopBulk => {
                self.many(effect);
                return Ok(Vec::new());
            }
            // The event loop, which owns the terminal, runs these.
            Effect::Copy { .. }
            | Effect::Run(_)
            | Effect::CaptureMouse(_)
            | Effect::Suspend
            | Effect::Redraw
            | Effect::Quit => return Ok(Vec::new()),
        };
        Ok(vec![message])
    }

    /// Starts or stops a bulk change, which runs concurrently with everything else and reports its own progress.
    fn many(&self, effect: Effect) {
        let (store, tx) = (Arc::clone(&self.store), self.tx.clone());
        let mut bulk = self.bulk();
        while bulk.tasks.try_join_next().is_some() {}
        match effect {
            Effect::CountBulk(many) => {
                bulk.tasks.spawn(bulk::count(store, many, tx));
            }
            Effect::StartBulk(many) => {
                bulk.stop = Arc::default();
                let stop = Arc::clone(&bulk.stop);
                bulk.tasks.spawn(bulk::change(store, many, stop, tx));
            }
            _ => bulk.stop.store(true, Ordering::Release),
        }
    }

    fn bulk(&self) -> MutexGuard<'_, Bulk> {
        self.bulk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
