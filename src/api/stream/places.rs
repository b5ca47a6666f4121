//! How many streams are open, in all and of each key: they last, and must not take the room of requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::api::{ApiError, Code};
use crate::storage::KeyId;

/// When a client may try again.
const RETRY: Duration = Duration::from_secs(5);

/// The open streams. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct StreamPlaces {
    most: usize,
    most_of_key: usize,
    /// By key; those without one have none.
    open: Arc<Mutex<HashMap<Option<KeyId>, usize>>>,
}

impl StreamPlaces {
    /// So many in all, and of one key.
    pub(crate) fn new(most: usize, most_of_key: usize) -> Self {
        Self { most, most_of_key, open: Arc::default() }
    }

    /// How many streams are open.
    pub(crate) fn count(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// A stream begins, and is open until the result is dropped.
    ///
    /// # Errors
    /// There are as many as there may be.
    pub(super) fn take(&self, key: Option<&KeyId>) -> Result<StreamPlace, ApiError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = |why: String| Err(ApiError::new(Code::TooMany, why).retry_after(RETRY));
        if open.values().sum::<usize>() >= self.most {
            return refused(format!(
                "{} streams are open: close one, or raise `streams` in the settings",
                self.most
            ));
        }
        let count = open.entry(key.cloned()).or_default();
        if key.is_some() && *count >= self.most_of_key {
            let most = self.most_of_key;
            return refused(format!(
                "{most} streams of this key are open: close one, or raise `streams_per_key` in the settings"
            ));
        }
        *count = count.saturating_add(1);
        Ok(StreamPlace { places: self.clone(), key: key.cloned() })
    }
}

/// The place of an open stream.
#[derive(Debug)]
pub(super) struct StreamPlace {
    places: StreamPlaces,
    key: Option<KeyId>,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = self.places.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_limit_in_all_and_one_of_each_key() {
        let places = StreamPlaces::new(3, 2);
        let [a, b] = ["a", "b"].map(|text| KeyId::parse(&text.repeat(16)).unwrap());
        let why = |refused: Result<StreamPlace, ApiError>| refused.unwrap_err().params().join("");
        let first = places.take(Some(&a)).unwrap();
        let _second = places.take(Some(&a)).unwrap();
        assert!(why(places.take(Some(&a))).contains("`streams_per_key`"));
        let _third = places.take(Some(&b)).unwrap();
        assert!(why(places.take(Some(&b))).contains("`streams`"));
        drop(first);
        let last = places.take(None).unwrap();
        drop(last);
        assert_eq!(places.open.lock().unwrap().len(), 2, "what is not open is not kept");
    }
}
