//! The headers that are created at the moment of sending and are never written to the log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::resolve::Resolver;
use super::{Random, RenderError, Signed, Values, header, signature};
use crate::profile::{Auth, Header, Profile};

/// The headers of one attempt, to be added to those of the rendered request: authentication (except a token, which is
/// fetched over the network), the profile's headers that are secret by name, `webhook-timestamp`, and
/// `webhook-signature` if a signing secret is set. `random` is only used for random initialization vectors.
///
/// # Errors
/// A value is not allowed in a header.
pub fn credentials(
    profile: &Profile,
    values: &Values,
    signed: &Signed,
    random: &mut Random,
) -> Result<Vec<(String, String)>, RenderError> {
    made(profile, signed, &mut Resolver::new(profile, values, random))
}

/// Whether [`credentials`] of this profile depend on values: only secret header values do.
#[must_use]
pub fn needs_values(profile: &Profile) -> bool {
    profile.headers.iter().any(Header::is_secret)
}

/// The same, with the values of a resolver that may record their use.
pub(super) fn made(
    profile: &Profile,
    signed: &Signed,
    resolver: &mut Resolver,
) -> Result<Vec<(String, String)>, RenderError> {
    let mut headers = Vec::new();
    match &profile.auth {
        // A token has to be fetched first, so the sender adds it.
        Auth::None | Auth::OAuth2(_) => {}
        Auth::Basic { user, password } => {
            // UTF-8, as RFC 7617 section 2.1 recommends.
            let encoded = STANDARD.encode(format!("{user}:{}", password.reveal()));
            headers.push(("Authorization".to_owned(), format!("Basic {encoded}")));
        }
        Auth::ApiKey { header, key } => headers.push((header.clone(), key.reveal().to_owned())),
    }
    for row in profile.headers.iter().filter(|row| row.is_secret()) {
        headers.push((row.name.clone(), header::value(row, resolver)?));
    }
    headers.push(("webhook-timestamp".to_owned(), signed.unix_seconds.to_string()));
    if !profile.signing_secrets.is_empty() {
        headers
            .push(("webhook-signature".to_owned(), signature::sign_all(&profile.signing_secrets, signed)?));
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::callback::test_samples::{header, profile, values};

    const SIGNED: Signed = Signed { delivery_id: "d1", unix_seconds: 1_700_000_000, body: b"{}" };

    fn made(profile: &Profile, values: &Values) -> Vec<(String, String)> {
        credentials(profile, values, &SIGNED, &mut |bytes| bytes.fill(b'r')).unwrap()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn basic_is_utf_8() {
        let profile = profile(|draft| {
            "basic".clone_into(&mut draft.auth_kind);
            "test".clone_into(&mut draft.auth_user);
            "123£".clone_into(&mut draft.auth_password);
        });
        // The example of RFC 7617, section 2.1.
        let expected =
            pairs(&[("Authorization", "Basic dGVzdDoxMjPCow=="), ("webhook-timestamp", "1700000000")]);
        assert_eq!(made(&profile, &Values::default()), expected);
    }

    #[test]
    fn keys_secret_headers_and_a_signature() {
        let profile = profile(|draft| {
            "api-key".clone_into(&mut draft.auth_kind);
            "X-Api-Key".clone_into(&mut draft.auth_header);
            "k3y".clone_into(&mut draft.auth_key);
            draft.headers = vec![header("X-Token", "t-<id>"), header("X-Plain", "<id>")];
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".clone_into(&mut draft.signing_secret);
        });
        let made = made_by(&profile);
        let (signature, others) = made.split_last().unwrap();
        assert_eq!(
            others,
            pairs(&[("X-Api-Key", "k3y"), ("X-Token", "t-7"), ("webhook-timestamp", "1700000000")])
        );
        assert_eq!(signature.0, "webhook-signature");
        assert!(signature.1.starts_with("v1,"));
        let mut rotated = profile;
        rotated
            .signing_secrets
            .insert(0, crate::profile::Secret::new("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"));
        let signatures = made_by(&rotated).pop().unwrap().1;
        let (current, older) = signatures.split_once(' ').unwrap();
        assert!(older == signature.1 && current.starts_with("v1,") && current != older, "{signatures}");
    }

    fn made_by(profile: &Profile) -> Vec<(String, String)> {
        made(profile, &values(json!({"id": "7"})))
    }

    #[test]
    fn secret_headers_are_encrypted_too() {
        let profile = profile(|draft| {
            draft.headers = vec![header("X-Token", "<id>")];
            draft.encryption = true;
            "AES-128-CFB".clone_into(&mut draft.enc_algorithm);
            "K1abcdefghijkl2P".clone_into(&mut draft.enc_key);
            draft.enc_random_iv = true;
        });
        let made = made(&profile, &values(json!({"id": "DELIVRD"})));
        let algorithm = crate::profile::Algorithm::Aes128Cfb;
        let opened = crate::callback::cipher::decrypt(algorithm, b"K1abcdefghijkl2P", None, &made[0].1);
        assert_eq!(opened.unwrap(), b"DELIVRD");
        assert!(made[0].1.starts_with("cnJycnJy"), "the vector that was drawn stands first");
    }

    #[test]
    fn a_value_that_breaks_the_line_is_named_but_not_shown() {
        let profile = profile(|draft| draft.headers = vec![header("X-Token", "<id>")]);
        let error =
            credentials(&profile, &values(json!({"id": "hush\n"})), &SIGNED, &mut |_| ()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "header X-Token: the value of <id> holds a line feed, which is not allowed in a header"
        );
    }
}
