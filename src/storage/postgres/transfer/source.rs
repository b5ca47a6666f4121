//! A database on a server that is copied.

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::connection::server::{Purpose, Server};
use crate::storage::postgres::connection::session::Session;
use crate::storage::postgres::transfer::contents::{self, Side};
use crate::storage::postgres::transfer::others::wait_for_others;
use crate::storage::postgres::transfer::source_mark as mark;
use crate::storage::server_problem::ServerProblem;
use crate::storage::transfer::TransferError;
use crate::storage::transfer::batch::{BatchLimit, LaneNames, LogBatch, SettingsPage};
use crate::storage::transfer::store::{Contents, CopySource, SourceMark};
use crate::storage::transfer::table::Table;

/// A database on a server that is copied. No other process uses it when the copy begins.
pub struct PgSource {
    server: Arc<Server>,
    session: Session,
}

impl PgSource {
    /// The database of this store.
    ///
    /// # Errors
    /// Another process uses it, it is being filled by another copy, or it cannot be read.
    pub async fn open(store: &PgStore) -> Result<Self, TransferError> {
        let server = Arc::clone(&store.0.server);
        let source = Self { session: Session::new(Arc::clone(&server), Purpose::Copy), server };
        let mark = source.mark().await?;
        if let Some(other) = mark::filled_from(source.session.acquire().await?.db()?).await? {
            let error = StoreError::from(ServerProblem::Filling(other));
            return Err(source.server.at(error).into());
        }
        if mark.is_none_or(|mark| !mark.is_closed)
            && let Some(who) = wait_for_others(&source.session).await?
        {
            return Err(TransferError::InUse { target: source.name(), who });
        }
        Ok(source)
    }
}

#[async_trait]
impl Contents for PgSource {
    async fn lanes(&self) -> Result<LaneNames, StoreError> {
        contents::lanes(self.session.acquire().await?.db()?).await
    }

    async fn settings(&self, table: Table, from: usize, most: usize) -> Result<SettingsPage, StoreError> {
        contents::settings(self.session.acquire().await?.db()?, table, from, most).await
    }

    async fn log(&self, after: i64, most: BatchLimit) -> Result<LogBatch, StoreError> {
        contents::log(self.session.acquire().await?.db()?, Side::Source, after, most).await
    }
}

#[async_trait]
impl CopySource for PgSource {
    fn name(&self) -> String {
        self.server.address().name().to_owned()
    }

    async fn mark(&self) -> Result<Option<SourceMark>, StoreError> {
        mark::read(self.session.acquire().await?.db()?).await
    }

    async fn deliveries(&self) -> Result<u64, StoreError> {
        let sql = "SELECT sum(queued + waiting + delivered + failed + cancelled)::bigint FROM tally";
        let n = self.session.acquire().await?.db()?.value::<i64>(sql, &[]).await?;
        Ok(u64::try_from(n.unwrap_or(0)).unwrap_or(0))
    }

    async fn plan(&self, id: Uuid, target: &str) -> Result<(), StoreError> {
        mark::plan(self.session.acquire().await?.db()?, id, target).await
    }

    async fn shut(&self) -> Result<(), TransferError> {
        let mut acquired = self.session.acquire().await?;
        let transaction = acquired.begin().await?;
        mark::shut(transaction.db(), &self.name()).await?;
        Ok(transaction.commit().await?)
    }

    async fn reopen(&self) -> Result<(), StoreError> {
        mark::reopen(self.session.acquire().await?.db()?).await
    }

    async fn finish(&self) -> Result<(), StoreError> {
        mark::finish(self.session.acquire().await?.db()?).await
    }
}
