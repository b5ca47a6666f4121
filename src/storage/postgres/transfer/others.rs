//! Other processes that use a database.

use std::time::{Duration, Instant};

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::connection::session::Session;

/// The server may notice this long after the end of a process that its connections are gone.
const LEAVING: Duration = Duration::from_secs(5);

/// How often it is asked meanwhile.
const PAUSE: Duration = Duration::from_millis(50);

/// Other connections of this program to the database.
const OTHERS: &str = "
SELECT application_name FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'ringback/%'
  AND application_name <> current_setting('application_name') LIMIT 1";

/// Another connection of this program to the database, if there is one.
pub async fn others(db: Db<'_>) -> Result<Option<String>, StoreError> {
    db.value(OTHERS, &[]).await
}

/// Waits a while for connections of processes that have just ended. Another one that is left, if there is one.
pub async fn wait_for_others(session: &Session) -> Result<Option<String>, StoreError> {
    let began = Instant::now();
    loop {
        let other = others(session.acquire().await?.db()?).await?;
        if other.is_none() || began.elapsed() >= LEAVING {
            return Ok(other);
        }
        tokio::time::sleep(PAUSE).await;
    }
}
