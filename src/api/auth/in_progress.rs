//! How many requests of each key are in progress.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::api::{ApiError, Code};
use crate::storage::KeyId;

/// When a client may try again.
const RETRY: Duration = Duration::from_secs(1);

/// Requests in progress by key. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct KeyLimit {
    most: usize,
    counted: Arc<Mutex<HashMap<KeyId, usize>>>,
}

impl KeyLimit {
    pub(super) fn new(most: usize) -> Self {
        Self { most, counted: Arc::default() }
    }

    /// A request of this key begins, and is in progress until the result is dropped.
    ///
    /// # Errors
    /// The key has as many as it may.
    pub(super) fn begin(&self, key: &KeyId) -> Result<KeyInUse, ApiError> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counted.entry(key.clone()).or_default();
        if *count >= self.most {
            let why = format!("{} requests of this key are in progress: wait for their responses", self.most);
            return Err(ApiError::new(Code::TooMany, why).retry_after(RETRY));
        }
        *count += 1;
        Ok(KeyInUse { limit: self.clone(), key: key.clone() })
    }
}

/// A request of a key in progress.
#[derive(Debug)]
pub(crate) struct KeyInUse {
    limit: KeyLimit,
    key: KeyId,
}

impl Drop for KeyInUse {
    fn drop(&mut self) {
        let mut counted = self.limit.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counted.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counted.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_limit() {
        let limit = KeyLimit::new(2);
        let [a, b] = ["a", "b"].map(|text| KeyId::parse(&text.repeat(16)).unwrap());
        let first = limit.begin(&a).unwrap();
        let _second = limit.begin(&a).unwrap();
        assert_eq!(limit.begin(&a).unwrap_err().code(), Code::TooMany);
        assert!(limit.begin(&b).is_ok());
        drop(first);
        assert!(limit.begin(&a).is_ok());
        assert_eq!(limit.counted.lock().unwrap().len(), 1, "what is not in use is not kept");
    }
}
