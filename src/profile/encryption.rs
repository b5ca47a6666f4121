//! The encryption of parameter values, as configured in a profile.

use super::choice::Choice;
use super::path::Path;
use super::secret::Secret;

/// The six algorithms. CFB is full-block feedback (CFB128); GCM uses a 16-byte nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(missing_docs, reason = "the names say it all")]
pub enum Algorithm {
    Aes128Cfb,
    Aes192Cfb,
    #[default]
    Aes256Cfb,
    Aes128Gcm,
    Aes192Gcm,
    Aes256Gcm,
}

impl Choice for Algorithm {
    const ALL: &'static [Self] = &[
        Self::Aes128Cfb,
        Self::Aes192Cfb,
        Self::Aes256Cfb,
        Self::Aes128Gcm,
        Self::Aes192Gcm,
        Self::Aes256Gcm,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Aes128Cfb => "AES-128-CFB",
            Self::Aes192Cfb => "AES-192-CFB",
            Self::Aes256Cfb => "AES-256-CFB",
            Self::Aes128Gcm => "AES-128-GCM",
            Self::Aes192Gcm => "AES-192-GCM",
            Self::Aes256Gcm => "AES-256-GCM",
        }
    }
}

impl Algorithm {
    /// The length of the key in bytes: 16, 24 or 32.
    #[must_use]
    pub fn key_bytes(self) -> usize {
        match self {
            Self::Aes128Cfb | Self::Aes128Gcm => 16,
            Self::Aes192Cfb | Self::Aes192Gcm => 24,
            Self::Aes256Cfb | Self::Aes256Gcm => 32,
        }
    }
}

/// The length of the initialization vector in bytes, for both modes (public sample).
pub const IV_BYTES: usize = 16;

/// Each listed value is encrypted, not the whole body (public page).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encryption {
    /// Cipher, key length and mode.
    pub algorithm: Algorithm,
    /// Raw characters, exactly [`Algorithm::key_bytes`] bytes.
    pub key: Secret,
    /// The source of each value's vector.
    pub iv: Iv,
    /// The variables whose values are encrypted; an empty list means all of them (our decision).
    pub parameters: Vec<String>,
}

/// The initialization vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Iv {
    /// Raw characters, exactly [`IV_BYTES`] bytes, the same for each value, as on the platform.
    Fixed(Secret),
    /// A new one for each value, sent before the ciphertext (our option).
    Random,
}

impl Encryption {
    /// Whether the value at this path is encrypted: by the name of its variable, or by its whole path.
    #[must_use]
    pub fn covers(&self, path: &Path) -> bool {
        let is_it = |parameter: &String| parameter == path.name() || parameter == path.as_str();
        self.parameters.is_empty() || self.parameters.iter().any(is_it)
    }
}

/// Checks the exact length in bytes of a typed key or vector.
///
/// # Errors
/// What is missing, such as `must be 16 characters (14 so far)`.
pub fn check_length(text: &str, bytes: usize) -> Result<(), String> {
    let length = text.len();
    if length == bytes {
        Ok(())
    } else if text.is_ascii() {
        Err(format!("must be {bytes} characters ({length} so far)"))
    } else {
        Err(format!("must be {bytes} bytes ({length} so far; a character outside ASCII counts as 2 to 4)"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_lengths_say_what_is_missing() {
        assert_eq!(check_length("12345678901234", 16).unwrap_err(), "must be 16 characters (14 so far)");
        assert_eq!(check_length("12345678901234567", 16).unwrap_err(), "must be 16 characters (17 so far)");
        assert!(check_length("1234567890123456", 16).is_ok());
        assert!(check_length("12345678901234ü", 16).is_ok());
        assert!(check_length("ü", 16).unwrap_err().contains("must be 16 bytes (2 so far"));
    }
}
