//! A database on a server that another one is copied into.

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use crate::storage::error::StoreError;
use crate::storage::log::counts::Counts;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::connection::server::{Purpose, Server};
use crate::storage::postgres::connection::session::Session;
use crate::storage::postgres::transfer::contents::{self, Side};
use crate::storage::postgres::transfer::others::wait_for_others;
use crate::storage::postgres::transfer::{finish, target_mark as mark, write};
use crate::storage::transfer::TransferError;
use crate::storage::transfer::batch::{BatchLimit, LaneNames, LogBatch, SettingsPage};
use crate::storage::transfer::store::{Contents, CopyTarget, TargetMark};
use crate::storage::transfer::table::{Table, TableRow};

/// A database on a server that another one is copied into.
pub struct PgTarget {
    server: Arc<Server>,
    session: Session,
}

impl PgTarget {
    /// The database of this store.
    #[must_use]
    pub fn new(store: &PgStore) -> Self {
        let server = Arc::clone(&store.0.server);
        Self { session: Session::new(Arc::clone(&server), Purpose::Copy), server }
    }
}

#[async_trait]
impl Contents for PgTarget {
    async fn lanes(&self) -> Result<LaneNames, StoreError> {
        contents::lanes(self.session.acquire().await?.db()?).await
    }

    async fn settings(&self, table: Table, from: usize, most: usize) -> Result<SettingsPage, StoreError> {
        contents::settings(self.session.acquire().await?.db()?, table, from, most).await
    }

    async fn log(&self, after: i64, most: BatchLimit) -> Result<LogBatch, StoreError> {
        contents::log(self.session.acquire().await?.db()?, Side::Target, after, most).await
    }
}

#[async_trait]
impl CopyTarget for PgTarget {
    fn name(&self) -> String {
        self.server.address().name().to_owned()
    }

    async fn mark(&self, id: Uuid) -> Result<Option<TargetMark>, TransferError> {
        let mut acquired = self.session.acquire().await?;
        let mark = mark::read(acquired.db()?).await?;
        Ok(mark.filter(|mark| mark.id == id).map(|mark| mark.reached))
    }

    async fn begin(&self, id: Uuid, source: &str) -> Result<TargetMark, TransferError> {
        wait_for_others(&self.session).await?;
        let mut acquired = self.session.acquire().await?;
        let transaction = acquired.begin().await?;
        let mark = mark::begin(transaction.db(), &self.name(), id, source).await?;
        transaction.commit().await?;
        Ok(mark)
    }

    async fn abandon(&self, id: Uuid) -> Result<(), TransferError> {
        wait_for_others(&self.session).await?;
        let mut acquired = self.session.acquire().await?;
        let transaction = acquired.begin().await?;
        mark::abandon(transaction.db(), &self.name(), id).await?;
        Ok(transaction.commit().await?)
    }

    async fn write_settings(&self, source: &dyn Contents) -> Result<(), StoreError> {
        let mut acquired = self.session.acquire().await?;
        let transaction = acquired.begin().await?;
        write::settings(transaction.db(), source).await?;
        transaction.commit().await
    }

    async fn write_log(&self, end: i64, rows: [Vec<TableRow>; Table::LOG.len()]) -> Result<(), StoreError> {
        let mut acquired = self.session.acquire().await?;
        let transaction = acquired.begin().await?;
        write::log(transaction.db(), end, rows).await?;
        transaction.commit().await
    }

    async fn finish(&self, counts: &Counts) -> Result<(), TransferError> {
        let mut acquired = self.session.acquire().await?;
        let transaction = acquired.begin().await?;
        finish::open(transaction.db(), counts).await?;
        transaction.commit().await?;
        // The server would do it in a minute or two, and until then plan as if there were nothing.
        let _ = acquired.db()?.batch(finish::ANALYZE).await;
        Ok(())
    }
}
