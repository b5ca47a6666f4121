//! The store that a command has opened: the only place that knows which stores there are.

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::Arc;

use crate::record::DeliveryId;
use crate::storage::error::StoreError;
#[cfg(feature = "postgres")]
use crate::storage::postgres::PgStore;
use crate::storage::{Storage, sqlite};

/// An opened store, as a trait object for all operations; and, where a sender starts, as its concrete type: a sender
/// is generic over its queue. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Opened {
    /// The embedded store.
    Sqlite(sqlite::Store),
    /// One on a server.
    #[cfg(feature = "postgres")]
    Postgres(PgStore),
}

impl Opened {
    /// All operations of a store.
    #[must_use]
    pub fn storage(&self) -> Arc<dyn Storage> {
        match self {
            Self::Sqlite(store) => Arc::new(store.clone()),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => Arc::new(store.clone()),
        }
    }

    /// Whether many processes send from it at once: then a sender first joins the others, which takes as long as
    /// accepting an event.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => true,
        }
    }

    /// Which deliveries of a batch whose acceptance failed were stored nevertheless, as the next session would find
    /// them: all or none, but for events that were accepted before. With the store to use from now on, since this one
    /// may be closed. Blocks for as long as the disk takes.
    ///
    /// # Errors
    /// The store cannot be opened or read: then it is unknown.
    pub async fn accepted_after_all(
        &self,
        ids: Vec<DeliveryId>,
    ) -> Result<(Self, HashSet<DeliveryId>), StoreError> {
        match self {
            Self::Sqlite(store) => {
                store.accepted_after_all(ids).await.map(|(store, there)| (Self::Sqlite(store), there))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => Ok((self.clone(), store.accepted_of(&ids).await?)),
        }
    }
}

impl Deref for Opened {
    type Target = dyn Storage;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Sqlite(store) => store,
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store,
        }
    }
}

#[cfg(feature = "postgres")]
impl From<PgStore> for Opened {
    fn from(store: PgStore) -> Self {
        Self::Postgres(store)
    }
}

impl From<sqlite::Store> for Opened {
    fn from(store: sqlite::Store) -> Self {
        Self::Sqlite(store)
    }
}
