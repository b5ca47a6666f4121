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
    let mac = mac(secret, signed).ok_or(RenderError::SigningSecret)?;
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// Which of the secrets, by its index, made one of the signatures in a value of `webhook-signature`; none if none of
/// them did. Signatures of other versions than `v1` are ignored. Takes the same time for every wrong signature.
#[must_use]
pub fn signer(secrets: &[Secret], signed: &Signed, signatures: &str) -> Option<usize> {
    let versions = signatures.split(' ').filter_map(|one| one.strip_prefix("v1,"));
    let signatures: Vec<_> = versions.filter_map(|encoded| STANDARD.decode(encoded).ok()).collect();
    secrets.iter().position(|secret| {
        let Some(mac) = mac(secret, signed) else { return false };
        signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok())
    })
}

/// The code over the signed contents; none if the secret is not `whsec_` and base64.
fn mac(secret: &Secret, signed: &Signed) -> Option<Hmac<Sha256>> {
    let encoded = secret.reveal().strip_prefix("whsec_")?;
    let key = STANDARD.decode(encoded).ok()?;
    // HMAC accepts a key of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{}.{}.", signed.delivery_id, signed.unix_seconds).as_bytes());
    mac.update(signed.body);
    Some(mac)
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
    fn the_secret_that_signed_is_found_among_several() {
        let [one, two, three] = ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MDEyMzQ1Njc4OWFi", "bm9ib2R5IGtub3dz"]
            .map(|encoded| Secret::new(format!("whsec_{encoded}")));
        let by = |secrets: &[&Secret]| {
            let secrets: Vec<_> = secrets.iter().map(|secret| (*secret).clone()).collect();
            sign_all(&secrets, &SIGNED).unwrap()
        };
        let known = [one.clone(), two.clone()];
        assert_eq!(signer(&known, &SIGNED, &by(&[&three, &one])), Some(0));
        assert_eq!(signer(&known, &SIGNED, &by(&[&two])), Some(1));
        assert_eq!(signer(&known, &SIGNED, &by(&[&three])), None);
        let v2 = by(&[&one]).replace("v1,", "v2,");
        for wrong in ["", "v1,", "v1,?", "v1", &v2, by(&[&one]).trim_end_matches('=')] {
            assert_eq!(signer(&known, &SIGNED, wrong), None, "{wrong}");
        }
        assert_eq!(signer(&known, &SIGNED, &format!("{v2} {}", by(&[&one]))), Some(0));
        let changed = Signed { body: b"{}", ..SIGNED };
        assert_eq!(signer(&known, &changed, &by(&[&one])), None);
    }

    #[test]
    fn a_secret_of_another_form_signs_nothing() {
        for text in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_?"] {
            assert_eq!(sign(&Secret::new(text), &SIGNED), Err(RenderError::SigningSecret), "{text}");
        }
    }
}
