//! The HTTP APIs that run on this file: each writes where it listens, and readers check whether its process
//! still runs.

use rusqlite::Transaction;

use crate::storage::error::StoreError;
use crate::storage::running_api::RunningApi;
use crate::storage::sender_info::host_name;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::lock::process_identity;

impl Store {
    /// As [`Describe::announce_api`](crate::storage::Describe::announce_api).
    pub(super) async fn announce(&self, url: Option<String>) -> Result<(), StoreError> {
        self.write(move |tx| {
            for (owner, _) in rows(tx)?.iter().filter(|(owner, _)| process_identity::is_free(owner)) {
                tx.execute("DELETE FROM running_api WHERE owner = ?1", [owner])?;
            }
            if let Some(url) = &url {
                let sql = "INSERT INTO running_api (owner, url) VALUES (?1, ?2)";
                tx.execute(sql, (process_identity::own(), url))?;
            }
            tx.execute("UPDATE revision SET apis = coalesce(apis, 0) + 1", [])?;
            Ok(())
        })
        .await
    }

    /// As [`Describe::running_apis`](crate::storage::Describe::running_apis).
    pub(super) async fn running(&self) -> Result<Vec<RunningApi>, StoreError> {
        self.read(|tx| Ok(running(tx)?)).await
    }
}

/// Those whose process runs.
pub fn running(tx: &Transaction<'_>) -> rusqlite::Result<Vec<RunningApi>> {
    let alive = rows(tx)?.into_iter().filter(|(owner, _)| process_identity::is_alive(owner));
    Ok(alive.filter_map(|(owner, url)| api(&owner, url)).collect())
}

/// Each with its process. Unreadable rows are skipped: they are only for display.
fn rows(tx: &Transaction<'_>) -> rusqlite::Result<Vec<(String, String)>> {
    let mut select = tx.prepare_cached("SELECT owner, url FROM running_api ORDER BY owner")?;
    let mut found = select.query([])?;
    let mut all = Vec::new();
    while let Some(row) = found.next()? {
        if let (Ok(owner), Ok(url)) = (row.get(0), row.get(1)) {
            all.push((owner, url));
        }
    }
    Ok(all)
}

fn api(owner: &str, url: String) -> Option<RunningApi> {
    Some(RunningApi { host: host_name(), pid: process_identity::pid(owner)?, url })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Describe as _;
    use crate::storage::sqlite::lock::process_identity::tests::another;
    use crate::storage::sqlite::tests::store;

    #[tokio::test]
    async fn the_row_of_a_process_that_has_ended_means_nothing_and_goes() {
        let (_folder, store) = store();
        let (mut child, owner) = another();
        let (name, pid) = (owner.clone(), child.id());
        store
            .write(move |tx| {
                Ok(tx.execute("INSERT INTO running_api VALUES (?1, 'http://127.0.0.1:1')", [name])?)
            })
            .await
            .unwrap();
        let running = store.running_apis().await.unwrap();
        assert_eq!(running, [RunningApi { host: host_name(), pid, url: "http://127.0.0.1:1".to_owned() }]);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(store.running_apis().await.unwrap(), []);
        store.announce_api(None).await.unwrap();
        assert!(store.read(|tx| Ok(rows(tx)?)).await.unwrap().is_empty());
    }
}
