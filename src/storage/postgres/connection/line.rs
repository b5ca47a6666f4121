//! How a connection is waited for, and when it is given up.
//!
//! A statement may take long: it waits for a lock, or its commit for a synchronous standby. That is worth waiting for,
//! since nobody else can tell whether it was carried out. But a host may also fall silent: its packets are dropped, or a
//! proxy keeps the connection open and passes nothing on, which no timeout of TCP notices. So after a while the server
//! is asked over a new connection whether it still works on the statement. If it does not, or does not respond to that
//! either, the connection is given up: those who wait get an error, and the next statement makes a new connection.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

use crate::storage::error::{Problem, StoreError};
use crate::storage::postgres::connection::hosts::Reached;
use crate::storage::postgres::connection::server::{Backend, Served, Server};
use crate::storage::server_problem::ServerProblem;

/// How long a response is waited for until the server is asked about it, each time.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// How long that may take, a new connection included.
const PROBE: Duration = Duration::from_secs(4);

/// A response may have been on its way when the server was asked.
const ON_ITS_WAY: Duration = Duration::from_secs(2);

/// Whether a process works on a statement. Who waits for the next part of one does not.
const IS_WORKING: &str = "
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2::text::timestamptz
  AND state = 'active' AND wait_event IS DISTINCT FROM 'ClientRead')";

/// Where a connection leads, and what polls it.
pub struct Line {
    server: Arc<Server>,
    /// The place of its host in the address.
    host: usize,
    backend: Backend,
    polling: AbortHandle,
    is_given_up: AtomicBool,
}

/// What the server does about a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It works on it.
    Working,
    /// It has ended it, or knows nothing of it.
    Over,
    /// It does not respond.
    Silent,
}

impl Line {
    /// The connection that a server has set up, and its client.
    pub fn of(server: Arc<Server>, made: Served) -> (Client, Self) {
        let Served { client, backend, host, polling, number: _ } = made;
        (client, Self { server, host, backend, polling, is_given_up: AtomicBool::new(false) })
    }

    /// The server's process that serves it.
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// Whether no response will come any more.
    pub fn is_given_up(&self) -> bool {
        self.is_given_up.load(Ordering::Relaxed)
    }

    /// An error of the connection, with the name of the database.
    pub fn located(&self, error: impl Into<StoreError>) -> StoreError {
        self.server.at(error.into())
    }

    /// Waits for a response, for as long as the server works on it.
    pub async fn response<T>(
        &self,
        mut asked: Pin<&mut impl Future<Output = Result<T, tokio_postgres::Error>>>,
    ) -> Result<T, StoreError> {
        loop {
            tokio::select! {
                biased;
                response = &mut asked => return response.map_err(|error| self.located(error)),
                () = sleep(PATIENCE) => {}
            }
            let fate = tokio::select! {
                biased;
                response = &mut asked => return response.map_err(|error| self.located(error)),
                // Rare, and large: it makes a connection.
                fate = Box::pin(self.fate()) => fate,
            };
            let problem = match fate {
                Fate::Working => continue,
                Fate::Over => tokio::select! {
                    biased;
                    response = &mut asked => return response.map_err(|error| self.located(error)),
                    () = sleep(ON_ITS_WAY) => ServerProblem::Away("a response was lost".to_owned()),
                },
                Fate::Silent => ServerProblem::Silent(PATIENCE.as_secs()),
            };
            self.is_given_up.store(true, Ordering::Relaxed);
            self.polling.abort();
            return Err(self.located(problem));
        }
    }

    async fn fate(&self) -> Fate {
        match timeout(PROBE, self.is_working()).await {
            Ok(Ok(true)) => Fate::Working,
            Ok(Ok(false)) => Fate::Over,
            Ok(Err(error)) => fate_by(&error.problem),
            Err(_) => Fate::Silent,
        }
    }

    async fn is_working(&self) -> Result<bool, StoreError> {
        let Reached { client, connection, .. } = self.server.hosts().open_at(self.host).await?;
        let asking = async {
            let Backend { pid, since } = &self.backend;
            let params = [(pid as &(dyn ToSql + Sync), Type::INT4), (since, Type::TEXT)];
            Ok(client.query_typed_one(IS_WORKING, &params).await?.try_get(0)?)
        };
        // Ends with this: nothing else is asked over it.
        tokio::select! {
            working = asking => working,
            ended = connection => Err(ended.err().map_or_else(closed, StoreError::from)),
        }
    }
}

fn closed() -> StoreError {
    ServerProblem::Away("the connection was closed".to_owned()).into()
}

/// What an attempt to ask says.
fn fate_by(problem: &Problem) -> Fate {
    match problem {
        Problem::Server(ServerProblem::Away(_) | ServerProblem::NoSession) => Fate::Silent,
        // It is a standby now, and ends what it began as a primary.
        Problem::Server(ServerProblem::ReadOnly) => Fate::Over,
        // It responds: it has too many connections, or starts. Then TCP says when the connection ends.
        _ => Fate::Working,
    }
}
