//! A check as JSON.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::delivery::TlsSession;
use crate::documents;
use crate::management::{CheckResult, CheckedSample};
use crate::profile::{Choice, Profile};
use crate::text::rfc3339;

/// The results, in the order of the requests.
pub(super) fn of(
    profile: &Profile,
    started_at: Timestamp,
    results: &[CheckedSample],
    tls: Option<&(TlsSession, Timestamp)>,
) -> Value {
    let passed = results.iter().filter(|result| result.passed()).count();
    json!({
        "profile_id": profile.id.as_str(),
        "title": profile.title.to_string(),
        "http_method": profile.method.name(),
        "url": profile.endpoint.template().to_string(),
        "started_at": rfc3339(started_at),
        "passed": passed,
        "failed": results.len().saturating_sub(passed),
        "tls": tls.map(|(session, at)| json!({
            "version": session.version,
            "cipher_suite": session.cipher_suite,
            "http_version": session.http_version,
            "certificate_expires_at": session.certificate_expires_at.map(rfc3339),
            "certificate_days_left": session.days_left(*at),
        })),
        "checks": results.iter().map(check).collect::<Vec<_>>(),
    })
}

/// One request. `attempt` is as in `deliveries show`; without one, `error` says why.
fn check(result: &CheckedSample) -> Value {
    let error = match &result.result {
        CheckResult::Tried(_) => None,
        CheckResult::NoRequest(failure) => Some(failure.message.clone()),
        CheckResult::NotTried(trouble) => Some(trouble.to_string()),
    };
    json!({
        "event": result.sent.event.map(Choice::name),
        "sample": result.sent.sample.as_ref().map(|sample| sample.name.as_str()),
        "passed": result.passed(),
        "attempt": result.attempt().map(documents::attempt),
        "error": error,
    })
}
