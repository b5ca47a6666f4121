//! Reuses the redactor of the last request to a URL: usually the next one has the same secrets.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::delivery::redact::Redactor;

/// The redactor that was built last, with its secrets. Building one takes longer than searching a response.
#[derive(Default)]
pub struct RedactorMemo(Mutex<Option<Made>>);

struct Made {
    secrets: Vec<Vec<u8>>,
    redactor: Arc<Redactor>,
}

impl fmt::Debug for RedactorMemo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactorMemo").finish_non_exhaustive()
    }
}

impl RedactorMemo {
    /// A redactor for these secrets; none if there are none.
    pub fn of(&self, secrets: Vec<Vec<u8>>) -> Option<Arc<Redactor>> {
        if secrets.is_empty() {
            return None;
        }
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = last.as_ref().filter(|made| made.secrets == secrets) {
            return Some(Arc::clone(&made.redactor));
        }
        let redactor = Arc::new(Redactor::new(secrets.clone()));
        *last = Some(Made { secrets, redactor: Arc::clone(&redactor) });
        Some(redactor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::redact::Extent;

    #[test]
    fn each_request_has_one_for_its_own_secrets() {
        let memo = RedactorMemo::default();
        let hides = |secret: &str, text: &str| {
            let redactor = memo.of(vec![secret.as_bytes().to_vec()]).unwrap();
            redactor.hide(text.as_bytes(), Extent::Whole).is_some()
        };
        assert!(memo.of(Vec::new()).is_none());
        assert!(hides("hush", "a hush") && !hides("other", "a hush") && hides("other", "another"));
        let [one, same] = [(); 2].map(|()| memo.of(vec![b"hush".to_vec()]).unwrap());
        assert!(Arc::ptr_eq(&one, &same));
    }
}
