//! Signatures according to the Standard Webhooks specification.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::RenderError;
use crate::profile::Secret;

/// The signed contents.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// As in `webhook-id`.
    pub delivery_id: &'a str,
    /// The time of this attempt, in seconds since 1970.
    pub unix_seconds: i64,
    /// As sent.
    pub body: &'a [u8],
}

/// The value of `webhook-signature`: a signature by each secret, separated by spaces. A receiver accepts the request if
/// one of them is right, so it may know either secret while one is replaced.
pub(super) fn sign_all(secrets: &[Secret], signed: &Signed) -> Result<String, RenderError> {
    let signatures: Result<Vec<_>, _> = secrets.iter().map(|secret| sign(secret, signed)).collect();
    Ok(signatures?.join(" "))
}

/// One signature: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.
fn sign(secret: &Secret, signed: &Signed) -> Result<String, RenderError> {
    let key = secret
        .reveal()
        .strip_prefix("whsec_")
        .and_then(|encoded| STANDARD.decode(encoded).ok())
        .ok_or(RenderError::SigningSecret)?;
    // HMAC accepts a key of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| RenderError::SigningSecret)?;
    mac.update(format!("{}.{}.", signed.delivery_id, signed.unix_seconds).as_bytes());
    mac.update(signed.body);
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: Signed = Signed {
        delivery_id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        unix_seconds: 1_614_265_330,
        body: br#"{"test": 2432232314}"#,
    };

    #[test]
    fn the_vector_of_the_reference_libraries() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assert_eq!(sign(&secret, &SIGNED).unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_of_another_form_signs_nothing() {
        for text in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_?"] {
            assert_eq!(sign(&Secret::new(text), &SIGNED), Err(RenderError::SigningSecret), "{text}");
        }
    }
}
