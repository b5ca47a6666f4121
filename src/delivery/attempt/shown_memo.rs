//! Reuses the headers of the last response to requests for a URL: while an endpoint responds often, those of the next
//! response are the same, mostly even the date.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::header::HeaderMap;

use crate::delivery::redact::Redactor;
use crate::record::HeaderList;

/// The headers that were shown last, if they are shown exactly as they came.
#[derive(Default)]
pub struct ShownMemo(Mutex<Option<Shown>>);

struct Shown {
    headers: HeaderList,
    /// What looked for secrets in them. Kept, so that no other one has its address.
    redactor: Option<Arc<Redactor>>,
}

impl fmt::Debug for ShownMemo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShownMemo").finish_non_exhaustive()
    }
}

impl ShownMemo {
    /// The list of these headers, if the last response had the same ones, and the same secrets were looked for.
    pub fn again(&self, came: &HeaderMap, redactor: Option<&Arc<Redactor>>) -> Option<HeaderList> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = last.as_ref()?;
        let is_same = match (&last.redactor, redactor) {
            (Some(last), Some(redactor)) => Arc::ptr_eq(last, redactor),
            (None, None) => true,
            _ => false,
        };
        (is_same && are_as_came(&last.headers, came)).then(|| last.headers.clone())
    }

    /// Remembers how these headers are shown.
    pub fn keep(&self, came: &HeaderMap, shown: &HeaderList, redactor: Option<&Arc<Redactor>>) {
        let shown = Some(shown).filter(|shown| are_as_came(shown, came));
        let shown = shown.map(|shown| Shown { headers: shown.clone(), redactor: redactor.cloned() });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = shown;
    }
}

/// Whether the headers are shown as they came: none is left out, escaped or redacted.
fn are_as_came(shown: &HeaderList, came: &HeaderMap) -> bool {
    let mut pairs = shown.iter().zip(came);
    shown.len() == came.len()
        && pairs.all(|((name, value), (came_name, came))| {
            name == came_name.as_str() && value.as_bytes() == came.as_bytes()
        })
}
