//! The name and the health of the database.

use std::time::Duration;

use async_trait::async_trait;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::storage::describe::{Describe, UpkeepTrouble};
use crate::storage::encoding::time;
use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::rows::get_or_default;
use crate::storage::running_api::RunningApi;
use crate::storage::sender_info::SenderInfo;
use crate::threads;

/// The senders whose lease has not run out.
const SENDERS: &str = "
SELECT name, host, pid, command, version, (extract(epoch FROM since) * 1000)::bigint AS since,
  (extract(epoch FROM seen_until) * 1000)::bigint AS seen_until, in_flight, rate, trouble, api
FROM sender WHERE seen_until > now() ORDER BY seq";

/// How long the last bells may take: where they cannot be rung, sweeps make it good.
const LAST_BELLS: Duration = Duration::from_secs(1);

impl PgStore {
    /// Rings what is to be rung: the task that does it ends with the process.
    fn ring_last(&self) {
        // It blocks, so a thread of a runtime must not do it.
        if !self.0.ringer.is_due() || Handle::try_current().is_ok() {
            return;
        }
        let Ok(runtime) = threads::runtime() else { return };
        drop(runtime.block_on(async { tokio::time::timeout(LAST_BELLS, self.0.ringer.flush()).await }));
    }
}

#[async_trait]
impl Describe for PgStore {
    fn name(&self) -> String {
        self.0.server.address().name().to_owned()
    }

    fn short_name(&self) -> String {
        self.0.server.short_name()
    }

    async fn senders(&self) -> Result<Vec<SenderInfo>, StoreError> {
        let rows = self.read().await?.db()?.rows(SENDERS, &[]).await?;
        let number = |row: &tokio_postgres::Row, name| {
            get_or_default::<Option<i32>>(row, name).and_then(|n| u32::try_from(n).ok())
        };
        let sender = |row: &tokio_postgres::Row| SenderInfo {
            name: get_or_default(row, "name"),
            host: get_or_default(row, "host"),
            pid: number(row, "pid").unwrap_or(0),
            command: get_or_default(row, "command"),
            version: get_or_default(row, "version"),
            since: time(get_or_default(row, "since")).ok(),
            lease_until: time(get_or_default(row, "seen_until")).ok(),
            in_flight: number(row, "in_flight"),
            rate: number(row, "rate"),
            trouble: get_or_default(row, "trouble"),
            api: get_or_default(row, "api"),
        };
        Ok(rows.iter().map(sender).collect())
    }

    async fn announce_api(&self, url: Option<String>) -> Result<(), StoreError> {
        self.announce(url).await
    }

    async fn running_apis(&self) -> Result<Vec<RunningApi>, StoreError> {
        let running = self.senders().await?.into_iter();
        Ok(running
            .filter_map(|sender| Some(RunningApi { host: sender.host, pid: sender.pid, url: sender.api? }))
            .collect())
    }

    fn upkeep(&self) -> watch::Receiver<Option<UpkeepTrouble>> {
        self.0.upkeep.subscribe()
    }

    fn close(&self) {
        self.ring_last();
        self.0.server.close();
        self.0.drafts.close();
    }
}
