//! Checks signature and timestamp as the Standard Webhooks specification has it.

use super::check::{CheckedPart, PartResult, VerificationCheck};
use super::failure::{TOLERANCE_S, VerificationFailure as Failure};
use crate::callback::{self, Signed};
use crate::profile::Secret;

use super::super::received::Received;

/// The results for signature and timestamp. A right signature says nothing about a request that was recorded and sent
/// again later; its timestamp does.
pub(super) fn checked(secrets: &[Secret], received: &Received) -> [VerificationCheck; 2] {
    let signature = match signer(secrets, received) {
        Ok(secret) => VerificationCheck::passed(CheckedPart::Signature(Some(secret))),
        Err(PartResult::Failed(why)) => VerificationCheck::failed(CheckedPart::Signature(None), why),
        Err(result) => VerificationCheck { part: CheckedPart::Signature(None), result },
    };
    [signature, VerificationCheck::of(CheckedPart::Timestamp, in_time(received))]
}

/// The secret that signed, by its index.
fn signer(secrets: &[Secret], received: &Received) -> Result<usize, PartResult> {
    let header = |name: &str| received.header(name).ok_or_else(|| PartResult::Failed(missing(name)));
    let signatures = header("webhook-signature")?;
    let delivery_id = header("webhook-id")?;
    header("webhook-timestamp")?;
    let unix_seconds = timestamp(received).map_err(PartResult::Failed)?;
    if received.body_cut() {
        return Err(PartResult::NotChecked("the body is too long to be kept whole"));
    }
    if !signatures.split(' ').any(|one| one.starts_with("v1,")) {
        return Err(PartResult::Failed(Failure::SignatureForm));
    }
    let signed = Signed { delivery_id, unix_seconds, body: &received.body };
    callback::signer(secrets, &signed, signatures).ok_or(PartResult::Failed(Failure::SignatureMismatch))
}

fn in_time(received: &Received) -> Result<(), Failure> {
    let age = received.received_at.as_second().saturating_sub(timestamp(received)?);
    if age > TOLERANCE_S {
        return Err(Failure::TooOld(age));
    }
    if age < -TOLERANCE_S { Err(Failure::TooNew(age.saturating_neg())) } else { Ok(()) }
}

/// The timestamp. What is signed is its text, so only the usual spelling of a number is one.
fn timestamp(received: &Received) -> Result<i64, Failure> {
    let text = received.header("webhook-timestamp").ok_or_else(|| missing("webhook-timestamp"))?;
    let seconds = text.parse::<i64>().ok().filter(|seconds| seconds.to_string() == text);
    seconds.ok_or(Failure::TimestampForm)
}

fn missing(header: &str) -> Failure {
    Failure::Missing(header.to_owned())
}
