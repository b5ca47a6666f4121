//! Statements over one connection, prepared once each.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, CopyInSink, Row, Statement, Transaction};

use crate::storage::error::StoreError;

/// So many statements stay prepared: searches make many that are used once.
const MOST: usize = 256;

/// Values of a statement.
pub type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// The prepared statements of a connection, by their text, and where it leads.
pub struct Statements {
    prepared: Mutex<HashMap<String, Statement>>,
    location: String,
}

impl Statements {
    /// None yet, of a connection to this database.
    pub fn at(location: &str) -> Self {
        Self { prepared: Mutex::default(), location: location.to_owned() }
    }

    /// An error of the connection, with the name of the database.
    pub fn located(&self, error: tokio_postgres::Error) -> StoreError {
        StoreError { location: Some(self.location.clone()), ..error.into() }
    }
}

/// A connection, or a transaction on it. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Db<'a> {
    over: Over<'a>,
    statements: &'a Statements,
}

#[derive(Clone, Copy)]
enum Over<'a> {
    Client(&'a Client),
    Transaction(&'a Transaction<'a>),
}

impl<'a> Db<'a> {
    /// Each statement is a transaction of its own.
    pub fn of_client(client: &'a Client, statements: &'a Statements) -> Self {
        Self { over: Over::Client(client), statements }
    }

    /// All statements are in this transaction.
    pub fn of_transaction(transaction: &'a Transaction<'a>, statements: &'a Statements) -> Self {
        Self { over: Over::Transaction(transaction), statements }
    }

    /// The rows that a statement returns.
    pub async fn rows(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, StoreError> {
        let statement = self.prepared(sql).await?;
        match self.over {
            Over::Client(client) => client.query(&statement, params).await,
            Over::Transaction(transaction) => transaction.query(&statement, params).await,
        }
        .map_err(|error| self.statements.located(error))
    }

    /// The first row that a statement returns, if it returns one.
    pub async fn row(&self, sql: &str, params: Params<'_>) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, params).await?.into_iter().next())
    }

    /// The first column of the first row that a statement returns; nothing where there is no row, or a null.
    pub async fn value<T>(&self, sql: &str, params: Params<'_>) -> Result<Option<T>, StoreError>
    where
        T: for<'r> tokio_postgres::types::FromSql<'r>,
    {
        let row = self.row(sql, params).await?;
        let value = row.map(|row| row.try_get::<_, Option<T>>(0)).transpose();
        Ok(value.map_err(|error| self.statements.located(error))?.flatten())
    }

    /// How many rows a statement has changed.
    pub async fn execute(&self, sql: &str, params: Params<'_>) -> Result<u64, StoreError> {
        let statement = self.prepared(sql).await?;
        match self.over {
            Over::Client(client) => client.execute(&statement, params).await,
            Over::Transaction(transaction) => transaction.execute(&statement, params).await,
        }
        .map_err(|error| self.statements.located(error))
    }

    /// Runs statements without values.
    pub async fn batch(&self, sql: &str) -> Result<(), StoreError> {
        match self.over {
            Over::Client(client) => client.batch_execute(sql).await,
            Over::Transaction(transaction) => transaction.batch_execute(sql).await,
        }
        .map_err(|error| self.statements.located(error))
    }

    /// Begins to write rows with a `COPY … FROM STDIN` statement.
    pub async fn copy_in(&self, sql: &str) -> Result<CopyInSink<Bytes>, StoreError> {
        match self.over {
            Over::Client(client) => client.copy_in(sql).await,
            Over::Transaction(transaction) => transaction.copy_in(sql).await,
        }
        .map_err(|error| self.located(error))
    }

    /// An error of the connection, with the name of the database.
    pub fn located(&self, error: tokio_postgres::Error) -> StoreError {
        self.statements.located(error)
    }

    /// Prepares a statement, unless it is.
    pub async fn prepare(&self, sql: &str) -> Result<(), StoreError> {
        self.prepared(sql).await.map(drop)
    }

    async fn prepared(&self, sql: &str) -> Result<Statement, StoreError> {
        let known = self.statements.prepared.lock().unwrap_or_else(PoisonError::into_inner).get(sql).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let prepared = match self.over {
            Over::Client(client) => client.prepare(sql).await,
            Over::Transaction(transaction) => transaction.prepare(sql).await,
        };
        let statement = prepared.map_err(|error| self.statements.located(error))?;
        let mut statements = self.statements.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if statements.len() >= MOST {
            statements.clear();
        }
        statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}
