//! Own named samples of events.

use rusqlite::Row;

use crate::profile::catalogue::Sample;
use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::rows::columns::{get, text, values};
use crate::storage::unreadable::{UnreadableRow, Why};

impl Store {
    /// All own samples, each with its scope, in the order of adding. A scope is the name of an event, or `default`.
    ///
    /// # Errors
    /// The file, or what is stored there, cannot be read.
    pub async fn own_samples(&self) -> Result<Vec<(String, Sample)>, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(OWN_SAMPLES)?;
            let mut found = statement.query([])?;
            let mut all = Vec::new();
            while let Some(row) = found.next()? {
                // An invalid one hides no other: see `Store::unreadable`.
                all.extend(own_sample(row));
            }
            Ok(all)
        })
        .await
    }

    /// Adds a sample to a scope, or changes the one with that name there.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn save_sample(&self, scope: &str, sample: Sample) -> Result<(), StoreError> {
        let row = (scope.to_owned(), sample.name, serde_json::Value::Object(sample.values).to_string());
        self.write(move |tx| {
            let sql = "INSERT INTO own_sample (scope, name, vals) VALUES (?1, ?2, ?3)
                       ON CONFLICT (scope, name) DO UPDATE SET vals = excluded.vals";
            tx.prepare_cached(sql)?.execute(row)?;
            Ok(())
        })
        .await
    }

    /// Removes an own sample from a scope. Returns whether it existed.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn remove_sample(&self, scope: &str, name: &str) -> Result<bool, StoreError> {
        let row = (scope.to_owned(), name.to_owned());
        self.write(move |tx| {
            let sql = "DELETE FROM own_sample WHERE scope = ?1 AND name = ?2";
            Ok(tx.prepare_cached(sql)?.execute(row)? > 0)
        })
        .await
    }
}

/// Selects the rows of [`own_sample`].
pub const OWN_SAMPLES: &str = "SELECT scope, name, vals FROM own_sample ORDER BY seq";

/// An own sample and its scope.
pub fn own_sample(row: &Row<'_>) -> Result<(String, Sample), UnreadableRow> {
    let sample = || -> Result<(String, Sample), Why> {
        Ok((get(row, 0)?, Sample { name: get(row, 1)?, values: values(text(row, 2)?)?.into_members() }))
    };
    sample().map_err(|why| {
        let name = get::<String>(row, 1).map(|name| format!("own sample {name}"));
        UnreadableRow { name: name.unwrap_or_else(|_| "an own sample".to_owned()), why, position: None }
    })
}
