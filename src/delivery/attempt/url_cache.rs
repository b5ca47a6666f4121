//! Caches parsed URLs: most deliveries go to the same few.

use std::sync::{Arc, Mutex, PoisonError};

use hyper::Uri;
use url::Url;

use super::header_memo::HeaderMemo;
use super::redactor_memo::RedactorMemo;
use super::shown_memo::ShownMemo;
use crate::delivery::hash::FastMap;
use crate::delivery::http::egress_filter::EgressFilter;
use crate::delivery::http::target::Target;
use crate::record::{ErrorClass, Failure};

/// The maximum number of entries. A URL with values in it is not reused, and must not take much memory.
const MAX_ENTRIES: usize = 256;

/// A parsed URL.
#[derive(Debug)]
pub struct Route {
    /// The target of requests.
    pub target: Target,
    /// The headers of the last one.
    pub headers: HeaderMemo,
    /// The redactor of the last one.
    pub redactor: RedactorMemo,
    /// The headers of the last response.
    pub shown: Arc<ShownMemo>,
}

/// Parsed URLs by their text. Each has a name, or an address that may be dialled.
#[derive(Debug, Default)]
pub struct UrlCache(Mutex<FastMap<String, Arc<Route>>>);

impl UrlCache {
    /// Parses and checks a URL, unless it is cached.
    ///
    /// # Errors
    /// Nothing can be sent there.
    pub fn get(&self, url: &str, egress: &EgressFilter) -> Result<Arc<Route>, Failure> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(route) = known.get(url) {
            return Ok(Arc::clone(route));
        }
        let route = Arc::new(Route {
            target: read(url, egress)?,
            headers: HeaderMemo::default(),
            redactor: RedactorMemo::default(),
            shown: Arc::default(),
        });
        if known.len() >= MAX_ENTRIES {
            known.clear();
        }
        known.insert(url.to_owned(), Arc::clone(&route));
        Ok(route)
    }
}

/// Parses a URL as browsers do, and checks its address.
fn read(url: &str, egress: &EgressFilter) -> Result<Target, Failure> {
    let url = Url::parse(url).map_err(|e| Failure::no_request(format!("the URL cannot be read: {e}")))?;
    egress.check(&url).map_err(|e| Failure { class: ErrorClass::RefusedAddress, message: e.to_string() })?;
    let uri = Uri::from_maybe_shared(String::from(url))
        .map_err(|e| Failure::no_request(format!("the URL cannot be sent: {e}")))?;
    Target::of(uri).ok_or_else(|| Failure::no_request("the URL cannot be sent: it has no host"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_read_once_and_few_are_kept() {
        let (urls, egress) = (UrlCache::default(), EgressFilter::new(Arc::default()));
        let first = urls.get("HTTP://127.1:80/a b", &egress).unwrap();
        assert_eq!(first.target.uri, "http://127.0.0.1/a%20b");
        assert!(Arc::ptr_eq(&urls.get("HTTP://127.1:80/a b", &egress).unwrap(), &first));
        for n in 0..=MAX_ENTRIES {
            urls.get(&format!("https://x.example/{n}"), &egress).unwrap();
        }
        assert!(urls.0.lock().unwrap().len() <= MAX_ENTRIES);
        let refused = urls.get("http://0xa9fea9fe/", &egress).unwrap_err();
        assert_eq!(refused.class, ErrorClass::RefusedAddress);
        assert_eq!(urls.get("http://", &egress).unwrap_err().class, ErrorClass::Request);
    }
}
