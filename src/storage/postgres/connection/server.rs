//! The server: how a connection to it is made, and what is checked of it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::task::AbortHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::storage::error::{Problem, StoreError};
use crate::storage::postgres::connection::address::Address;
use crate::storage::postgres::connection::hosts::{Hosts, Reached};
use crate::storage::postgres::connection::pooler::Pooler;
use crate::storage::postgres::schema::steps;
use crate::storage::server_problem::ServerProblem;

/// The oldest server that is used.
const LEAST_VERSION: i64 = 150_000;

/// Asks which server it is; more columns may follow.
const SERVER: &str = "SELECT current_setting('server_version_num') AS number,
  current_setting('server_version') AS version, current_setting('server_encoding') AS encoding,
  pg_backend_pid() AS pid, (SELECT backend_start FROM pg_stat_get_activity(pg_backend_pid())) AS since";

/// What a connection is for: its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Questions of people, which may take long.
    Read,
    /// Changes by people.
    Write,
    /// Deliveries come in.
    Accept,
    /// Claims: one that is lost in a crash is claimed again.
    Claim,
    /// Outcomes.
    Record,
    /// The lease of a sender.
    Heartbeat,
    /// Notifications, both ways.
    Notify,
    /// Dead rows of the queue are removed.
    Vacuum,
    /// The schema is looked at or changed: nothing is checked.
    Migrate,
    /// The database is copied into another one, or filled by a copy: it is closed to all others meanwhile.
    Copy,
    /// All of the database is read, to check it.
    Check,
}

impl Purpose {
    /// The settings of a connection, as statements.
    pub fn settings(self) -> String {
        let timeout = match self {
            Self::Read | Self::Write => "30s",
            Self::Vacuum => "60s",
            Self::Migrate | Self::Copy | Self::Check => "0",
            _ => "5s",
        };
        let mut all = format!(
            "SET search_path = ringback; SET timezone = 'UTC'; SET jit = off; SET client_min_messages = warning; \
             SET plan_cache_mode = force_generic_plan; SET statement_timeout = '{timeout}'; \
             SET idle_in_transaction_session_timeout = '10s';"
        );
        all.push_str(match self {
            // Pages are ranges of indexes in their order: whatever else statistics promise reads a table for them.
            Self::Read => {
                "SET default_transaction_read_only = on; SET max_parallel_workers_per_gather = 0; \
                 SET enable_sort = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
                 SET enable_seqscan = off;"
            }
            Self::Claim => {
                "SET synchronous_commit = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
                 SET enable_seqscan = off;"
            }
            Self::Record => {
                "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off;"
            }
            // Rows are read in the order of an index.
            Self::Copy => "SET enable_sort = off; SET enable_seqscan = off;",
            Self::Notify => "SET synchronous_commit = off;",
            Self::Migrate => "SET application_name = 'ringback-migration';",
            Self::Check => "SET default_transaction_read_only = on;",
            Self::Write | Self::Accept | Self::Heartbeat | Self::Vacuum => "",
        });
        all
    }
}

/// The process of the server that serves a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend {
    /// Its number, which another one may have later.
    pub pid: i32,
    /// When it started, as the server writes it.
    pub since: String,
}

/// A connection that is set up.
pub struct Served {
    /// For statements.
    pub client: Client,
    /// The process at the other end.
    pub backend: Backend,
    /// The place of its host in the address.
    pub host: usize,
    /// Ends the task that polls it.
    pub polling: AbortHandle,
    /// Of all connections of this process, it is the one that was made as this many.
    pub number: u64,
}

/// A server and a database on it. Nothing is connected.
pub struct Server {
    hosts: Hosts,
    is_closed: AtomicBool,
    pooler: Pooler,
    /// See [`Server::connections_made`].
    connections_made: AtomicU64,
}

impl Server {
    /// The server of this address.
    pub fn new(mut address: Address) -> Self {
        if address.config.get_application_name().is_none() {
            let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
            address.config.application_name(format!("ringback/{host}/{}", std::process::id()));
        }
        Self {
            hosts: Hosts::of(address),
            is_closed: AtomicBool::new(false),
            pooler: Pooler::default(),
            connections_made: AtomicU64::new(0),
        }
    }

    /// Where it is.
    pub fn address(&self) -> &Address {
        self.hosts.address()
    }

    /// Its hosts.
    pub fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// The name of the database, and of the host that was connected to last.
    pub fn short_name(&self) -> String {
        self.address().short_name(self.hosts.connected())
    }

    /// Makes no further connection, and gives none out.
    pub fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }

    /// With the name of the database, where it is not known yet.
    pub fn at(&self, mut error: StoreError) -> StoreError {
        error.location.get_or_insert_with(|| self.address().name().to_owned());
        error
    }

    /// How many connections were made. A database goes back to an earlier state, by a restore or by a failover with
    /// loss, only while nobody is connected: what was read before the last connection was made may be of another time.
    pub fn connections_made(&self) -> u64 {
        self.connections_made.load(Ordering::SeqCst)
    }

    /// A connection for this purpose. Its work is done by a task of the runtime that this is called on.
    pub async fn connect(&self, purpose: Purpose) -> Result<Served, StoreError> {
        let Reached { client, connection, host } = self.hosts.open().await.map_err(|error| self.at(error))?;
        let polling = tokio::spawn(async move {
            // The next statement over the connection gets the error.
            drop(connection.await);
        });
        let polling = polling.abort_handle();
        match self.set_up(&client, purpose).await {
            Ok(backend) => {
                let made = self.connections_made.fetch_add(1, Ordering::SeqCst);
                Ok(Served { client, backend, host, polling, number: made.saturating_add(1) })
            }
            Err(error) => {
                // It may be one that never responds.
                polling.abort();
                Err(self.at(error))
            }
        }
    }

    /// Checks what the connection leads to, and sets it up for its purpose.
    pub async fn set_up(&self, client: &Client, purpose: Purpose) -> Result<Backend, StoreError> {
        let set_up = tokio::time::timeout(self.address().ready, self.check_and_set(client, purpose)).await;
        set_up.unwrap_or_else(|_| Err(ServerProblem::NoSession.into()))
    }

    /// In two round trips, unless the schema is missing.
    async fn check_and_set(&self, client: &Client, purpose: Purpose) -> Result<Backend, StoreError> {
        let row = client.query_typed_one("SELECT pg_backend_pid()", &[]).await?;
        self.pooler.check(&self.hosts, client, row.try_get(0)?).await?;
        let settings = purpose.settings();
        // Earlier schemas lack the last columns.
        let schema = "version AS schema, least, to_jsonb(m) ->> 'copying_from' AS copying_from, \
                      CASE WHEN to_jsonb(m) ->> 'closed_at' <> '' THEN to_jsonb(m) ->> 'moved_to' END AS moved_to, \
                      to_jsonb(m) ->> 'moved_at' AS moved_at FROM ringback.meta m";
        let asked = match purpose {
            Purpose::Migrate => None,
            _ => Some(client.simple_query(&format!("{settings} {SERVER}, {schema}")).await),
        };
        let answered = match asked {
            Some(Err(error)) if error.code() != Some(&SqlState::UNDEFINED_TABLE) => return Err(error.into()),
            Some(Ok(answered)) => answered,
            // An old server is reported before a missing schema.
            Some(Err(_)) | None => client.simple_query(&format!("{settings} {SERVER}")).await?,
        };
        let row = answered.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        // While a dump is restored, its tables are there before their rows.
        let row = row.ok_or(ServerProblem::NoSchema)?;
        let text = |name: &str| row.try_get(name).ok().flatten();
        let number = |name: &str| text(name).and_then(|text| text.parse::<i64>().ok());
        let owned = |name: &str| text(name).unwrap_or_default().to_owned();
        check(number("number").unwrap_or_default(), owned("version"), owned("encoding"))?;
        match (purpose, number("schema"), number("least")) {
            (Purpose::Migrate, ..) => {}
            (_, Some(version), Some(least)) => steps::check(version, least)?,
            _ => return Err(ServerProblem::NoSchema.into()),
        }
        if let Some(target) = text("moved_to") {
            if !matches!(purpose, Purpose::Copy | Purpose::Migrate | Purpose::Read | Purpose::Check) {
                let target = target.to_owned();
                let is_finished = text("moved_at").is_some();
                let problem = if is_finished { Problem::Moved(target) } else { Problem::Moving(target) };
                return Err(problem.into());
            }
        } else if let Some(source) =
            text("copying_from").filter(|_| !matches!(purpose, Purpose::Copy | Purpose::Migrate))
        {
            return Err(ServerProblem::Filling(source.to_owned()).into());
        }
        let pid = number("pid").and_then(|pid| i32::try_from(pid).ok()).unwrap_or_default();
        Ok(Backend { pid, since: owned("since") })
    }
}

/// Whether a server of this version, and a database of this encoding, can be used.
fn check(number: i64, version: String, encoding: String) -> Result<(), ServerProblem> {
    if number < LEAST_VERSION {
        return Err(ServerProblem::Version(version));
    }
    if encoding != "UTF8" {
        return Err(ServerProblem::Encoding(encoding));
    }
    Ok(())
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.address().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_server_is_refused_with_the_version_that_is_required() {
        let of = |number, version: &str| check(number, version.to_owned(), "UTF8".to_owned());
        assert_eq!(of(150_000, "15.0"), Ok(()));
        assert_eq!(of(180_001, "18.1 (Debian 18.1-1)"), Ok(()));
        let why = of(140_020, "14.20").unwrap_err();
        assert_eq!(why.to_string(), "runs PostgreSQL 14.20: 15 or newer is required");
        assert!(why.is_wrong_input());
    }
}
