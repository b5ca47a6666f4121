//! Checks the credentials of a request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq as _;

use super::check::{CheckedPart, PartResult, VerificationCheck};
use super::failure::VerificationFailure as Failure;
use crate::profile::{Auth, Secret};

use super::super::received::Received;

const AUTHORIZATION: &str = "authorization";

/// The result for the credentials; none if the profile has none.
pub(super) fn checked(auth: &Auth, received: &Received) -> Option<VerificationCheck> {
    let is_left_out = |header: &str| received.left_out.iter().any(|name| name == header);
    match auth {
        Auth::None => None,
        Auth::Basic { .. } if is_left_out(AUTHORIZATION) => {
            Some(VerificationCheck::left_out(CheckedPart::Basic))
        }
        Auth::OAuth2(_) if is_left_out(AUTHORIZATION) => {
            Some(VerificationCheck::left_out(CheckedPart::BearerToken))
        }
        Auth::ApiKey { header, .. } if is_left_out(&header.to_ascii_lowercase()) => {
            Some(VerificationCheck::left_out(CheckedPart::ApiKey(header.to_ascii_lowercase())))
        }
        Auth::Basic { user, password } => {
            let result = basic(user, password, received.header(AUTHORIZATION));
            Some(VerificationCheck::of(CheckedPart::Basic, result))
        }
        Auth::ApiKey { header, key } => {
            let name = header.to_ascii_lowercase();
            let result = match received.header(&name) {
                None => Err(Failure::Missing(name.clone())),
                Some(value) if is_same(value, key.reveal().trim()) => Ok(()),
                Some(_) => Err(Failure::WrongKey),
            };
            Some(VerificationCheck::of(CheckedPart::ApiKey(name), result))
        }
        Auth::OAuth2(_) => Some(VerificationCheck {
            part: CheckedPart::BearerToken,
            result: match scheme_and_rest(received.header(AUTHORIZATION)) {
                Err(why) => PartResult::Failed(why),
                Ok((scheme, _)) if scheme.eq_ignore_ascii_case("bearer") => {
                    PartResult::NotChecked("there is one; only the server that issued it can verify it")
                }
                Ok(_) => PartResult::Failed(Failure::CredentialsForm("Bearer TOKEN")),
            },
        }),
    }
}

fn basic(user: &str, password: &Secret, header: Option<&str>) -> Result<(), Failure> {
    const FORM: Failure = Failure::CredentialsForm("Basic BASE64");
    let (scheme, encoded) = scheme_and_rest(header)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(FORM);
    }
    let decoded = STANDARD.decode(encoded).map_err(|_| FORM)?;
    let decoded = String::from_utf8(decoded).map_err(|_| FORM)?;
    let (sent_user, sent_password) = decoded.split_once(':').ok_or(FORM)?;
    if !is_same(sent_user, user) {
        return Err(Failure::WrongUser);
    }
    if is_same(sent_password, password.reveal()) { Ok(()) } else { Err(Failure::WrongPassword) }
}

fn scheme_and_rest(header: Option<&str>) -> Result<(&str, &str), Failure> {
    let header = header.ok_or_else(|| Failure::Missing(AUTHORIZATION.to_owned()))?;
    Ok(header.split_once(' ').map_or((header, ""), |(scheme, rest)| (scheme, rest.trim())))
}

/// Takes the same time wherever they differ.
pub(super) fn is_same(sent: &str, expected: &str) -> bool {
    sent.as_bytes().ct_eq(expected.as_bytes()).into()
}
