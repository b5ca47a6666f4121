//! Links to the profiles of an account.

use async_trait::async_trait;
use tokio_postgres::Row;

use crate::profile::ProfileId;
use crate::storage::encoding::profile_id;
use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::rows::get;
use crate::storage::remote_links::RemoteLinks;
use crate::storage::remote_links::remote_link::RemoteLink;
use crate::storage::unreadable::Why;

#[async_trait]
impl RemoteLinks for PgStore {
    async fn remote_links(&self, account: &str) -> Result<Vec<RemoteLink>, StoreError> {
        let sql = r#"SELECT account, profile_id, remote_id, creation, seen FROM remote_link
                     WHERE account = $1 ORDER BY profile_id COLLATE "C""#;
        let rows = self.read().await?.db()?.rows(sql, &[&account]).await?;
        let links = rows.iter().map(link).collect::<Result<_, _>>();
        links.map_err(|why| StoreError::unreadable("a link to an account", why))
    }

    async fn remote_accounts(&self) -> Result<Vec<String>, StoreError> {
        let sql = r#"SELECT DISTINCT account COLLATE "C" AS account FROM remote_link ORDER BY 1"#;
        let rows = self.read().await?.db()?.rows(sql, &[]).await?;
        let accounts = rows.iter().map(|row| row.try_get("account")).collect::<Result<_, _>>();
        accounts.map_err(|why| StoreError::unreadable("a link to an account", why.to_string()))
    }

    async fn keep_remote_link(&self, link: RemoteLink) -> Result<(), StoreError> {
        let sql = "INSERT INTO remote_link (account, profile_id, remote_id, creation, seen)
                   VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (account, profile_id) DO UPDATE SET
                       remote_id = excluded.remote_id, creation = excluded.creation, seen = excluded.seen";
        let RemoteLink { account, profile_id, remote_id, creation, seen } = &link;
        let remote_id = remote_id.as_ref().map(ProfileId::as_str);
        let row: &[&(dyn tokio_postgres::types::ToSql + Sync)] =
            &[account, &profile_id.as_str(), &remote_id, creation, seen];
        self.write().await?.db()?.execute(sql, row).await?;
        Ok(())
    }

    async fn drop_remote_link(&self, account: &str, profile: &ProfileId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM remote_link WHERE account = $1 AND profile_id = $2";
        Ok(self.write().await?.db()?.execute(sql, &[&account, &profile.as_str()]).await? > 0)
    }
}

fn link(row: &Row) -> Result<RemoteLink, Why> {
    let remote_id: Option<&str> = get(row, "remote_id")?;
    Ok(RemoteLink {
        account: get(row, "account")?,
        profile_id: profile_id(get(row, "profile_id")?)?,
        remote_id: remote_id.map(profile_id).transpose()?,
        creation: get(row, "creation")?,
        seen: get(row, "seen")?,
    })
}
