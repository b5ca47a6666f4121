//! That something has changed, by whichever process.

use async_trait::async_trait;
use tokio::sync::watch;

use crate::storage::error::StoreError;
use crate::storage::events::Events;
use crate::storage::events::revision::Revision;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::rows::get_or_default;

#[async_trait]
impl Events for PgStore {
    fn changes(&self) -> watch::Receiver<u64> {
        self.0.heard.start(&self.0.server);
        self.0.heard.changes()
    }

    async fn revision(&self) -> Result<Revision, StoreError> {
        let sql =
            "SELECT profiles, variables, steering, apis, (SELECT sum(changes)::bigint FROM tally) AS deliveries
                   FROM revision";
        let row = self.read().await?.db()?.row(sql, &[]).await?;
        let n = |name| row.as_ref().and_then(|row| get_or_default::<Option<i64>>(row, name)).unwrap_or(0);
        Ok(Revision {
            profiles: n("profiles"),
            variables: n("variables"),
            deliveries: n("deliveries"),
            steering: n("steering"),
            apis: n("apis"),
            connections: self.0.server.connections_made(),
        })
    }
}
