//! Links to the profiles of an account.

use async_trait::async_trait;
use rusqlite::{Row, named_params};

use crate::profile::ProfileId;
use crate::storage::error::StoreError;
use crate::storage::remote_links::RemoteLinks;
use crate::storage::remote_links::remote_link::RemoteLink;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::rows::columns::{get, profile_id, text};
use crate::storage::unreadable::Why;

#[async_trait]
impl RemoteLinks for Store {
    async fn remote_links(&self, account: &str) -> Result<Vec<RemoteLink>, StoreError> {
        let account = account.to_owned();
        self.read(move |tx| {
            let sql = "SELECT account, profile_id, remote_id, creation, seen FROM remote_link
                       WHERE account = ?1 ORDER BY profile_id";
            let mut select = tx.prepare_cached(sql)?;
            let mut rows = select.query([&account])?;
            let mut links = Vec::new();
            while let Some(row) = rows.next()? {
                links.push(link(row).map_err(|why| StoreError::unreadable("a link to an account", why))?);
            }
            Ok(links)
        })
        .await
    }

    async fn remote_accounts(&self) -> Result<Vec<String>, StoreError> {
        self.read(|tx| {
            let sql = "SELECT DISTINCT account FROM remote_link ORDER BY account";
            let mut select = tx.prepare_cached(sql)?;
            let accounts = select.query_map([], |row| row.get(0))?;
            Ok(accounts.collect::<Result<Vec<String>, _>>()?)
        })
        .await
    }

    async fn keep_remote_link(&self, link: RemoteLink) -> Result<(), StoreError> {
        self.write(move |tx| {
            let sql = "INSERT INTO remote_link (account, profile_id, remote_id, creation, seen)
                       VALUES (:account, :profile_id, :remote_id, :creation, :seen)
                       ON CONFLICT (account, profile_id) DO UPDATE SET
                           remote_id = excluded.remote_id, creation = excluded.creation, seen = excluded.seen";
            tx.prepare_cached(sql)?.execute(named_params! {
                ":account": link.account,
                ":profile_id": link.profile_id.as_str(),
                ":remote_id": link.remote_id.as_ref().map(ProfileId::as_str),
                ":creation": link.creation,
                ":seen": link.seen,
            })?;
            Ok(())
        })
        .await
    }

    async fn drop_remote_link(&self, account: &str, profile: &ProfileId) -> Result<bool, StoreError> {
        let (account, profile) = (account.to_owned(), profile.clone());
        self.write(move |tx| {
            let sql = "DELETE FROM remote_link WHERE account = ?1 AND profile_id = ?2";
            Ok(tx.prepare_cached(sql)?.execute((&account, profile.as_str()))? > 0)
        })
        .await
    }
}

fn link(row: &Row<'_>) -> Result<RemoteLink, Why> {
    let remote_id: Option<String> = get(row, 2)?;
    Ok(RemoteLink {
        account: get(row, 0)?,
        profile_id: profile_id(text(row, 1)?)?,
        remote_id: remote_id.as_deref().map(profile_id).transpose()?,
        creation: get(row, 3)?,
        seen: get(row, 4)?,
    })
}
