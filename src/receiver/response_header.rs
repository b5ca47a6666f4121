//! A header that the receiver adds to its responses.

use std::fmt;
use std::str::FromStr;

use hyper::header::{HeaderName, HeaderValue};

use crate::profile::is_secret_name;

/// Headers that belong to the connection or to the length of the body.
const OWN: [&str; 4] = ["connection", "content-length", "transfer-encoding", "upgrade"];

/// A header that the receiver adds to its responses, written as `Name: value`. Debug output hides values that are
/// secret by name.
#[derive(Clone, PartialEq, Eq)]
pub struct ResponseHeader {
    pub(super) name: HeaderName,
    pub(super) value: HeaderValue,
}

/// Why a text is no header of a response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidResponseHeader {
    /// There is no colon, or the name has characters that are not allowed.
    #[error("use `Name: value`, such as `Location: /elsewhere`")]
    Form,
    /// The value has characters that are not allowed.
    #[error("the value of {0} contains a character that is not allowed in a header")]
    Value(String),
    /// The receiver sets it.
    #[error("{0} is set by the receiver itself")]
    Own(String),
}

impl FromStr for ResponseHeader {
    type Err = InvalidResponseHeader;

    fn from_str(text: &str) -> Result<Self, InvalidResponseHeader> {
        let (name, value) = text.split_once(':').ok_or(InvalidResponseHeader::Form)?;
        let name = HeaderName::from_str(name.trim()).map_err(|_| InvalidResponseHeader::Form)?;
        if OWN.contains(&name.as_str()) {
            return Err(InvalidResponseHeader::Own(name.as_str().to_owned()));
        }
        let value = HeaderValue::from_bytes(value.trim().as_bytes());
        match value {
            Ok(value) => Ok(Self { name, value }),
            Err(_) => Err(InvalidResponseHeader::Value(name.as_str().to_owned())),
        }
    }
}

impl ResponseHeader {
    /// The name, in lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &str {
        // It was made of text.
        std::str::from_utf8(self.value.as_bytes()).unwrap_or_default()
    }
}

impl fmt::Display for ResponseHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name(), self.value())
    }
}

impl fmt::Debug for ResponseHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = if is_secret_name(self.name()) { "(hidden)" } else { self.value() };
        write!(f, "{}: {value}", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_a_colon_and_a_value() {
        let header: ResponseHeader = " Location : http://127.0.0.1/ü ".parse().unwrap();
        assert_eq!((header.name(), header.value()), ("location", "http://127.0.0.1/ü"));
        assert_eq!(header.to_string(), "location: http://127.0.0.1/ü");
        let cookie: ResponseHeader = "Set-Cookie: id=1".parse().unwrap();
        assert_eq!(format!("{cookie:?}"), "set-cookie: (hidden)");
    }

    #[test]
    fn what_cannot_be_sent_is_named() {
        let why = |text: &str| text.parse::<ResponseHeader>().unwrap_err();
        for text in ["", "Location", ": x", "a b: c"] {
            assert_eq!(why(text), InvalidResponseHeader::Form, "{text}");
        }
        assert_eq!(why("X-A: a\nb"), InvalidResponseHeader::Value("x-a".to_owned()));
        assert_eq!(why("Content-Length: 7"), InvalidResponseHeader::Own("content-length".to_owned()));
    }
}
