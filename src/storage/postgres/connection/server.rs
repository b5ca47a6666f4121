//! The server: how a connection to it is made, and what is checked of it.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio_postgres::{Client, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::storage::error::{Problem, StoreError};
use crate::storage::postgres::connection::address::Address;
use crate::storage::postgres::connection::tls;
use crate::storage::postgres::schema::steps;
use crate::storage::server_problem::ServerProblem;
use crate::threads;

/// The oldest server that is used.
const LEAST_VERSION: i32 = 150_000;

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
    /// The schema is looked at or changed: nothing is checked.
    Migrate,
    /// Another database is copied into this one, which is closed to all others meanwhile.
    Copy,
}

impl Purpose {
    /// The settings of a connection, as statements.
    pub fn settings(self) -> String {
        let timeout = match self {
            Self::Read | Self::Write => "30s",
            Self::Migrate | Self::Copy => "0",
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
            Self::Write | Self::Accept | Self::Heartbeat => "",
        });
        all
    }
}

/// A server and a database on it. Nothing is connected.
pub struct Server {
    address: Address,
    is_closed: AtomicBool,
}

impl Server {
    /// The server of this address.
    pub fn new(mut address: Address) -> Self {
        if address.config.get_application_name().is_none() {
            let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
            address.config.application_name(format!("ringback/{host}/{}", std::process::id()));
        }
        Self { address, is_closed: AtomicBool::new(false) }
    }

    /// Where it is.
    pub fn address(&self) -> &Address {
        &self.address
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
        error.location.get_or_insert_with(|| self.address.name().to_owned());
        error
    }

    /// A connection for this purpose. Its work is done by a task of the runtime that this is called on.
    pub async fn connect(&self, purpose: Purpose) -> Result<Client, StoreError> {
        let (client, connection) = self.open().await?;
        tokio::spawn(async move {
            // Whoever uses the connection gets the error.
            drop(connection.await);
        });
        self.set_up(&client, purpose).await.map_err(|error| self.at(error))?;
        Ok(client)
    }

    /// A connection, and its other half, which must be polled. Nothing of it is set.
    pub async fn open(&self) -> Result<(Client, Connection<Socket, TlsStream>), StoreError> {
        // Looking up a name takes a thread of the runtime, which panics where the system gives none.
        threads::probe().map_err(|error| self.at(Problem::NoThread(error).into()))?;
        let connector = tls::connector(&self.address).map_err(|problem| self.at(problem.into()))?;
        self.address.config.connect(connector).await.map_err(|error| self.at(error.into()))
    }

    /// Sets the connection up for its purpose, and checks what it leads to.
    pub async fn set_up(&self, client: &Client, purpose: Purpose) -> Result<(), StoreError> {
        client.batch_execute(&purpose.settings()).await?;
        let sql = "SELECT current_setting('server_version_num')::int, current_setting('server_version'),
                       current_setting('server_encoding'), to_regclass('ringback.meta') IS NOT NULL";
        let row = client.query_one(sql, &[]).await?;
        let (number, version): (i32, String) = (row.try_get(0)?, row.try_get(1)?);
        let (encoding, is_there): (String, bool) = (row.try_get(2)?, row.try_get(3)?);
        check(number, version, encoding)?;
        if purpose == Purpose::Migrate {
            return Ok(());
        }
        if !is_there {
            return Err(ServerProblem::NoSchema.into());
        }
        // Earlier schemas lack the last column.
        let sql = "SELECT version, least, to_jsonb(m) ->> 'copying_from' FROM ringback.meta m";
        let row = client.query_one(sql, &[]).await?;
        steps::check(row.try_get::<_, i32>(0)?.into(), row.try_get::<_, i32>(1)?.into())?;
        match row.try_get::<_, Option<String>>(2)? {
            Some(source) if purpose != Purpose::Copy => Err(ServerProblem::Filling(source).into()),
            _ => Ok(()),
        }
    }
}

/// Whether a server of this version, and a database of this encoding, can be used.
fn check(number: i32, version: String, encoding: String) -> Result<(), ServerProblem> {
    if number < LEAST_VERSION {
        return Err(ServerProblem::Version(version));
    }
    if encoding != "UTF8" {
        return Err(ServerProblem::Encoding(encoding));
    }
    Ok(())
}

/// What a secured connection is read from and written to.
pub type TlsStream = <MakeRustlsConnect as tokio_postgres::tls::MakeTlsConnect<Socket>>::Stream;

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.address.fmt(f)
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
