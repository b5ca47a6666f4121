//! The text of an API key: made, parsed, hashed and compared here only. Pure.
//!
//! `rbk_<id>_<secret>`: the id has 16 characters and finds the key, the secret is 32 random bytes as base64url. A store
//! keeps the id and SHA-256 of the secret. A hash that is slow to compute protects passwords that people choose; 256
//! random bits need none.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::record::random;

const PREFIX: &str = "rbk_";
const ID_LENGTH: usize = 16;
const ID_CHARACTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const SECRET_LENGTH: usize = 32;

/// The id of an API key: 16 lowercase letters and digits. Not secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(String);

/// The secret of an API key. Its `Debug` does not show it.
#[derive(Clone)]
pub struct KeySecret([u8; SECRET_LENGTH]);

/// What a store keeps of a secret.
#[derive(Clone)]
pub struct SecretHash([u8; 32]);

/// An API key as its user has it.
#[derive(Debug, Clone)]
pub struct KeyText {
    /// Which key it claims to be.
    pub id: KeyId,
    /// What proves that.
    pub secret: KeySecret,
}

impl KeyId {
    /// Parses an id.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_one = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let is_valid = text.len() == ID_LENGTH && text.bytes().all(is_one);
        is_valid.then(|| Self(text.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn generate() -> Self {
        let mut id = String::with_capacity(ID_LENGTH);
        while id.len() < ID_LENGTH {
            let mut bytes = [0; ID_LENGTH];
            random(&mut bytes);
            // Bytes from 252 on would make some characters more frequent.
            let places = bytes.into_iter().filter(|byte| *byte < 252).map(|byte| usize::from(byte % 36));
            let characters = places.filter_map(|place| ID_CHARACTERS.get(place).copied().map(char::from));
            id.extend(characters.take(ID_LENGTH.saturating_sub(id.len())));
        }
        Self(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl KeySecret {
    /// What a store keeps of it.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.0).into())
    }
}

impl fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySecret(…)")
    }
}

impl SecretHash {
    /// Whether this secret is that of the key with the stored hash. Takes the same time for a key that does not
    /// exist, and whatever the two have in common.
    #[must_use]
    pub fn is_of(stored: Option<&Self>, secret: &KeySecret) -> bool {
        const NOBODY: SecretHash = SecretHash([0; 32]);
        let is_equal = bool::from(stored.unwrap_or(&NOBODY).0.ct_eq(&secret.hash().0));
        let is_known = stored.is_some();
        is_equal & is_known
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

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

impl KeyText {
    /// A new key.
    #[must_use]
    pub fn generate() -> Self {
        let mut secret = [0; SECRET_LENGTH];
        random(&mut secret);
        Self { id: KeyId::generate(), secret: KeySecret(secret) }
    }

    /// Parses the text of a key. Nothing is said about why it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_at_checked(ID_LENGTH)?;
        let secret = BASE64_URL_SAFE_NO_PAD.decode(secret.strip_prefix('_')?).ok()?;
        Some(Self { id: KeyId::parse(id)?, secret: KeySecret(secret.try_into().ok()?) })
    }

    /// The text of the key, for its user.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}_{}", self.id, BASE64_URL_SAFE_NO_PAD.encode(self.secret.0))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_key_is_read_back_and_has_its_form() {
        for _ in 0..100 {
            let key = KeyText::generate();
            let text = key.reveal();
            assert_eq!(text.len(), 4 + 16 + 1 + 43, "{text}");
            let read = KeyText::parse(&text).unwrap();
            assert_eq!((&read.id, read.reveal()), (&key.id, text));
            assert!(SecretHash::is_of(Some(&key.secret.hash()), &read.secret));
        }
    }

    #[test]
    fn another_secret_and_an_unknown_key_are_refused() {
        let (key, other) = (KeyText::generate(), KeyText::generate());
        assert!(!SecretHash::is_of(Some(&key.secret.hash()), &other.secret));
        assert!(!SecretHash::is_of(None, &key.secret));
        let mut close = key.secret.hash();
        close.0[31] ^= 1;
        assert!(!SecretHash::is_of(Some(&close), &key.secret));
    }

    #[test]
    fn ids_are_unique_and_use_all_characters() {
        let ids: HashSet<String> = (0..1000).map(|_| KeyId::generate().to_string()).collect();
        assert_eq!(ids.len(), 1000);
        let used: HashSet<char> = ids.iter().flat_map(|id| id.chars()).collect();
        assert_eq!(used.len(), ID_CHARACTERS.len());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let key = KeyText::generate().reveal();
        let id = &key[4..20];
        for text in [
            String::new(),
            "rbk_".to_owned(),
            key.replacen("rbk", "RBK", 1),
            key.replace(id, "ABCDEFGHIJKLMNOP"),
            key.replace(id, "éééééééé"),
            key.replace(id, "ééééééééé"),
            key[..key.len() - 1].to_owned(),
            format!("{key}A"),
            format!("{key}="),
            format!(" {key}"),
            format!("{}é", &key[..key.len() - 2]),
            key.replacen(&format!("{id}_"), &format!("{id}-"), 1),
        ] {
            assert!(KeyText::parse(&text).is_none(), "{text}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let key = KeyText::generate();
        let (shown, secret) = (format!("{key:?} {:?}", key.secret.hash()), key.reveal());
        assert!(!shown.contains(&secret[21..]) && shown.contains(key.id.as_str()), "{shown}");
    }
}
