//! Decrypts received values.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use crate::callback::cipher::{self, DecryptError};
use crate::profile::{Algorithm, Choice, Encryption, IV_BYTES, Iv, Secret};

/// The parameters to decrypt values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decryption {
    /// Cipher, key length and mode.
    pub algorithm: Algorithm,
    /// Raw characters, exactly [`Algorithm::key_bytes`] bytes.
    pub key: Secret,
    /// Raw characters, exactly [`IV_BYTES`] bytes; none if each value starts with its own.
    pub iv: Option<Secret>,
    /// The strings that are encrypted, as JSON Pointers (RFC 6901) within the fields of a request, if that is known.
    /// Otherwise any string may be.
    pub fields: Option<BTreeSet<String>>,
}

impl From<&Encryption> for Decryption {
    fn from(encryption: &Encryption) -> Self {
        let iv = match &encryption.iv {
            Iv::Fixed(iv) => Some(iv.clone()),
            Iv::Random => None,
        };
        Self { algorithm: encryption.algorithm, key: encryption.key.clone(), iv, fields: None }
    }
}

impl Decryption {
    /// Parses `ALGO:KEY:IV`, or `ALGO:KEY` if each value starts with its own vector. Key and vector may contain
    /// colons: their lengths are known.
    ///
    /// # Errors
    /// The error and the fix; never contains the key.
    pub fn parse(text: &str) -> Result<Self, String> {
        const FORM: &str = "ALGO:KEY:IV, or ALGO:KEY where each value brings its own IV";
        let (name, rest) = text.split_once(':').ok_or_else(|| format!("use {FORM}"))?;
        let algorithm = Algorithm::from_name(name)
            .ok_or_else(|| format!("unknown algorithm: use one of {}", Algorithm::names()))?;
        let key_bytes = algorithm.key_bytes();
        if rest.len() == key_bytes {
            return Ok(Self { algorithm, key: Secret::new(rest), iv: None, fields: None });
        }
        let after_key = rest.get(key_bytes..).and_then(|after| after.strip_prefix(':'));
        match after_key.filter(|iv| iv.len() == IV_BYTES) {
            Some(iv) => {
                let (key, iv) = (Secret::new(&rest[..key_bytes]), Some(Secret::new(iv)));
                Ok(Self { algorithm, key, iv, fields: None })
            }
            None => Err(format!(
                "use {FORM}; {} takes a key of {key_bytes} characters and an IV of {IV_BYTES}",
                algorithm.name()
            )),
        }
    }
}

/// The result for a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decrypted {
    /// It was encrypted with this key; the plain text.
    Plain(String),
    /// It is not the output of an encryption.
    NotEncrypted,
    /// It may be encrypted, but not with this key.
    Failed(Undecryptable),
}

/// Why a string that may be encrypted was not decrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undecryptable {
    /// GCM's authentication tag does not match.
    #[error("wrong key or IV, or not encrypted: the authentication tag does not match")]
    Tag,
    /// CFB decrypts any base64 to some bytes: these are not readable text.
    #[error("wrong key or IV, or not encrypted: the result is not readable text")]
    Unreadable,
    /// A value that the profile encrypts is not the output of an encryption.
    #[error("not encrypted")]
    NotEncrypted,
}

impl Undecryptable {
    /// The name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tag => "tag_mismatch",
            Self::Unreadable => "unreadable",
            Self::NotEncrypted => "not_encrypted",
        }
    }
}

impl Decryption {
    /// Decrypts a string. With CFB a wrong key can go unnoticed if the string is short: nothing in it authenticates
    /// the key.
    #[must_use]
    pub fn open(&self, text: &str) -> Decrypted {
        if text.is_empty() {
            return Decrypted::NotEncrypted;
        }
        let iv = self.iv.as_ref().map(|iv| iv.reveal().as_bytes());
        match cipher::decrypt(self.algorithm, self.key.reveal().as_bytes(), iv, text) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(plain) if is_readable(&plain) => Decrypted::Plain(plain),
                _ => Decrypted::Failed(Undecryptable::Unreadable),
            },
            Err(DecryptError::NotBase64 | DecryptError::TooShort { .. }) => Decrypted::NotEncrypted,
            Err(DecryptError::Tag | DecryptError::Cipher(_)) => Decrypted::Failed(Undecryptable::Tag),
        }
    }

    /// Whether a wrong key is always detected.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        cipher::is_authenticated(self.algorithm)
    }
}

fn is_readable(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && !c.is_whitespace())
}

/// The results for the strings of a request, each by its JSON Pointer (RFC 6901) within `fields`.
#[derive(Debug, Default)]
pub struct DecryptionReport {
    /// Those that were decrypted.
    pub decrypted: Vec<String>,
    /// Those that may be encrypted, and were not decrypted.
    pub failed: Vec<(String, Undecryptable)>,
    /// The pointer to the current string.
    pointer: String,
}

impl DecryptionReport {
    /// Runs `look` one level deeper.
    pub(super) fn within(&mut self, step: impl fmt::Display, look: impl FnOnce(&mut Self)) {
        let above = self.pointer.len();
        let step = step.to_string().replace('~', "~0").replace('/', "~1");
        self.pointer.push('/');
        self.pointer.push_str(&step);
        look(self);
        self.pointer.truncate(above);
    }

    /// The plain text of a string, if there is one.
    pub(super) fn decrypted(&mut self, text: &str, decryption: &Decryption) -> Option<String> {
        let is_known = decryption.fields.is_some();
        if decryption.fields.as_ref().is_some_and(|fields| !fields.contains(&self.pointer)) {
            return None;
        }
        let why = match decryption.open(text) {
            Decrypted::Plain(plain) => {
                self.decrypted.push(self.pointer.clone());
                return Some(plain);
            }
            Decrypted::Failed(why) => why,
            // CFB makes nothing of nothing.
            Decrypted::NotEncrypted if is_known && !text.is_empty() => Undecryptable::NotEncrypted,
            Decrypted::NotEncrypted => return None,
        };
        self.failed.push((self.pointer.clone(), why));
        None
    }

    /// Replaces each string within a value that can be decrypted. False if there is none.
    pub(super) fn value_decrypted(&mut self, value: &mut Value, decryption: &Decryption) -> bool {
        let before = self.decrypted.len();
        match value {
            Value::String(text) => {
                if let Some(plain) = self.decrypted(text, decryption) {
                    *text = plain;
                }
            }
            Value::Array(items) => {
                for (at, item) in items.iter_mut().enumerate() {
                    self.within(at, |report| {
                        report.value_decrypted(item, decryption);
                    });
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    self.within(name, |report| {
                        report.value_decrypted(member, decryption);
                    });
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        self.decrypted.len() > before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn errors_never_contain_the_key() {
        let error = |text: &str| Decryption::parse(text).unwrap_err();
        assert!(error("AES-128-CFB").contains("ALGO:KEY:IV"));
        assert!(error("DES:secret:iv").contains("AES-256-GCM"));
        let short = error("AES-192-CFB:secret:iv");
        assert!(short.contains("24 characters") && !short.contains("secret"), "{short}");
        assert!(error("AES-128-CFB:K1abcdefghijkl2P:short").contains("16"));
        assert!(error("AES-128-CFB:K1abcdefghijklüü:POabcdefghijklLY").contains("16"));
    }

    #[test]
    fn debug_output_hides_the_key() {
        let parsed = Decryption::parse("aes-128-gcm:K1abcdefghijkl2P").unwrap();
        assert_eq!((parsed.algorithm, &parsed.iv), (Algorithm::Aes128Gcm, &None));
        assert!(!format!("{parsed:?}").contains("K1abc"));
    }

    /// `DELIVRD` as the profile of these sends it.
    const SENT: [(&str, &str); 2] = [
        ("AES-128-CFB:K1abcdefghijkl2P:POabcdefghijklLY", "6+sHPg0LMg=="),
        ("AES-256-GCM:K1abcdefghijkl2Pmnopqrstuvwxyz01:POabcdefghijklLY", "nu/Sw5YNZbs5Z9MTJ7XvxVJAq/j6Xk4="),
    ];

    #[test]
    fn a_wrong_key_is_detected_and_plain_text_is_kept() {
        for (with, sent) in SENT {
            let right = Decryption::parse(with).unwrap();
            let wrong = Decryption::parse(&with.replace("K1abc", "K2abc")).unwrap();
            assert_eq!(right.open(sent), Decrypted::Plain("DELIVRD".to_owned()));
            let why = if right.is_authenticated() { Undecryptable::Tag } else { Undecryptable::Unreadable };
            assert_eq!(wrong.open(sent), Decrypted::Failed(why), "{with}");
            for plain in ["", "not base64", "DELIVRD", "+4915112345"] {
                assert_eq!(right.open(plain), Decrypted::NotEncrypted, "{plain}");
            }
            // Ambiguous: base64 text cannot be distinguished from encrypted text.
            assert!(matches!(right.open("DeliveredToTheRecipient0"), Decrypted::Failed(_)));
        }
    }

    #[test]
    fn strings_at_any_depth_are_replaced_and_reported() {
        let [(with, sent), _] = SENT;
        let decryption = Decryption::parse(with).unwrap();
        let odd = "AAAA";
        let mut value = json!({"a": sent, "b": [sent, 3, {"c/d~": odd}], "e": "plain text", "f": null});
        let mut report = DecryptionReport::default();
        assert!(report.value_decrypted(&mut value, &decryption));
        assert_eq!(
            value,
            json!({"a": "DELIVRD", "b": ["DELIVRD", 3, {"c/d~": odd}], "e": "plain text", "f": null})
        );
        assert_eq!(report.decrypted, ["/a", "/b/0"]);
        assert_eq!(report.failed, [("/b/2/c~1d~0".to_owned(), Undecryptable::Unreadable)]);
    }

    #[test]
    fn with_known_fields_all_of_them_are_encrypted_and_no_other() {
        let [(with, sent), _] = SENT;
        let fields = BTreeSet::from(["/a", "/b/0", "/c", "/d"].map(str::to_owned));
        let decryption = Decryption { fields: Some(fields), ..Decryption::parse(with).unwrap() };
        let mut value = json!({"a": sent, "b": ["plain", sent], "c": "", "e": sent});
        let mut report = DecryptionReport::default();
        assert!(report.value_decrypted(&mut value, &decryption));
        assert_eq!(value, json!({"a": "DELIVRD", "b": ["plain", sent], "c": "", "e": sent}));
        assert_eq!(report.decrypted, ["/a"]);
        assert_eq!(report.failed, [("/b/0".to_owned(), Undecryptable::NotEncrypted)]);
    }

    proptest! {
        #[test]
        fn key_and_vector_may_contain_colons(key in "[:a-z]{24}", iv in "[:0-9]{16}") {
            let parsed = Decryption::parse(&format!("AES-192-GCM:{key}:{iv}")).unwrap();
            prop_assert_eq!(parsed.key, Secret::new(key));
            prop_assert_eq!(parsed.iv, Some(Secret::new(iv)));
        }

        #[test]
        fn any_text_is_accepted_or_rejected(text in ".{0,80}|AES-128-CFB:.{0,40}") {
            let _ = Decryption::parse(&text);
        }
    }
}
