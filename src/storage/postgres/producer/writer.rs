//! What several callers accept at about the same time goes into one statement: a round trip and a wait for the disk
//! for all of them.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot};

use crate::record::{DeliveryId, NewDelivery};
use crate::storage::error::{Problem, StoreError};
use crate::storage::patience::Patience;
use crate::storage::postgres::bells::ringer::Ringer;
use crate::storage::postgres::connection::session::Session;
use crate::storage::postgres::producer::accept::{accept, known, settled};
use crate::storage::postgres::producer::lanes::KnownLanes;
use crate::storage::postgres::schema::partitions;
use crate::storage::server_problem::ServerProblem;

/// Most deliveries in one statement, unless one caller has more.
const MOST: usize = 256;

/// What one caller accepts, and who waits for it.
struct Asked {
    batch: Vec<NewDelivery>,
    reply: oneshot::Sender<Result<(), StoreError>>,
}

/// Accepts what callers hand over.
pub struct AcceptWriter {
    desk: Arc<Desk>,
    orders: Mutex<Option<mpsc::UnboundedSender<Asked>>>,
}

/// What the task works with.
struct Desk {
    session: Session,
    lanes: Arc<KnownLanes>,
    ringer: Arc<Ringer>,
    patience: Arc<Patience>,
}

impl AcceptWriter {
    /// Over this connection.
    pub fn new(session: Session, lanes: Arc<KnownLanes>, ringer: Arc<Ringer>) -> Self {
        let desk = Desk { session, lanes, ringer, patience: Arc::default() };
        Self { desk: Arc::new(desk), orders: Mutex::default() }
    }

    /// How long it waits for a server that cannot be used.
    pub fn patience(&self) -> &Arc<Patience> {
        &self.desk.patience
    }

    /// Accepts deliveries: all or none. Returns once they are on disk.
    pub async fn accept(&self, batch: Vec<NewDelivery>) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.hand_over(Asked { batch, reply });
        answer.await.map_err(|_| StoreError::from(Problem::Closed))?
    }

    /// Hands it to the task, which is started where it is missing: the runtime that it was on may have ended.
    fn hand_over(&self, asked: Asked) {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = match &*orders {
            Some(running) => running.send(asked).err().map(|refused| refused.0),
            None => Some(asked),
        };
        let Some(asked) = refused else { return };
        let (sender, receiver) = mpsc::unbounded_channel();
        // The receiver is here.
        let _ = sender.send(asked);
        *orders = Some(sender);
        tokio::spawn(Arc::clone(&self.desk).work(receiver));
    }
}

impl Desk {
    async fn work(self: Arc<Self>, mut orders: mpsc::UnboundedReceiver<Asked>) {
        while let Some(first) = orders.recv().await {
            let mut count = first.batch.len();
            let mut gathered = vec![first];
            while count < MOST
                && let Ok(next) = orders.try_recv()
            {
                count += next.batch.len();
                gathered.push(next);
            }
            self.settle(gathered).await;
        }
    }

    /// Accepts what was gathered. What fails is split in two until the one that is to blame is alone.
    async fn settle(&self, gathered: Vec<Asked>) {
        let mut open = VecDeque::from([gathered]);
        while let Some(mut some) = open.pop_front() {
            match self.accept(&some).await {
                Err(error) if some.len() > 1 && matches!(error.problem, Problem::Sql(_)) => {
                    let rest = some.split_off(some.len() / 2);
                    open.push_front(rest);
                    open.push_front(some);
                }
                result => {
                    for asked in some {
                        // The caller may have gone; it is accepted nevertheless.
                        let _ = asked.reply.send(result.clone());
                    }
                }
            }
        }
    }

    /// Accepts in one transaction. Where the connection broke, it is unknown whether that was done: it is requested
    /// again, by the same ids, without those that are there.
    async fn accept(&self, some: &[Asked]) -> Result<(), StoreError> {
        let all: Vec<&NewDelivery> = some.iter().flat_map(|asked| &asked.batch).collect();
        let mut waiting = self.patience.begin();
        let mut is_again = false;
        loop {
            let overdue = || self.session.at(ServerProblem::Slow.into());
            let accepted = waiting.for_response(self.try_accept(&all, is_again), overdue).await;
            let error = match accepted {
                Ok(()) => return Ok(()),
                Err(error) => self.session.at(error),
            };
            let Some(pause) = waiting.pause_after(&error) else { return Err(error) };
            is_again = true;
            tokio::time::sleep(pause).await;
        }
    }

    async fn try_accept(&self, all: &[&NewDelivery], is_again: bool) -> Result<(), StoreError> {
        let mut acquired = self.session.acquire().await?;
        let before = acquired.before().to_vec();
        let db = acquired.db()?;
        let there = if is_again {
            settled(db, &before).await?;
            known(db, &all.iter().map(|new| new.id).collect::<Vec<DeliveryId>>()).await?
        } else {
            HashSet::new()
        };
        let missing: Vec<&NewDelivery> = all.iter().copied().filter(|new| !there.contains(&new.id)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let ring = self.ringer.may_ring();
        let lanes = match accept(db, &self.lanes, &missing, ring).await {
            Err(error) if error.problem == Problem::Server(ServerProblem::NoPartition) => {
                // No process has looked ahead for a week.
                partitions::make(db).await.map_err(|_| error)?;
                accept(db, &self.lanes, &missing, ring).await?
            }
            accepted => accepted?,
        };
        if ring {
            self.ringer.rang(lanes);
        } else {
            self.ringer.arrived(lanes);
        }
        Ok(())
    }
}
