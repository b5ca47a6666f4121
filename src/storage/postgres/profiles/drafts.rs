//! Unsaved drafts stay on the machine on which they are typed, in a file of their own.

use std::path::PathBuf;

use tokio::sync::OnceCell;

use crate::storage::error::{Problem, StoreError};
use crate::storage::sqlite;
use crate::threads;

/// The file of drafts, opened when it is needed first.
pub struct Drafts {
    path: Option<PathBuf>,
    store: OnceCell<sqlite::Store>,
}

impl Drafts {
    /// Not opened yet.
    pub fn at(path: Option<PathBuf>) -> Self {
        Self { path, store: OnceCell::new() }
    }

    /// The store that keeps them.
    pub async fn store(&self) -> Result<&sqlite::Store, StoreError> {
        let open = || async {
            let no_home = || Problem::Folder("there is no home folder for drafts".to_owned());
            let path = self.path.clone().ok_or_else(no_home)?;
            let opened = threads::blocking(move || sqlite::Store::open(path)).await;
            opened.map_err(|error| StoreError::from(Problem::from(error)))?
        };
        self.store.get_or_try_init(open).await
    }

    /// Closes the file. Blocks for as long as the disk takes.
    pub fn close(&self) {
        if let Some(store) = self.store.get() {
            store.close();
        }
    }
}
