//! Whether two requests with one key are the same: by a hash of their contents.

use std::fmt;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// SHA-256 of what a request asks for. Two with one key and the same hash are one request that was repeated.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// Of parts, distinguished by their lengths.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            bytes(&mut digest, b'b', part);
        }
        Self(digest.finalize().into())
    }

    /// Of an event: its profile, its name, and its data. The order of names in an object does not count; the text of
    /// a number does.
    #[must_use]
    pub fn of_event(profile: &str, event: Option<&str>, data: &Map<String, Value>) -> Self {
        let mut digest = Sha256::new();
        bytes(&mut digest, b'p', profile.as_bytes());
        bytes(&mut digest, b'e', event.unwrap_or_default().as_bytes());
        object(&mut digest, data);
        Self(digest.finalize().into())
    }

    /// From the store's 32 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, as stores keep them.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentHash(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// A part with its kind and its length: no two sequences of parts have the same bytes.
fn bytes(digest: &mut Sha256, kind: u8, part: &[u8]) {
    digest.update([kind]);
    digest.update((part.len() as u64).to_be_bytes());
    digest.update(part);
}

fn count(digest: &mut Sha256, kind: u8, parts: usize) {
    digest.update([kind]);
    digest.update((parts as u64).to_be_bytes());
}

fn object(digest: &mut Sha256, members: &Map<String, Value>) {
    count(digest, b'{', members.len());
    let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    for (name, member) in sorted {
        bytes(digest, b'n', name.as_bytes());
        value(digest, member);
    }
}

fn value(digest: &mut Sha256, any: &Value) {
    match any {
        Value::Null => digest.update(b"0"),
        Value::Bool(is_true) => digest.update(if *is_true { b"t" } else { b"f" }),
        Value::Number(number) => bytes(digest, b'#', number.as_str().as_bytes()),
        Value::String(text) => bytes(digest, b's', text.as_bytes()),
        Value::Array(items) => {
            count(digest, b'[', items.len());
            for item in items {
                value(digest, item);
            }
        }
        Value::Object(members) => object(digest, members),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(event: Option<&str>, data: &str) -> ContentHash {
        ContentHash::of_event("IN_1", event, &serde_json::from_str(data).unwrap())
    }

    #[test]
    fn the_order_of_names_does_not_count() {
        let one = hash(Some("sms-send"), r#"{"a":1,"b":{"c":[1,2],"d":null}}"#);
        assert_eq!(one, hash(Some("sms-send"), r#"{ "b": {"d":null, "c":[1,2]}, "a": 1 }"#));
    }

    #[test]
    fn everything_else_counts() {
        let texts = [
            r#"{"a":1}"#,
            r#"{"a":1.0}"#,
            r#"{"a":"1"}"#,
            r#"{"a":[1]}"#,
            r#"{"a":[[1]]}"#,
            r#"{"a":{"1":null}}"#,
            r#"{"a":null}"#,
            r#"{"a":true}"#,
            r#"{"a":false}"#,
            r#"{"b":1}"#,
            r#"{"a":1,"b":1}"#,
            r#"{"a":[1,2]}"#,
            r#"{"a":[2,1]}"#,
            "{}",
        ];
        let mut all: Vec<ContentHash> = texts.iter().map(|text| hash(None, text)).collect();
        all.push(hash(Some("sms-send"), "{}"));
        all.push(ContentHash::of_event("IN_2", None, &Map::new()));
        for (place, one) in all.iter().enumerate() {
            assert!(!all[..place].contains(one), "{place}");
        }
        assert_ne!(ContentHash::of(&[b"ab", b"c"]), ContentHash::of(&[b"a", b"bc"]));
    }
}
