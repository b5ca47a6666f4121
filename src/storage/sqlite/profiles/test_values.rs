//! The values that a profile was last tested with, to be offered again.

use crate::callback::Values;
use crate::profile::{Choice as _, Event, ProfileId};
use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::rows::columns::{text, values};

impl Store {
    /// Keeps the values of a test, replacing the previous ones of this profile and event.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn keep_test_values(
        &self,
        profile_id: &ProfileId,
        event: Option<Event>,
        values: &Values,
    ) -> Result<(), StoreError> {
        let text = serde_json::Value::Object(values.members().clone()).to_string();
        let row = (profile_id.to_string(), event.map_or("", |e| e.name()), text);
        self.write(move |tx| {
            let sql = "INSERT INTO test_values (profile_id, event, vals) VALUES (?1, ?2, ?3)
                       ON CONFLICT (profile_id, event) DO UPDATE SET vals = excluded.vals";
            tx.prepare_cached(sql)?.execute(row)?;
            Ok(())
        })
        .await
    }

    /// The values of the last test of each event of a profile.
    ///
    /// # Errors
    /// The file, or what is stored there, cannot be read.
    pub async fn test_values(
        &self,
        profile_id: &ProfileId,
    ) -> Result<Vec<(Option<Event>, Values)>, StoreError> {
        let id = profile_id.to_string();
        self.read(move |tx| {
            let sql = "SELECT event, vals FROM test_values WHERE profile_id = ?1";
            let mut statement = tx.prepare_cached(sql)?;
            let mut found = statement.query([&id])?;
            let mut all = Vec::new();
            while let Some(row) = found.next()? {
                // Unreadable test values are only a convenience, and prevent no test.
                let Ok(values) = text(row, 1).and_then(values) else { continue };
                all.push((text(row, 0).ok().and_then(Event::from_name), values));
            }
            Ok(all)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Region;

    #[tokio::test]
    async fn the_last_ones_of_each_event_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("a.db")).unwrap();
        let id = ProfileId::new(Region::In, uuid::Uuid::nil());
        let values = |text: &str| Values::new(serde_json::from_str(text).unwrap());
        store.keep_test_values(&id, Some(Event::SmsSend), &values(r#"{"a":"1"}"#)).await.unwrap();
        store.keep_test_values(&id, Some(Event::SmsSend), &values(r#"{"a":12.50}"#)).await.unwrap();
        store.keep_test_values(&id, None, &values(r#"{"b":null}"#)).await.unwrap();
        let all = store.test_values(&id).await.unwrap();
        assert_eq!(all.len(), 2);
        assert!(all.contains(&(Some(Event::SmsSend), values(r#"{"a":12.50}"#))));
        assert!(all.contains(&(None, values(r#"{"b":null}"#))));
    }
}
