//! Reuses the headers of the last request to a URL: most of those of the next one are the same.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use hyper::header::{ACCEPT, ACCEPT_ENCODING, HOST, HeaderMap, HeaderName, HeaderValue};

use crate::delivery::http::target::Target;

/// A header of a request.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: &'a str,
    /// Whether its value is a secret.
    pub is_secret: bool,
}

impl<'a> Field<'a> {
    fn header_name(self) -> Result<HeaderName, &'a str> {
        HeaderName::try_from(self.name).map_err(|_| self.name)
    }

    fn header_value(self) -> Result<HeaderValue, &'a str> {
        let mut value = HeaderValue::try_from(self.value).map_err(|_| self.name)?;
        value.set_sensitive(self.is_secret);
        Ok(value)
    }
}

/// The headers built from the fields of one request.
#[derive(Default)]
pub struct HeaderMemo(Mutex<Option<Made>>);

impl fmt::Debug for HeaderMemo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Some values are secrets.
        f.debug_struct("HeaderMemo").finish_non_exhaustive()
    }
}

struct Made {
    fields: Vec<Known>,
    headers: HeaderMap,
}

/// A field that was built.
struct Known {
    name: HeaderName,
    given_name: String,
    given_value: String,
    is_secret: bool,
}

impl HeaderMemo {
    /// The headers of a request with these fields, and those of every request to this target.
    ///
    /// # Errors
    /// The name of a field that cannot be sent.
    pub fn headers<'a>(
        &self,
        fields: impl Iterator<Item = Field<'a>> + Clone,
        target: &Target,
    ) -> Result<HeaderMap, &'a str> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(headers) = made.as_ref().map_or(Ok(None), |made| made.again(fields.clone()))? {
            return Ok(headers);
        }
        let mut headers = make(fields.clone())?;
        complete(&mut headers, target);
        *made = Made::of(fields, &headers);
        Ok(headers)
    }
}

impl Made {
    /// None if a name is repeated: fields are matched by name.
    fn of<'a>(fields: impl Iterator<Item = Field<'a>>, headers: &HeaderMap) -> Option<Self> {
        let known = fields.map(|field| {
            let (given_name, given_value) = (field.name.to_owned(), field.value.to_owned());
            Some(Known {
                name: field.header_name().ok()?,
                given_name,
                given_value,
                is_secret: field.is_secret,
            })
        });
        let fields = known.collect::<Option<Vec<_>>>()?;
        (headers.keys_len() == headers.len()).then(|| Self { fields, headers: headers.clone() })
    }

    /// The same headers with other values; none if the fields differ.
    fn again<'a>(&self, fields: impl Iterator<Item = Field<'a>>) -> Result<Option<HeaderMap>, &'a str> {
        let (mut headers, mut known) = (self.headers.clone(), self.fields.iter());
        for field in fields {
            let is_same =
                |known: &&Known| known.given_name == field.name && known.is_secret == field.is_secret;
            let Some(known) = known.next().filter(is_same) else { return Ok(None) };
            if known.given_value != field.value {
                headers.insert(&known.name, field.header_value()?);
            }
        }
        Ok(known.next().is_none().then_some(headers))
    }
}

/// The headers of these fields alone.
///
/// # Errors
/// The name of a field that cannot be sent.
pub fn make<'a>(fields: impl Iterator<Item = Field<'a>>) -> Result<HeaderMap, &'a str> {
    let mut headers = HeaderMap::with_capacity(16);
    for field in fields {
        headers.append(field.header_name()?, field.header_value()?);
    }
    Ok(headers)
}

/// Adds the headers of every request to this target.
pub fn complete(headers: &mut HeaderMap, target: &Target) {
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
    // Over TLS it may be HTTP/2, which has it in the URI.
    if !target.is_secure {
        headers.entry(HOST).or_insert_with(|| target.host.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The headers, and which of them are secret, with a memo and without one.
    fn both(
        memo: &HeaderMemo,
        fields: &[(&'static str, &'static str, bool)],
    ) -> Result<HeaderMap, &'static str> {
        let fields =
            fields.iter().map(|(name, value, is_secret)| Field { name, value, is_secret: *is_secret });
        let target = Target::of("http://a.example/".parse().unwrap()).unwrap();
        let with = memo.headers(fields.clone(), &target);
        let without = HeaderMemo::default().headers(fields, &target);
        assert_eq!(with, without);
        if let (Ok(with), Ok(without)) = (&with, &without) {
            let secrets =
                |headers: &HeaderMap| headers.values().map(HeaderValue::is_sensitive).collect::<Vec<_>>();
            assert_eq!(secrets(with), secrets(without));
        }
        with
    }

    #[test]
    fn whatever_changes_between_requests_the_headers_are_those_of_the_last() {
        let memo = HeaderMemo::default();
        let one = [("webhook-id", "1", false), ("X-Key", "k", true)];
        for fields in [
            &one[..],
            &[("webhook-id", "2", false), ("X-Key", "k", true)],
            &[("webhook-id", "2", false), ("X-Key", "k", false)],
            &one[..1],
            &one,
            &[("X-Key", "k", true), ("webhook-id", "1", false)],
            &[("X-A", "1", false), ("X-A", "2", false)],
            &[("X-A", "3", false), ("x-a", "4", true)],
            &[("Accept", "text/plain", false)],
            &[("accept", "text/html", false)],
            &[],
        ] {
            let headers = both(&memo, fields).unwrap();
            assert!([ACCEPT, ACCEPT_ENCODING, HOST].iter().all(|name| headers.contains_key(name)));
        }
        for (fields, name) in [(&[("a b", "", false)][..], "a b"), (&[("x-a", "\n", false)], "x-a")] {
            both(&memo, &[("x-a", "1", false)]).unwrap();
            assert_eq!(both(&memo, fields).unwrap_err(), name);
        }
    }
}
