//! A database on a server that another one is copied into: see [`transfer`](crate::storage::transfer).

mod contents;
mod finish;
mod mark;
mod positions;
mod value;
mod write;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use uuid::Uuid;

use crate::storage::error::StoreError;
use crate::storage::log::counts::Counts;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::connection::server::{Purpose, Server};
use crate::storage::postgres::connection::session::Session;
use crate::storage::transfer::TransferError;
use crate::storage::transfer::batch::{BatchLimit, LaneNames, LogBatch, SettingsPage};
use crate::storage::transfer::store::{Contents, CopyTarget, TargetMark};
use crate::storage::transfer::table::{Table, TableRow};

/// The server may notice this long after the end of a process that its connections are gone.
const LEAVING: Duration = Duration::from_secs(5);

/// How often it is asked meanwhile.
const PAUSE: Duration = Duration::from_millis(50);

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

    /// Waits a while for connections of processes that have just ended.
    async fn wait_for_others(&self) -> Result<(), StoreError> {
        let began = Instant::now();
        while mark::others(self.session.acquire().await?.db()?).await?.is_some() && began.elapsed() < LEAVING
        {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
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
        contents::log(self.session.acquire().await?.db()?, after, most).await
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
        self.wait_for_others().await?;
        let mut acquired = self.session.acquire().await?;
        let transaction = acquired.begin().await?;
        let mark = mark::begin(transaction.db(), &self.name(), id, source).await?;
        transaction.commit().await?;
        Ok(mark)
    }

    async fn abandon(&self, id: Uuid) -> Result<(), TransferError> {
        self.wait_for_others().await?;
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

    async fn finish(&self, counts: &Counts) -> Result<(), StoreError> {
        let mut acquired = self.session.acquire().await?;
        let transaction = acquired.begin().await?;
        finish::open(transaction.db(), counts).await?;
        transaction.commit().await?;
        // The server would do it in a minute or two, and until then plan as if there were nothing.
        let _ = acquired.db()?.batch(finish::ANALYZE).await;
        Ok(())
    }
}
