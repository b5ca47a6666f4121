//! Own variables of events.

use rusqlite::Row;

use crate::profile::catalogue::{Variable, VariableOrigin};
use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::rows::columns::{get, text};
use crate::storage::unreadable::{UnreadableRow, Why};

impl Store {
    /// All own variables, each with its scope, in the order of adding. A scope is the name of an event, or `default`.
    ///
    /// # Errors
    /// The file, or what is stored there, cannot be read.
    pub async fn own_variables(&self) -> Result<Vec<(String, Variable)>, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(OWN)?;
            let mut found = statement.query([])?;
            let mut all = Vec::new();
            while let Some(row) = found.next()? {
                // An invalid one hides no other: see `Store::unreadable`.
                all.extend(own(row));
            }
            Ok(all)
        })
        .await
    }

    /// Adds a variable to a scope, or changes the one with that name there.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn add_variable(&self, scope: &str, variable: Variable) -> Result<(), StoreError> {
        let scope = scope.to_owned();
        self.write(move |tx| {
            let sql = "INSERT INTO own_variable (scope, name, meaning, sample) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT (scope, name)
                       DO UPDATE SET meaning = excluded.meaning, sample = excluded.sample";
            let row = (scope, variable.name, variable.meaning, variable.sample.to_string());
            tx.prepare_cached(sql)?.execute(row)?;
            Ok(())
        })
        .await
    }

    /// Changes an own variable of a scope, possibly its name; its position in the list stays. Returns whether it
    /// existed, and its new name was free.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn change_variable(
        &self,
        scope: &str,
        name: &str,
        variable: Variable,
    ) -> Result<bool, StoreError> {
        let row =
            (scope.to_owned(), name.to_owned(), variable.name, variable.meaning, variable.sample.to_string());
        self.write(move |tx| {
            let sql = "UPDATE OR IGNORE own_variable SET name = ?3, meaning = ?4, sample = ?5
                       WHERE scope = ?1 AND name = ?2";
            Ok(tx.prepare_cached(sql)?.execute(row)? > 0)
        })
        .await
    }

    /// Removes an own variable from a scope. Returns whether it existed.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn remove_variable(&self, scope: &str, name: &str) -> Result<bool, StoreError> {
        let row = (scope.to_owned(), name.to_owned());
        self.write(move |tx| {
            let sql = "DELETE FROM own_variable WHERE scope = ?1 AND name = ?2";
            Ok(tx.prepare_cached(sql)?.execute(row)? > 0)
        })
        .await
    }
}

/// Selects the rows of [`own`].
pub const OWN: &str = "SELECT scope, name, meaning, sample FROM own_variable ORDER BY seq";

/// An own variable and its scope.
pub fn own(row: &Row<'_>) -> Result<(String, Variable), UnreadableRow> {
    let unreadable = |why| {
        let name = get::<String>(row, 1).map(|name| format!("own variable {name}"));
        UnreadableRow { name: name.unwrap_or_else(|_| "an own variable".to_owned()), why, position: None }
    };
    variable(row).map_err(unreadable)
}

fn variable(row: &Row<'_>) -> Result<(String, Variable), Why> {
    let sample = serde_json::from_str(text(row, 3)?).map_err(|error| error.to_string())?;
    let variable =
        Variable { name: get(row, 1)?, origin: VariableOrigin::Own, meaning: get(row, 2)?, sample };
    Ok((get(row, 0)?, variable))
}
