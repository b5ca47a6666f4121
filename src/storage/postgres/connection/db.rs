//! Statements over one connection, prepared once each.

use std::collections::HashMap;
use std::pin::{Pin, pin};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, CopyInSink, Row, Statement, Transaction};

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::line::Line;

/// How many statements stay prepared: searches make many that are used once.
const MOST: usize = 256;

/// Values of a statement.
pub type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// The prepared statements of a connection, by their text, and how it is waited for.
pub struct Statements {
    prepared: Mutex<HashMap<String, Statement>>,
    line: Line,
}

impl Statements {
    /// None yet, of this connection.
    pub fn over(line: Line) -> Self {
        Self { prepared: Mutex::default(), line }
    }

    /// How the connection is waited for.
    pub fn line(&self) -> &Line {
        &self.line
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
        let asked = async {
            match self.over {
                Over::Client(client) => client.query(&statement, params).await,
                Over::Transaction(transaction) => transaction.query(&statement, params).await,
            }
        };
        self.response(pin!(asked)).await
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
        Ok(value.map_err(|error| self.statements.line.located(error))?.flatten())
    }

    /// How many rows a statement has changed.
    pub async fn execute(&self, sql: &str, params: Params<'_>) -> Result<u64, StoreError> {
        let statement = self.prepared(sql).await?;
        let asked = async {
            match self.over {
                Over::Client(client) => client.execute(&statement, params).await,
                Over::Transaction(transaction) => transaction.execute(&statement, params).await,
            }
        };
        self.response(pin!(asked)).await
    }

    /// Runs statements without values.
    pub async fn batch(&self, sql: &str) -> Result<(), StoreError> {
        let asked = async {
            match self.over {
                Over::Client(client) => client.batch_execute(sql).await,
                Over::Transaction(transaction) => transaction.batch_execute(sql).await,
            }
        };
        self.response(pin!(asked)).await
    }

    /// Begins to write rows with a `COPY … FROM STDIN` statement.
    pub async fn copy_in(&self, sql: &str) -> Result<CopyInSink<Bytes>, StoreError> {
        let asked = async {
            match self.over {
                Over::Client(client) => client.copy_in(sql).await,
                Over::Transaction(transaction) => transaction.copy_in(sql).await,
            }
        };
        self.response(pin!(asked)).await
    }

    /// Waits for a response of the connection, for as long as the server works on it.
    pub async fn response<T>(
        &self,
        asked: Pin<&mut impl Future<Output = Result<T, tokio_postgres::Error>>>,
    ) -> Result<T, StoreError> {
        self.statements.line.response(asked).await
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
        let asked = async {
            match self.over {
                Over::Client(client) => client.prepare(sql).await,
                Over::Transaction(transaction) => transaction.prepare(sql).await,
            }
        };
        let statement = self.response(pin!(asked)).await?;
        let mut statements = self.statements.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if statements.len() >= MOST {
            statements.clear();
        }
        statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}
