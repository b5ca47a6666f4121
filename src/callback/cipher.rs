//! The six algorithms that encrypt parameter values.
//!
//! CFB is `OpenSSL`'s `aes-*-cfb`, with full-block feedback. GCM uses a 16-byte nonce, and its 16-byte tag follows
//! the ciphertext. Standard base64 is sent.

use aes::cipher::{BlockCipherEncrypt, InvalidLength, KeyInit, KeyIvInit};
use aes::{Aes128, Aes192, Aes256};
use aes_gcm::AesGcm;
use aes_gcm::aead::consts::U16;
use aes_gcm::aead::{Aead, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Random;
use crate::profile::{Algorithm, Choice, Encryption, IV_BYTES, Iv};

/// A key or vector of the wrong length. A checked profile has none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CipherError {
    /// The key's length is invalid.
    #[error("{algorithm} needs a key of {needed} bytes and this one has {found}")]
    Key {
        /// The algorithm's name.
        algorithm: &'static str,
        /// Bytes.
        needed: usize,
        /// Bytes.
        found: usize,
    },
    /// The vector's length is invalid.
    #[error("the initialization vector needs {IV_BYTES} bytes and this one has {found}")]
    Iv {
        /// Bytes.
        found: usize,
    },
}

/// Why a value cannot be decrypted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecryptError {
    /// Encrypted values are always base64.
    #[error("the value is not base64")]
    NotBase64,
    /// Too short for the vector or the tag.
    #[error("the value is too short: {found} bytes, and {needed} precede any text")]
    TooShort {
        /// Bytes.
        needed: usize,
        /// Bytes.
        found: usize,
    },
    /// The key or vector is invalid.
    #[error(transparent)]
    Cipher(#[from] CipherError),
    /// GCM's tag does not match. CFB has none: there a wrong key yields wrong bytes.
    #[error("the tag does not match: wrong key or initialization vector, or the value was changed")]
    Tag,
}

/// The bytes of GCM's tag.
const TAG_BYTES: usize = 16;

/// Encrypts one value as configured by a profile; returns the text to send. A random vector is drawn from `random`
/// and comes first inside the base64.
///
/// # Errors
/// The key or vector has the wrong length.
pub fn encrypt(encryption: &Encryption, plain: &[u8], random: &mut Random) -> Result<String, CipherError> {
    let key = encryption.key.reveal().as_bytes();
    let bytes = match &encryption.iv {
        Iv::Fixed(iv) => seal(encryption.algorithm, key, iv.reveal().as_bytes(), plain)?,
        Iv::Random => {
            let mut bytes = vec![0; IV_BYTES];
            random(&mut bytes);
            let sealed = seal(encryption.algorithm, key, &bytes, plain)?;
            bytes.extend(sealed);
            bytes
        }
    };
    Ok(STANDARD.encode(bytes))
}

/// Decrypts the text sent for a value. Without `iv`, the vector comes first inside the base64.
///
/// # Errors
/// The text is not the output of [`encrypt`], or was encrypted with another key (GCM only).
pub fn decrypt(
    algorithm: Algorithm,
    key: &[u8],
    iv: Option<&[u8]>,
    text: &str,
) -> Result<Vec<u8>, DecryptError> {
    let bytes = STANDARD.decode(text.trim()).map_err(|_| DecryptError::NotBase64)?;
    let found = bytes.len();
    let before = if iv.is_none() { IV_BYTES } else { 0 };
    let after = if is_authenticated(algorithm) { TAG_BYTES } else { 0 };
    if found < before + after {
        return Err(DecryptError::TooShort { needed: before + after, found });
    }
    let (sent_iv, sealed) = bytes.split_at(before);
    open(algorithm, key, iv.unwrap_or(sent_iv), sealed)
}

/// Whether a value that was not encrypted with this key is always rejected: GCM authenticates it by its tag.
#[must_use]
pub fn is_authenticated(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::Aes128Gcm | Algorithm::Aes192Gcm | Algorithm::Aes256Gcm)
}

fn check(algorithm: Algorithm, key: &[u8], iv: &[u8]) -> Result<(), CipherError> {
    let needed = algorithm.key_bytes();
    if key.len() != needed {
        return Err(CipherError::Key { algorithm: algorithm.name(), needed, found: key.len() });
    }
    if iv.len() == IV_BYTES { Ok(()) } else { Err(CipherError::Iv { found: iv.len() }) }
}

fn seal(algorithm: Algorithm, key: &[u8], iv: &[u8], plain: &[u8]) -> Result<Vec<u8>, CipherError> {
    check(algorithm, key, iv)?;
    let sealed = match algorithm {
        Algorithm::Aes128Cfb => cfb_seal::<Aes128>(key, iv, plain),
        Algorithm::Aes192Cfb => cfb_seal::<Aes192>(key, iv, plain),
        Algorithm::Aes256Cfb => cfb_seal::<Aes256>(key, iv, plain),
        Algorithm::Aes128Gcm => gcm_seal::<AesGcm<Aes128, U16>>(key, iv, plain),
        Algorithm::Aes192Gcm => gcm_seal::<AesGcm<Aes192, U16>>(key, iv, plain),
        Algorithm::Aes256Gcm => gcm_seal::<AesGcm<Aes256, U16>>(key, iv, plain),
    };
    // The lengths are checked, and GCM's limit of 64 GiB is beyond any body.
    sealed.map_err(|_| CipherError::Iv { found: iv.len() })
}

fn open(algorithm: Algorithm, key: &[u8], iv: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DecryptError> {
    check(algorithm, key, iv)?;
    let opened = match algorithm {
        Algorithm::Aes128Cfb => cfb_open::<Aes128>(key, iv, sealed),
        Algorithm::Aes192Cfb => cfb_open::<Aes192>(key, iv, sealed),
        Algorithm::Aes256Cfb => cfb_open::<Aes256>(key, iv, sealed),
        Algorithm::Aes128Gcm => gcm_open::<AesGcm<Aes128, U16>>(key, iv, sealed),
        Algorithm::Aes192Gcm => gcm_open::<AesGcm<Aes192, U16>>(key, iv, sealed),
        Algorithm::Aes256Gcm => gcm_open::<AesGcm<Aes256, U16>>(key, iv, sealed),
    };
    opened.map_err(|Unfit| DecryptError::Tag)
}

/// The cipher failed; the reason is known from the context.
struct Unfit;

impl From<InvalidLength> for Unfit {
    fn from(_: InvalidLength) -> Self {
        Self
    }
}

impl From<aes_gcm::Error> for Unfit {
    fn from(_: aes_gcm::Error) -> Self {
        Self
    }
}

fn cfb_seal<C: BlockCipherEncrypt + KeyInit>(key: &[u8], iv: &[u8], plain: &[u8]) -> Result<Vec<u8>, Unfit> {
    let mut bytes = plain.to_vec();
    cfb_mode::Encryptor::<C>::new_from_slices(key, iv)?.encrypt(&mut bytes);
    Ok(bytes)
}

fn cfb_open<C: BlockCipherEncrypt + KeyInit>(key: &[u8], iv: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unfit> {
    let mut bytes = sealed.to_vec();
    cfb_mode::Decryptor::<C>::new_from_slices(key, iv)?.decrypt(&mut bytes);
    Ok(bytes)
}

fn gcm_seal<C: Aead + KeyInit>(key: &[u8], iv: &[u8], plain: &[u8]) -> Result<Vec<u8>, Unfit> {
    let nonce = Nonce::<C>::try_from(iv).map_err(|_| Unfit)?;
    Ok(C::new_from_slice(key)?.encrypt(&nonce, plain)?)
}

fn gcm_open<C: Aead + KeyInit>(key: &[u8], iv: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unfit> {
    let nonce = Nonce::<C>::try_from(iv).map_err(|_| Unfit)?;
    Ok(C::new_from_slice(key)?.decrypt(&nonce, sealed)?)
}

#[cfg(test)]
mod tests;
