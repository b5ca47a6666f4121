//! Why the health of a profile changed, for people.

use crate::storage::HealthCause;
use crate::text::escape_controls;

/// Such as `20 consecutive failures, the last, <id>: 500 Internal Server Error`, or
/// `12 of 20 events failed, the last, <id>: timed out after 5000 ms`.
pub fn reason(cause: &HealthCause) -> String {
    let (id, message) = (cause.delivery, escape_controls(&cause.message));
    format!("{}, the last, {id}: {message}", cause.failures())
}
