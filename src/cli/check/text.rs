//! A check in lines of text, each as soon as its result is there.

use std::fmt::Write as _;

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr as _;

use crate::cli::error::CommandError;
use crate::cli::output::print;
use crate::cli::test::push_outcome;
use crate::delivery::TlsSession;
use crate::management::{CheckResult, CheckedSample, SampleToCheck};
use crate::profile::{Choice as _, Profile};
use crate::text::escape_controls;

/// The longest usual result, such as `503 Service Unavailable  1204 ms`, so that the phases after it are aligned.
const RESULT_WIDTH: usize = 26;

/// What is printed while the check runs.
pub(super) struct Lines<'a> {
    profile: &'a Profile,
    /// The width of the names before the results.
    width: usize,
    is_on: bool,
}

impl<'a> Lines<'a> {
    /// Nothing is printed if it is not `on`.
    pub(super) fn new(profile: &'a Profile, samples: &[SampleToCheck], is_on: bool) -> Self {
        let width = samples.iter().map(|sample| name(sample).width()).max().unwrap_or(0);
        Self { profile, width, is_on }
    }

    /// The endpoint.
    pub(super) fn heading(&self) -> Result<(), CommandError> {
        let Profile { title, method, endpoint, .. } = self.profile;
        let url = escape_controls(&endpoint.template().to_string());
        self.line(&format!("Check of {title}\n{} {url}", method.name()))
    }

    /// One result.
    pub(super) fn result(&self, checked: &CheckedSample) -> Result<(), CommandError> {
        let mark = if checked.passed() { "✓" } else { "✗" };
        let name = name(&checked.sent);
        let mut line = format!("{mark} {name}{}  ", " ".repeat(self.width.saturating_sub(name.width())));
        match &checked.result {
            CheckResult::Tried(attempt) => {
                let mut outcome = String::new();
                push_outcome(&mut outcome, attempt, "  ");
                line.push_str(&outcome);
                if let Some(phases) = attempt.phases {
                    line.push_str(&" ".repeat(RESULT_WIDTH.saturating_sub(outcome.width())));
                    line.push_str("  ");
                    line.push_str(&phases.words(attempt.duration_ms));
                }
            }
            CheckResult::NoRequest(failure) => line.push_str(&escape_controls(&failure.message)),
            CheckResult::NotTried(trouble) => line.push_str(&trouble.to_string()),
        }
        self.line(&line)
    }

    fn line(&self, text: &str) -> Result<(), CommandError> {
        if self.is_on { print(&format!("{text}\n")) } else { Ok(()) }
    }
}

/// Event and sample.
pub(super) fn name(sent: &SampleToCheck) -> String {
    match (sent.event, &sent.sample) {
        (Some(event), Some(sample)) => format!("{}: {}", event.name(), sample.name),
        (Some(event), None) => event.name().to_owned(),
        (None, Some(sample)) => sample.name.clone(),
        (None, None) => "own samples".to_owned(),
    }
}

/// The address, TLS, and how many passed.
pub(super) fn ending(results: &[CheckedSample], tls: Option<&(TlsSession, Timestamp)>) -> String {
    let address = results.iter().rev().find_map(|result| result.attempt()?.address);
    let mut connection: Vec<String> = address.iter().map(ToString::to_string).collect();
    if let Some((session, at)) = tls {
        connection.push(session.version.clone());
        connection.push(session.http_version.to_owned());
        connection.push(certificate(session, *at));
    }
    let mut out = String::new();
    if !connection.is_empty() {
        let _ = writeln!(out, "connected to {}", connection.join(" · "));
    }
    let passed = results.iter().filter(|result| result.passed()).count();
    let _ = writeln!(out, "{passed} of {} passed", results.len());
    out
}

/// How long the certificate is valid.
fn certificate(session: &TlsSession, now: Timestamp) -> String {
    let (Some(expires_at), Some(days)) = (session.certificate_expires_at, session.days_left(now)) else {
        return "certificate without a readable date".to_owned();
    };
    let day = expires_at.strftime("%Y-%m-%d");
    match days {
        ..0 => format!("certificate expired on {day}"),
        0 => format!("certificate expires within a day, on {day}"),
        1 => format!("certificate valid for 1 more day, until {day}"),
        days => format!("certificate valid for {days} more days, until {day}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_says_how_long_it_is_valid() {
        let session = TlsSession {
            version: "TLS 1.3".to_owned(),
            cipher_suite: String::new(),
            http_version: "HTTP/2",
            certificate_expires_at: "2027-02-03T00:00:00Z".parse().ok(),
        };
        let at = |now: &str| certificate(&session, now.parse().unwrap());
        assert_eq!(at("2026-12-02T00:00:00Z"), "certificate valid for 63 more days, until 2027-02-03");
        assert_eq!(at("2027-02-01T12:00:00Z"), "certificate valid for 1 more day, until 2027-02-03");
        assert_eq!(at("2027-02-02T12:00:00Z"), "certificate expires within a day, on 2027-02-03");
        assert_eq!(at("2027-02-03T00:00:01Z"), "certificate expired on 2027-02-03");
    }
}
