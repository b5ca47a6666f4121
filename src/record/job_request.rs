//! The request of a job. Deliveries that are read after one another mostly have the same URL and, but for their
//! `webhook-id`, the same headers: these are shared, and not copied for each.

use std::sync::Arc;

use super::HeaderList;
use crate::callback::Callback;
use crate::profile::Method;

/// The request of a job, without credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRequest {
    /// The HTTP method.
    pub method: Method,
    /// The URL with its values.
    pub url: Arc<str>,
    /// Names and values in order.
    pub headers: JobHeaders,
    /// The bytes of the body; empty with GET and DELETE.
    pub body: Vec<u8>,
}

/// Headers of which one value is the request's own.
#[derive(Debug, Clone, Default)]
pub struct JobHeaders {
    shared: HeaderList,
    /// The place of the header whose value is another, and that value.
    own: Option<(usize, String)>,
}

impl JobHeaders {
    /// These headers, with this value in place of the one at `at`.
    #[must_use]
    pub fn with_own(shared: HeaderList, at: usize, value: String) -> Self {
        Self { shared, own: Some((at, value)) }
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        let own = self.own.as_ref().map(|(at, value)| (*at, value.as_str()));
        self.shared.iter().enumerate().map(move |(at, (name, value))| match own {
            Some((own_at, own)) if own_at == at => (name.as_str(), own),
            _ => (name.as_str(), value.as_str()),
        })
    }
}

impl PartialEq for JobHeaders {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for JobHeaders {}

impl From<Vec<(String, String)>> for JobHeaders {
    fn from(headers: Vec<(String, String)>) -> Self {
        Self { shared: headers.into(), own: None }
    }
}

impl From<Callback> for JobRequest {
    fn from(callback: Callback) -> Self {
        let Callback { method, url, headers, body } = callback;
        Self { method, url: url.into(), headers: headers.into(), body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_equal_whether_shared_or_not() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let shared = HeaderList::from(vec![pair("a", "1"), pair("webhook-id", "x"), pair("b", "2")]);
        let own = JobHeaders::with_own(shared, 1, "y".to_owned());
        let whole = vec![pair("a", "1"), pair("webhook-id", "y"), pair("b", "2")];
        assert_eq!(own, JobHeaders::from(whole.clone()));
        assert_ne!(own, JobHeaders::from(whole[..2].to_vec()));
        let named: Vec<_> = own.iter().map(|(name, value)| pair(name, value)).collect();
        assert_eq!(named, whole);
    }
}
