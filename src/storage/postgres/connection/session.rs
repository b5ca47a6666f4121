//! A connection that is made when it is needed, and made anew after it broke.

use std::pin::pin;
use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::{Client, Transaction};

use crate::storage::error::{Problem, StoreError};
use crate::storage::postgres::connection::db::{Db, Statements};
use crate::storage::postgres::connection::line::Line;
use crate::storage::postgres::connection::server::{Backend, Purpose, Server};

/// So many connections that broke are remembered.
const REMEMBERED: usize = 8;

/// A connection that is made when it is needed, and made anew after it broke. One user at a time.
pub struct Session {
    server: Arc<Server>,
    purpose: Purpose,
    live: Mutex<Live>,
}

enum Live {
    /// With the processes that served the last connections.
    None(Vec<Backend>),
    Connected(Box<Connected>),
}

impl Default for Live {
    fn default() -> Self {
        Self::None(Vec::new())
    }
}

impl Live {
    /// The processes that served the last connections, this one included.
    fn backends(&self) -> Vec<Backend> {
        match self {
            Self::None(before) => before.clone(),
            Self::Connected(connected) => {
                let Connected { before, statements, .. } = &**connected;
                let backend = statements.line().backend();
                let surplus = before.len().saturating_add(1).saturating_sub(REMEMBERED);
                before.iter().skip(surplus).chain([backend]).cloned().collect()
            }
        }
    }
}

struct Connected {
    client: Client,
    statements: Statements,
    /// The processes that served the connections before, which broke: the last ones.
    before: Vec<Backend>,
    /// Of all connections of this process, it is the one that was made as this many.
    number: u64,
}

impl Connected {
    fn is_alive(&self) -> bool {
        !self.client.is_closed() && !self.statements.line().is_given_up()
    }
}

impl Session {
    /// Not connected yet.
    pub fn new(server: Arc<Server>, purpose: Purpose) -> Self {
        Self { server, purpose, live: Mutex::default() }
    }

    /// What it is for.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// An error with the name of the database, where it is not known yet.
    pub fn at(&self, error: StoreError) -> StoreError {
        self.server.at(error)
    }

    /// Waits for the connection, and makes it where there is none.
    pub async fn acquire(&self) -> Result<Acquired<'_>, StoreError> {
        self.connect(self.live.lock().await).await
    }

    /// The connection, unless somebody uses it.
    pub async fn try_acquire(&self) -> Option<Result<Acquired<'_>, StoreError>> {
        let live = self.live.try_lock().ok()?;
        Some(self.connect(live).await)
    }

    async fn connect<'a>(&'a self, mut live: MutexGuard<'a, Live>) -> Result<Acquired<'a>, StoreError> {
        if self.server.is_closed() {
            *live = Live::default();
            return Err(self.server.at(Problem::Closed.into()));
        }
        let is_alive = matches!(&*live, Live::Connected(connected) if connected.is_alive());
        if !is_alive {
            let before = live.backends();
            *live = Live::None(before.clone());
            let made = self.server.connect(self.purpose).await?;
            let number = made.number;
            let (client, over) = Line::of(Arc::clone(&self.server), made);
            let statements = Statements::over(over);
            *live = Live::Connected(Box::new(Connected { client, statements, before, number }));
        }
        Ok(Acquired { live, server: &self.server })
    }
}

/// A connection in use.
pub struct Acquired<'a> {
    live: MutexGuard<'a, Live>,
    server: &'a Server,
}

impl Acquired<'_> {
    fn connected(&mut self) -> Result<&mut Connected, StoreError> {
        match &mut *self.live {
            Live::Connected(connected) => Ok(connected),
            Live::None(_) => Err(self.server.at(Problem::Closed.into())),
        }
    }

    /// The processes that served the last connections before this one, which broke.
    pub fn before(&self) -> &[Backend] {
        match &*self.live {
            Live::Connected(connected) => &connected.before,
            Live::None(before) => before,
        }
    }

    /// Which connection it is: another one has another number.
    pub fn number(&self) -> u64 {
        match &*self.live {
            Live::Connected(connected) => connected.number,
            Live::None(_) => 0,
        }
    }

    /// For statements that are a transaction each.
    pub fn db(&mut self) -> Result<Db<'_>, StoreError> {
        let Connected { client, statements, .. } = self.connected()?;
        Ok(Db::of_client(client, statements))
    }

    /// Begins a transaction, which is undone unless it is committed.
    pub async fn begin(&mut self) -> Result<Begun<'_>, StoreError> {
        let Connected { client, statements, .. } = self.connected()?;
        let transaction = statements.line().response(pin!(client.transaction())).await?;
        Ok(Begun { transaction, statements })
    }
}

/// A transaction.
pub struct Begun<'a> {
    transaction: Transaction<'a>,
    statements: &'a Statements,
}

impl Begun<'_> {
    /// For statements in it.
    pub fn db(&self) -> Db<'_> {
        Db::of_transaction(&self.transaction, self.statements)
    }

    /// Commits. An error leaves it unknown whether it was, where the connection broke meanwhile.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.statements.line().response(pin!(self.transaction.commit())).await
    }
}
