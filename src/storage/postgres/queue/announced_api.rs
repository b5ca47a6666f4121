//! The HTTP API of this process, in the row of its sender: it is known for as long as the seat lasts.

use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::changes::Changes;

const SET: &str = "UPDATE sender SET api = $2 WHERE seq = $1";

impl PgStore {
    /// As [`Describe::announce_api`](crate::storage::Describe::announce_api).
    pub(in crate::storage::postgres) async fn announce(&self, url: Option<String>) -> Result<(), StoreError> {
        self.sender().set_api(url.clone());
        // Without a seat, the next one says so from its start.
        let Ok(seat) = self.sender().seat() else { return Ok(()) };
        let mut acquired = self.write().await?;
        let begun = acquired.begin().await?;
        begun.db().execute(SET, &[&seat, &url]).await?;
        Changes::APIS.note(begun.db()).await?;
        begun.commit().await
    }

    /// Tells those who show it that a sender has joined whose process serves the API.
    pub(super) async fn note_api(&self) -> Result<(), StoreError> {
        let mut acquired = self.write().await?;
        let begun = acquired.begin().await?;
        Changes::APIS.note(begun.db()).await?;
        begun.commit().await
    }
}
