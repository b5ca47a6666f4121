//! Checks that the encrypted values of a request can be decrypted.

use super::check::{CheckedPart, PartResult, VerificationCheck};
use super::failure::VerificationFailure as Failure;

use super::super::decryption::Decryption;
use super::super::received::Received;

/// The result for the encrypted values.
pub(super) fn checked(decryption: &Decryption, received: &Received) -> VerificationCheck {
    let report = received.fields().decrypt(decryption);
    let part = CheckedPart::Encryption {
        decrypted: report.decrypted.len(),
        is_authenticated: decryption.is_authenticated(),
    };
    let result = match (report.failed.first(), report.decrypted.len()) {
        _ if received.body_cut() => PartResult::NotChecked("the body is too long to be kept whole"),
        // Base64 that is no field of the profile may be anything.
        _ if decryption.fields.is_none() => {
            PartResult::NotChecked("no field of the profile is an encrypted value and nothing else")
        }
        (Some((field, why)), _) => {
            let (field, others) = (field.clone(), report.failed.len().saturating_sub(1));
            PartResult::Failed(Failure::Undecryptable { field, why: *why, others })
        }
        (None, 0) => PartResult::Failed(Failure::NothingEncrypted),
        (None, _) => PartResult::Passed,
    };
    VerificationCheck { part, result }
}
