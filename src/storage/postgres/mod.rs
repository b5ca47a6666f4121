//! The store on PostgreSQL: one database that many senders and consoles work with.
//!
//! Nothing is connected until it is needed, and a connection that broke is made anew. What several callers accept at
//! about the same time shares a statement (`producer`); other processes are notified of changes (`bells`).
//! Unsaved drafts stay in a local file: they belong to the process in which they are typed.

mod api_keys;
mod bells;
mod bulk_actions;
mod changes;
mod connection;
mod control;
mod describe;
mod error;
mod events;
mod feed;
mod health;
mod inspect;
mod integrity;
mod log;
mod producer;
mod profiles;
mod queue;
mod receipts;
mod remote_links;
mod retention;
mod rollups;
mod rows;
mod schema;
#[cfg(test)]
mod tests;
mod transfer;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use crate::storage::Storage;
use crate::storage::describe::UpkeepTrouble;
use crate::storage::error::StoreError;
use crate::storage::health::rules::HealthRules;
use crate::storage::health::turn::new_turn_id;

use bells::listener::Heard;
use bells::ringer::Ringer;
pub use connection::address::{Address, Security};
use connection::server::{Purpose, Server};
use connection::session::{Acquired, Session};
pub use inspect::ServerFacts;
use producer::keyed::KeyedWriter;
use producer::lanes::KnownLanes;
use producer::writer::AcceptWriter;
use profiles::Drafts;
pub use queue::seat::PgSeat;
use queue::sender::SenderState;
use rollups::pace::FoldPace;
pub use schema::migrate::Migrated;
use schema::migrate::Target;
pub use transfer::{PgSource, PgTarget};

/// A database on a server. Cheap to clone.
#[derive(Clone)]
pub struct PgStore(Arc<Shared>);

struct Shared {
    server: Arc<Server>,
    reads: [Session; 2],
    writes: Session,
    accepts: AcceptWriter,
    keyed: KeyedWriter,
    lanes: Arc<KnownLanes>,
    ringer: Arc<Ringer>,
    heard: Arc<Heard>,
    drafts: Drafts,
    upkeep: watch::Sender<Option<UpkeepTrouble>>,
    /// See [`Health::judge_by`](crate::storage::Health::judge_by).
    health_rules: Mutex<HealthRules>,
    /// How much this process has counted since it folded.
    folds: FoldPace,
    /// By what alerts that this process has taken are known.
    taker: uuid::Uuid,
    /// What this process knows as a sender.
    sender: SenderState,
}

impl PgStore {
    /// The database at this address, and the local file of unsaved drafts. Nothing is connected, and so nothing
    /// checked, before the first question.
    #[must_use]
    pub fn new(address: Address, drafts: Option<PathBuf>) -> Self {
        let server = Arc::new(Server::new(address));
        let session = |purpose| Session::new(Arc::clone(&server), purpose);
        let heard = Arc::<Heard>::default();
        let ringer = Arc::new(Ringer::new(Arc::clone(&server), Arc::clone(&heard)));
        let lanes = Arc::new(KnownLanes::new(Arc::clone(&server)));
        let accepts = AcceptWriter::new(session(Purpose::Accept), Arc::clone(&lanes), Arc::clone(&ringer));
        let keyed = KeyedWriter {
            sessions: std::array::from_fn(|_| session(Purpose::Accept)),
            lanes: Arc::clone(&lanes),
            ringer: Arc::clone(&ringer),
            patience: Arc::clone(accepts.patience()),
        };
        Self(Arc::new(Shared {
            reads: [session(Purpose::Read), session(Purpose::Read)],
            writes: session(Purpose::Write),
            accepts,
            keyed,
            lanes,
            ringer,
            heard,
            drafts: Drafts::at(drafts),
            upkeep: watch::Sender::new(None),
            health_rules: Mutex::default(),
            folds: FoldPace::default(),
            taker: new_turn_id(),
            sender: SenderState::new(&server),
            server,
        }))
    }

    /// Brings the database to the latest schema.
    ///
    /// # Errors
    /// It cannot be reached or changed, or a newer program has migrated it.
    pub async fn migrate(&self) -> Result<Migrated, StoreError> {
        let session = Session::new(Arc::clone(&self.0.server), Purpose::Migrate);
        let migrated = schema::migrate::migrate(&session, Target::LATEST).await;
        migrated.map_err(|error| self.0.server.at(error))
    }

    /// This process runs the command of this name, which lists of senders show. The first name counts.
    pub fn runs(&self, command: &'static str) {
        let _ = self.0.sender.command.set(command);
    }

    /// What this process knows as a sender.
    fn sender(&self) -> &SenderState {
        &self.0.sender
    }

    /// A connection to ask.
    async fn read(&self) -> Result<Acquired<'_>, StoreError> {
        for session in &self.0.reads {
            if let Some(acquired) = session.try_acquire().await {
                return acquired;
            }
        }
        let [first, second] = &self.0.reads;
        tokio::select! {
            acquired = first.acquire() => acquired,
            acquired = second.acquire() => acquired,
        }
    }

    /// The connection for changes by people.
    async fn write(&self) -> Result<Acquired<'_>, StoreError> {
        self.0.writes.acquire().await
    }
}

impl Storage for PgStore {}

impl std::fmt::Debug for PgStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PgStore").field(&self.0.server).finish()
    }
}
