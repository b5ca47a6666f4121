//! Carries out effects, one after the other, and brings the answers back as messages.

pub mod copying;
pub mod many;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::callback::Values;
use crate::console::model::arrived::Arrival;
use crate::console::model::deliveries::paused::{self, MOST_NEW};
use crate::console::model::deliveries::query::{Query, Show};
use crate::console::model::effect::{Effect, Purpose};
use crate::console::model::message::{Message, Unsaved};
use crate::delivery::{self, DeliveryId, Kind, NewDelivery, Outbox as _, State as DeliveryState};
use crate::profile::{Draft, Identity, Profile, ProfileId, Region};
use crate::receiver::{Behaviour, NoRequest, Receiver};
use crate::store::{Filter, Found, LOOKED_AT, Saved, StateFilter, Store, StoreError, UnsavedDraft};
use crate::{clock, files, threads};

/// Where the built-in endpoint listens when the console starts it.
const RECEIVER_PORTS: [u16; 2] = [9977, 0];

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

/// What is outside the console: the store, and the receiver.
pub struct Outside {
    store: Store,
    region: Region,
    tell: UnboundedSender<Message>,
    receiver: Option<Running>,
    /// Stops what is being done to many deliveries.
    stop: Arc<AtomicBool>,
}

struct Running {
    receiver: Receiver,
    listening: JoinHandle<()>,
}

impl Outside {
    /// The outside of a console; a receiver that runs already is taken over.
    #[must_use]
    pub fn new(
        store: Store,
        region: Region,
        tell: UnboundedSender<Message>,
        receiver: Option<Receiver>,
    ) -> Self {
        let stop = Arc::default();
        let mut outside = Self { store, region, tell, receiver: None, stop };
        if let Some(receiver) = receiver {
            outside.take_receiver(receiver);
        }
        outside
    }

    /// Carries out effects until no more can come.
    pub async fn run(mut self, mut effects: UnboundedReceiver<Effect>) {
        let mut draft: Option<(Instant, Effect)> = None;
        loop {
            let due = draft.as_ref().map(|(due, _)| *due);
            let effect = tokio::select! {
                biased;
                () = sleep_until(due) => None,
                effect = effects.recv() => match effect {
                    Some(effect) => Some(effect),
                    None => break,
                },
            };
            match effect {
                // Each key makes a draft; the last of them is written when the pause is over.
                Some(effect @ Effect::KeepDraft(_)) => {
                    let due = due.unwrap_or_else(|| Instant::now() + DRAFT_PAUSE);
                    draft = Some((due, effect));
                }
                Some(effect) => {
                    if ends_draft(&effect) {
                        self.carry_out(draft.take()).await;
                    }
                    self.carry_out(Some((Instant::now(), effect))).await;
                }
                None => self.carry_out(draft.take()).await,
            }
        }
        self.carry_out(draft.take()).await;
        self.stop_receiver().await;
    }

    async fn carry_out(&mut self, effect: Option<(Instant, Effect)>) {
        let Some((_, effect)) = effect else { return };
        if let Some(message) = self.perform(effect).await {
            // With nobody listening the console has ended; what is left is still carried out.
            let _ = self.tell.send(message);
        }
    }

    async fn perform(&mut self, effect: Effect) -> Option<Message> {
        self.try_perform(effect).await.unwrap_or_else(|error| Some(Message::Failed(error.to_string())))
    }

    #[allow(clippy::too_many_lines, reason = "one arm an effect")]
    async fn try_perform(&mut self, effect: Effect) -> Result<Option<Message>, StoreError> {
        let store = &self.store;
        Ok(match effect {
            Effect::LoadProfiles => Some(Message::Profiles(store.profiles().await?)),
            Effect::LoadProfile(id, purpose) => Some(load(store, id, purpose).await?),
            Effect::Fresh(draft) => Some(fresh(*draft, self.region)),
            Effect::SaveProfile(profile, seen) => Some(match unusable(&profile).await {
                Some(refused) => refused,
                None => save(store, profile, seen).await?,
            }),
            Effect::OverwriteProfile(mut profile) => {
                if let Some(refused) = unusable(&profile).await {
                    return Ok(Some(refused));
                }
                profile.modified_at = now();
                store.save_profiles(vec![(*profile).clone()]).await?;
                Some(Message::Saved(profile))
            }
            Effect::SwitchProfile(profile) => {
                let seen = Some(profile.modified_at);
                Some(match save(store, profile, seen).await? {
                    Message::Saved(profile) => Message::Switched(profile),
                    _ => Message::Failed("Another session changed it just now: try again".to_owned()),
                })
            }
            Effect::LoadDraft(id) => store.draft(&id).await?.map(|d| Message::Draft(Box::new(d))),
            Effect::LoadRevision => Some(revision(store).await),
            Effect::AskDelete(id, title) => {
                let pending = store.pending_events(&id).await?;
                Some(Message::AskDelete(id, title, pending))
            }
            Effect::DeleteProfile(id) => {
                store.delete_profile(&id).await?;
                let held = store.pending_events(&id).await?;
                Some(Message::Deleted(id, held))
            }
            Effect::RestoreLast => Some(Message::Restored(store.restore_last().await?.map(Box::new))),
            Effect::KeepDraft(draft) => {
                store.keep_draft(*draft).await?;
                None
            }
            Effect::DropDraft(id) => {
                store.drop_draft(&id).await?;
                None
            }
            Effect::LoadUnsaved => Some(Message::Unsaved(unsaved(store).await?)),
            Effect::LoadOwnVariables => Some(Message::OwnVariables(store.own_variables().await?)),
            Effect::AddVariable(..) | Effect::ChangeVariable(..) | Effect::RemoveVariable(..) => {
                Some(own_variable(store, effect).await?)
            }
            Effect::Preview(wanted) => {
                let made = delivery::preview(&wanted.profile, &wanted.values, &wanted.origins);
                Some(Message::Previewed(wanted, made.map(Box::new)))
            }
            Effect::LoadTestValues(id) => {
                let values = store.test_values(&id).await?;
                Some(Message::TestValues(id, values))
            }
            Effect::ReadValues(file) => {
                let tell = self.tell.clone();
                // A file may answer late, or never: nothing else waits for it.
                let path = file.clone();
                let reading = threads::blocking(move || read_values(&path));
                tokio::spawn(async move {
                    let values = reading.await.unwrap_or_else(|error| Err(error.to_string()));
                    let _ = tell.send(Message::FileValues(file, values));
                });
                None
            }
            Effect::Test(profile, event, values) => {
                // That the values are not remembered must not keep the test from being sent.
                let kept = store.keep_test_values(&profile.id, event, &values).await;
                if let Err(error) = kept {
                    let _ = self.tell.send(Message::Failed(error.to_string()));
                }
                Some(accept(store, *profile, event, values).await)
            }
            Effect::LoadDeliveries(query) => {
                let found = search(store, &query).await?;
                Some(Message::Deliveries(Box::new(query), found))
            }
            Effect::CountNewer(query) => Some(count_newer(store, query).await?),
            Effect::LoadDetails(id) => store.delivery(id).await?.map(|d| Message::Details(Box::new(d))),
            Effect::LoadCounts => Some(Message::Counts(store.counts().await?)),
            Effect::LoadHolds | Effect::Pause { .. } => holding(store, effect).await?,
            Effect::Cancel(id) => Some(if store.cancel(id).await? {
                Message::Done("Cancelled: no further try is made".to_owned())
            } else {
                Message::Failed("It has ended already".to_owned())
            }),
            Effect::RetryNow(id) => Some(if store.retry_now(id).await? {
                Message::Done("The next try is due now".to_owned())
            } else {
                Message::Refused("It has ended already: {deliveries-send-again} resends it")
            }),
            Effect::SendAgain(id) => Some(send_again(store, id).await?),
            Effect::CountMany(_) | Effect::ChangeMany(_) | Effect::StopMany => self.many(effect),
            Effect::WriteFile { text, what } => Some(copying::to_file(&text, &what)),
            Effect::StartReceiver(behaviour) => Some(self.start_receiver(behaviour).await),
            Effect::SetReceiver(behaviour) => self.set_receiver(behaviour),
            Effect::StopReceiver => Some(self.stop_receiver().await),
            // The loop that has the terminal does these.
            Effect::Copy { .. }
            | Effect::Run(_)
            | Effect::CaptureMouse(_)
            | Effect::Suspend
            | Effect::Redraw
            | Effect::Quit => None,
        })
    }

    /// What is done to many deliveries goes on beside everything else, and tells by itself.
    fn many(&mut self, effect: Effect) -> Option<Message> {
        let (store, tell) = (self.store.clone(), self.tell.clone());
        match effect {
            Effect::CountMany(many) => many::count(store, many, tell),
            Effect::ChangeMany(many) => self.stop = many::change(store, many, tell),
            _ => self.stop.store(true, Ordering::Release),
        }
        None
    }

    async fn start_receiver(&mut self, behaviour: Behaviour) -> Message {
        let mut failure = String::new();
        for port in RECEIVER_PORTS {
            match Receiver::start(([127, 0, 0, 1], port).into(), behaviour.clone()).await {
                Ok(receiver) => {
                    let address = receiver.addr().to_string();
                    self.take_receiver(receiver);
                    return Message::Receiver(Some(address));
                }
                Err(error) => failure = error.to_string(),
            }
        }
        Message::Failed(failure)
    }

    fn set_receiver(&self, behaviour: Behaviour) -> Option<Message> {
        if let Some(running) = &self.receiver {
            running.receiver.set_behaviour(behaviour);
        }
        None
    }

    async fn stop_receiver(&mut self) -> Message {
        if let Some(running) = self.receiver.take() {
            running.listening.abort();
            running.receiver.stop().await;
        }
        Message::Receiver(None)
    }

    fn take_receiver(&mut self, receiver: Receiver) {
        let mut requests = receiver.requests();
        let ended = receiver.ended();
        let tell = self.tell.clone();
        let listening = tokio::spawn(async move {
            let turns = Arc::new(Semaphore::new(1));
            tokio::pin!(ended);
            loop {
                let arrives = async {
                    let turn = Arc::clone(&turns).acquire_owned().await.map_err(|_| NoRequest::Ended)?;
                    requests.recv().await.map(|request| Arrival::new(request, turn))
                };
                let arrival = tokio::select! {
                    arrival = arrives => arrival,
                    () = &mut ended => {
                        let _ = tell.send(Message::ReceiverEnded);
                        return;
                    }
                };
                let message = match arrival {
                    Ok(arrival) => Message::Received(arrival),
                    Err(NoRequest::Dropped(requests)) => Message::RequestsDropped(requests),
                    Err(NoRequest::NotYet | NoRequest::Ended) => return,
                };
                if tell.send(message).is_err() {
                    return;
                }
            }
        });
        self.receiver = Some(Running { receiver, listening });
    }
}

/// What is wrong with the files that a profile names, if something is.
async fn unusable(profile: &Profile) -> Option<Message> {
    let tls = profile.tls.clone();
    let checked = threads::blocking(move || delivery::check_files(&tls)).await;
    checked.ok()?.err().map(Message::Unusable)
}

async fn save(
    store: &Store,
    mut profile: Box<Profile>,
    seen: Option<Timestamp>,
) -> Result<Message, StoreError> {
    profile.modified_at = now();
    Ok(match store.save_profile_if((*profile).clone(), seen).await? {
        Saved::Saved => Message::Saved(profile),
        Saved::Changed(theirs) => Message::Conflict(profile, Some(theirs)),
        Saved::Gone => Message::Conflict(profile, None),
    })
}

/// What is held, or a change of it.
async fn holding(store: &Store, effect: Effect) -> Result<Option<Message>, StoreError> {
    let Effect::Pause { profile, on, done } = effect else {
        return Ok(Some(Message::Holds(Box::new(store.holds().await?))));
    };
    let change = if on { store.hold(profile).await } else { store.let_go(profile).await };
    change?;
    Ok(Some(Message::Done(done)))
}

/// Adds, changes or removes an own variable.
async fn own_variable(store: &Store, effect: Effect) -> Result<Message, StoreError> {
    let (at, done) = match effect {
        Effect::AddVariable(scope, variable) => {
            let name = variable.name.clone();
            store.add_variable(&scope, variable).await?;
            (Some((scope, name.clone())), format!("Added {name}"))
        }
        Effect::ChangeVariable(scope, name, variable) => {
            let new = variable.name.clone();
            if !store.change_variable(&scope, &name, variable).await? {
                return Ok(Message::Failed(format!("{name} was changed by another session: try again")));
            }
            (Some((scope, new.clone())), format!("Changed {new}"))
        }
        Effect::RemoveVariable(scope, name) => {
            store.remove_variable(&scope, &name).await?;
            (None, format!("Removed {name} from {scope}"))
        }
        _ => (None, String::new()),
    };
    Ok(Message::VariableStored(store.own_variables().await?, at, done))
}

async fn send_again(store: &Store, id: DeliveryId) -> Result<Message, StoreError> {
    let new = DeliveryId::generate();
    store.send_again(id, new, clock::now()).await?;
    Ok(Message::Accepted(new, Kind::Again))
}

async fn load(store: &Store, id: ProfileId, purpose: Purpose) -> Result<Message, StoreError> {
    let profile = store.profile(&id).await?.map(Box::new);
    Ok(Message::Profile(id, profile, purpose))
}

/// The time as the store keeps it, in whole milliseconds.
fn now() -> Timestamp {
    let now = clock::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

fn fresh(draft: Draft, region: Region) -> Message {
    let now = now();
    let id = ProfileId::new(region, Uuid::new_v4());
    Message::Fresh(Box::new(draft), Identity { id, created_at: now, modified_at: now })
}

async fn unsaved(store: &Store) -> Result<Vec<Unsaved>, StoreError> {
    let mut out = Vec::new();
    for draft in store.drafts().await? {
        let UnsavedDraft { profile_id, .. } = &draft;
        let stored = store.profile(profile_id).await?.map(Box::new);
        out.push(Unsaved { draft, stored });
    }
    Ok(out)
}

/// A JSON object of values; `~` stands for the home folder.
fn read_values(file: &str) -> Result<Values, String> {
    let home = std::env::var("HOME").unwrap_or_default();
    let path = match file.trim().strip_prefix("~/") {
        Some(rest) => format!("{home}/{rest}"),
        None => file.trim().to_owned(),
    };
    let text = files::read_text(Path::new(&path), Values::LONGEST_FILE);
    let text = text.map_err(|error| format!("{path}: {error}"))?;
    Values::parse(&text).map_err(|error| format!("{path}: {error}"))
}

async fn accept(
    store: &Store,
    profile: Profile,
    event: Option<crate::profile::Event>,
    values: Values,
) -> Message {
    let delivery = NewDelivery::test(profile, event, values);
    let id = delivery.id;
    match store.accept(vec![delivery]).await {
        Ok(()) => Message::Accepted(id, Kind::Test),
        Err(error) => Message::Failed(error.to_string()),
    }
}

/// Rows of each state that are looked at when something has changed: a few milliseconds.
const LOOKED_AT_AGAIN: usize = 5_000;

async fn search(store: &Store, query: &Query) -> Result<Found, StoreError> {
    let filter = filter(query);
    match &query.earlier {
        Some(earlier) => store.search_again(&filter, earlier.clone(), LOOKED_AT_AGAIN).await,
        None => store.search(&filter, LOOKED_AT).await,
    }
}

/// What a query asks the store for.
#[must_use]
pub fn filter(query: &Query) -> Filter {
    let state = match query.show {
        Show::All => None,
        Show::Pending => Some(StateFilter::Pending),
        Show::Delivered => Some(StateFilter::Is(DeliveryState::Delivered)),
        Show::Failed => Some(StateFilter::Is(DeliveryState::Failed)),
        Show::Cancelled => Some(StateFilter::Is(DeliveryState::Cancelled)),
    };
    let Query { profile, limit, text, zone, .. } = query.clone();
    let text = (!text.is_empty()).then_some(text);
    let before = query.before.or(query.upto.map(DeliveryId::next));
    Filter { state, profile, text, zone, before, limit, ..Filter::default() }
}

async fn revision(store: &Store) -> Message {
    match store.revision().await {
        Ok(revision) => Message::Revision(revision),
        Err(error) => Message::Unreadable(error.to_string()),
    }
}

async fn count_newer(store: &Store, query: Query) -> Result<Message, StoreError> {
    let newest = Query { upto: None, limit: MOST_NEW, ..query.clone() };
    let found = store.search(&filter(&newest), LOOKED_AT).await?;
    let newer = paused::newer(&query, &found.rows);
    Ok(Message::Newer(query, newer))
}

/// The store as the sender wants it.
#[must_use]
pub fn outbox(store: &Store) -> Arc<Store> {
    Arc::new(store.clone())
}
