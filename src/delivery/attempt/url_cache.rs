//! URLs that were read already: most deliveries go to the same few.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use hyper::Uri;
use url::Url;

use crate::delivery::http::egress_filter::EgressFilter;
use crate::record::{ErrorClass, Failure};

/// Kept at most. A URL with values in it does not come again, and must not take much room.
const MOST: usize = 256;

/// What was read, each under its text. Its address is one that may be dialled, or a name.
#[derive(Debug, Default)]
pub struct UrlCache(Mutex<HashMap<String, Uri>>);

impl UrlCache {
    /// Reads and judges a URL, unless that was done before.
    ///
    /// # Errors
    /// Nothing can be sent there.
    pub fn get(&self, url: &str, egress: &EgressFilter) -> Result<Uri, Failure> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(uri) = known.get(url) {
            return Ok(uri.clone());
        }
        let uri = read(url, egress)?;
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(url.to_owned(), uri.clone());
        Ok(uri)
    }
}

/// Reads a URL as browsers do, and judges its address.
fn read(url: &str, egress: &EgressFilter) -> Result<Uri, Failure> {
    let url = Url::parse(url).map_err(|e| Failure::no_request(format!("the URL cannot be read: {e}")))?;
    egress.check(&url).map_err(|e| Failure { class: ErrorClass::RefusedAddress, message: e.to_string() })?;
    Uri::from_maybe_shared(String::from(url))
        .map_err(|e| Failure::no_request(format!("the URL cannot be sent: {e}")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn each_is_read_once_and_few_are_kept() {
        let (urls, egress) = (UrlCache::default(), EgressFilter::new(Arc::default()));
        let first = urls.get("HTTP://127.1:80/a b", &egress).unwrap();
        assert_eq!(first, "http://127.0.0.1/a%20b");
        assert_eq!(urls.get("HTTP://127.1:80/a b", &egress).unwrap(), first);
        for n in 0..=MOST {
            urls.get(&format!("https://x.example/{n}"), &egress).unwrap();
        }
        assert!(urls.0.lock().unwrap().len() <= MOST);
        let refused = urls.get("http://0xa9fea9fe/", &egress).unwrap_err();
        assert_eq!(refused.class, ErrorClass::RefusedAddress);
        assert_eq!(urls.get("http://", &egress).unwrap_err().class, ErrorClass::Request);
    }
}
