//! Decrypting what arrives.

use serde_json::{Map, Value};

use crate::profile::{Algorithm, Choice, IV_BYTES, Secret};

/// What it takes to read encrypted values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decryption {
    /// Cipher, key length and mode.
    pub algorithm: Algorithm,
    /// Raw characters, exactly [`Algorithm::key_bytes`] bytes.
    pub key: Secret,
    /// Raw characters, exactly [`IV_BYTES`] bytes; none where each value brings its own.
    pub iv: Option<Secret>,
}

impl Decryption {
    /// Reads `ALGO:KEY:IV`, or `ALGO:KEY` where each value brings its own vector. Key and vector may
    /// hold colons: their lengths tell where they end.
    ///
    /// # Errors
    /// What is wrong and what would be right; never the key itself.
    pub fn parse(text: &str) -> Result<Self, String> {
        const FORM: &str = "ALGO:KEY:IV, or ALGO:KEY where each value brings its own IV";
        let (name, rest) = text.split_once(':').ok_or_else(|| format!("write {FORM}"))?;
        let algorithm = Algorithm::from_name(name)
            .ok_or_else(|| format!("no such algorithm: take one of {}", Algorithm::names()))?;
        let key_bytes = algorithm.key_bytes();
        if rest.len() == key_bytes {
            return Ok(Self { algorithm, key: Secret::new(rest), iv: None });
        }
        let after_key = rest.get(key_bytes..).and_then(|after| after.strip_prefix(':'));
        match after_key.filter(|iv| iv.len() == IV_BYTES) {
            Some(iv) => {
                Ok(Self { algorithm, key: Secret::new(&rest[..key_bytes]), iv: Some(Secret::new(iv)) })
            }
            None => Err(format!(
                "write {FORM}; {} takes a key of {key_bytes} characters and an IV of {IV_BYTES}",
                algorithm.name()
            )),
        }
    }
}

/// Replaces every text among the values, at any depth, that `decrypt` gives a plain text for.
pub fn fields_decrypted(fields: &mut Map<String, Value>, decrypt: &dyn Fn(&str) -> Option<String>) {
    for (_, value) in fields.iter_mut() {
        value_decrypted(value, decrypt);
    }
}

fn value_decrypted(value: &mut Value, decrypt: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(plain) = decrypt(text) {
                *text = plain;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| value_decrypted(item, decrypt)),
        Value::Object(members) => fields_decrypted(members, decrypt),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn each_mistake_is_told_without_the_key() {
        let error = |text: &str| Decryption::parse(text).unwrap_err();
        assert!(error("AES-128-CFB").contains("ALGO:KEY:IV"));
        assert!(error("DES:secret:iv").contains("AES-256-GCM"));
        let short = error("AES-192-CFB:secret:iv");
        assert!(short.contains("24 characters") && !short.contains("secret"), "{short}");
        assert!(error("AES-128-CFB:K1abcdefghijkl2P:short").contains("16"));
        assert!(error("AES-128-CFB:K1abcdefghijklüü:POabcdefghijklLY").contains("16"));
    }

    #[test]
    fn nothing_shows_the_key() {
        let parsed = Decryption::parse("aes-128-gcm:K1abcdefghijkl2P").unwrap();
        assert_eq!((parsed.algorithm, &parsed.iv), (Algorithm::Aes128Gcm, &None));
        assert!(!format!("{parsed:?}").contains("K1abc"));
    }

    #[test]
    fn texts_at_any_depth_are_replaced() {
        let mut fields = json!({"a": "x1", "b": ["x2", 3], "c": {"d": "x4", "e": "plain"}, "f": null});
        let unwrap = |text: &str| text.strip_prefix('x').map(str::to_owned);
        fields_decrypted(fields.as_object_mut().unwrap(), &unwrap);
        assert_eq!(fields, json!({"a": "1", "b": ["2", 3], "c": {"d": "4", "e": "plain"}, "f": null}));
    }

    proptest! {
        #[test]
        fn colons_in_key_and_vector_do_not_matter(key in "[:a-z]{24}", iv in "[:0-9]{16}") {
            let parsed = Decryption::parse(&format!("AES-192-GCM:{key}:{iv}")).unwrap();
            prop_assert_eq!(parsed.key, Secret::new(key));
            prop_assert_eq!(parsed.iv, Some(Secret::new(iv)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}|AES-128-CFB:.{0,40}") {
            let _ = Decryption::parse(&text);
        }
    }
}
