//! How much each key is used: how many of its requests are in progress, and when its use was noted last.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::api::{ApiError, Code};
use crate::storage::KeyId;

/// When a client may try again.
const RETRY: Duration = Duration::from_secs(1);

/// How often the use of a key is noted.
const NOTED: Duration = Duration::from_mins(1);

/// With so many keys, those that nobody uses are forgotten.
const MANY: usize = 1024;

/// The use of all keys.
#[derive(Debug)]
pub(super) struct Usages {
    /// How many requests of a key may be in progress.
    most: usize,
    by_key: Mutex<HashMap<KeyId, Arc<KeyUsage>>>,
}

/// The use of a key.
#[derive(Debug, Default)]
pub(super) struct KeyUsage {
    in_progress: AtomicUsize,
    noted: Mutex<Option<Instant>>,
}

impl Usages {
    pub(super) fn new(most: usize) -> Self {
        Self { most, by_key: Mutex::default() }
    }

    /// That of a key.
    pub(super) fn of(&self, key: &KeyId) -> Arc<KeyUsage> {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        if by_key.len() >= MANY {
            by_key.retain(|_, usage| Arc::strong_count(usage) > 1);
        }
        Arc::clone(by_key.entry(key.clone()).or_default())
    }

    /// A request of this key begins, and is in progress until the result is dropped.
    ///
    /// # Errors
    /// The key has as many as it may.
    pub(super) fn begin(&self, usage: &Arc<KeyUsage>) -> Result<KeyInUse, ApiError> {
        let one_more = |count| (count < self.most).then_some(count + 1);
        let begun = usage.in_progress.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        begun.map(|_| KeyInUse(Arc::clone(usage))).map_err(|most| {
            let why = format!("{most} requests of this key are in progress: wait for their responses");
            ApiError::new(Code::TooMany, why).retry_after(RETRY)
        })
    }
}

impl KeyUsage {
    /// Whether its use is to be noted now; not again for a while.
    pub(super) fn is_to_be_noted(&self) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = noted.is_none_or(|at| at.elapsed() >= NOTED);
        if is_due {
            *noted = Some(Instant::now());
        }
        is_due
    }
}

/// A request of a key in progress.
#[derive(Debug)]
pub(crate) struct KeyInUse(Arc<KeyUsage>);

impl Drop for KeyInUse {
    fn drop(&mut self) {
        self.0.in_progress.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_limit() {
        let usages = Usages::new(2);
        let [a, b] = ["a", "b"].map(|text| usages.of(&KeyId::parse(&text.repeat(16)).unwrap()));
        let first = usages.begin(&a).unwrap();
        let _second = usages.begin(&a).unwrap();
        assert_eq!(usages.begin(&a).unwrap_err().code(), Code::TooMany);
        assert!(usages.begin(&b).is_ok());
        drop(first);
        assert!(usages.begin(&a).is_ok());
    }

    #[test]
    fn of_many_keys_only_those_in_use_are_kept() {
        let usages = Usages::new(1);
        let key = |n: usize| KeyId::parse(&format!("{n:016}")).unwrap();
        let of_one = usages.begin(&usages.of(&key(0))).unwrap();
        for n in 1..=MANY {
            usages.of(&key(n));
        }
        assert!(usages.by_key.lock().unwrap().len() <= 2);
        assert!(usages.begin(&usages.of(&key(0))).is_err(), "its request is in progress");
        drop(of_one);
        assert!(usages.begin(&usages.of(&key(0))).is_ok());
    }

    #[test]
    fn a_use_is_noted_now_and_then() {
        let usage = KeyUsage::default();
        assert!(usage.is_to_be_noted());
        assert!(!usage.is_to_be_noted());
    }
}
