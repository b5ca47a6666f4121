//! Names and values of headers, shared by everything that has the same ones.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// Names and values of headers, in order. Clones share them: most responses of an endpoint have those of the one
/// before.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct HeaderList(Arc<[(String, String)]>);

impl HeaderList {
    /// Whether both are one list, which is seen without reading it.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for HeaderList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Deref for HeaderList {
    type Target = [(String, String)];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl From<Vec<(String, String)>> for HeaderList {
    fn from(headers: Vec<(String, String)>) -> Self {
        Self(headers.into())
    }
}

impl<'a> IntoIterator for &'a HeaderList {
    type Item = &'a (String, String);
    type IntoIter = std::slice::Iter<'a, (String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
