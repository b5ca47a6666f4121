//! Errors of PostgreSQL and of the way to it, as problems of a store.

use std::error::Error as _;

use tokio_postgres::error::{DbError, SqlState};

use crate::storage::error::{Problem, StoreError};
use crate::storage::server_problem::ServerProblem;

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        problem(&error).into()
    }
}

fn problem(error: &tokio_postgres::Error) -> Problem {
    if let Some(error) = error.as_db_error() {
        return of_server(error);
    }
    let reason = reason(error);
    if reason.contains("does not allow writes") || reason.contains("read only") {
        return ServerProblem::ReadOnly.into();
    }
    let kind = error.to_string();
    if reason.contains("does not support TLS") {
        return ServerProblem::NoTls.into();
    }
    if kind.contains("TLS") {
        return ServerProblem::Tls(reason).into();
    }
    if kind.contains("authentication") || reason.contains("password missing") {
        return ServerProblem::Refused(reason).into();
    }
    let is_network = error.is_closed()
        || ["connecting", "communicating", "timeout", "connection"].iter().any(|word| kind.contains(word));
    if is_network { ServerProblem::Away(reason).into() } else { Problem::Sql(reason) }
}

/// The problem that the server reports.
fn of_server(error: &DbError) -> Problem {
    let message = || error.message().to_owned();
    let code = error.code();
    let problem = match *code {
        SqlState::DISK_FULL => ServerProblem::Full,
        SqlState::READ_ONLY_SQL_TRANSACTION => ServerProblem::ReadOnly,
        SqlState::TOO_MANY_CONNECTIONS | SqlState::CONFIGURATION_LIMIT_EXCEEDED => {
            ServerProblem::TooManyConnections
        }
        SqlState::INVALID_CATALOG_NAME => ServerProblem::NoDatabase,
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            ServerProblem::Refused(message())
        }
        SqlState::INSUFFICIENT_PRIVILEGE => ServerProblem::Denied(message()),
        SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE => ServerProblem::Slow,
        SqlState::T_R_DEADLOCK_DETECTED | SqlState::T_R_SERIALIZATION_FAILURE => ServerProblem::Conflict,
        // The second: a database that is closed to connections.
        SqlState::CANNOT_CONNECT_NOW | SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE => {
            ServerProblem::Starting(message())
        }
        SqlState::ADMIN_SHUTDOWN
        | SqlState::CRASH_SHUTDOWN
        | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => ServerProblem::Away(message()),
        SqlState::CHECK_VIOLATION if error.message().starts_with("no partition of relation") => {
            ServerProblem::NoPartition
        }
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => return Problem::Corrupt(message()),
        SqlState::IO_ERROR => return Problem::Disk(message()),
        // Such as a network address that pg_hba.conf does not allow.
        _ if code.code().starts_with("28") => ServerProblem::Refused(message()),
        _ if code.code().starts_with("08") => of_pooler(error.message()),
        _ => return Problem::Sql(format!("{} {}", code.code(), error.message())),
    };
    problem.into()
}

/// `PgBouncer` has one code for everything.
fn of_pooler(message: &str) -> ServerProblem {
    match message {
        _ if message.starts_with("no such database")
            || message.starts_with("database ") && message.ends_with(" does not exist") =>
        {
            ServerProblem::NoDatabase
        }
        _ if message.starts_with("no more connections allowed") => ServerProblem::TooManyConnections,
        _ if message.starts_with("query_wait_timeout") => ServerProblem::NoSession,
        _ => ServerProblem::Away(message.to_owned()),
    }
}

/// The innermost reason.
fn reason(error: &tokio_postgres::Error) -> String {
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        reason = error.to_string();
        source = error.source();
    }
    reason
}
