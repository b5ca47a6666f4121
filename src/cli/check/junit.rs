//! A check as JUnit XML, the format that pipelines read: one test case per request.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::text::name;
use crate::management::{CheckResult, CheckedSample};
use crate::profile::{Choice as _, Profile};
use crate::text::rfc3339;

/// The whole file.
pub(super) fn document(profile: &Profile, started_at: Timestamp, results: &[CheckedSample]) -> String {
    let title = escaped(&profile.title.to_string());
    let tests = results.len();
    let tried = |result: &&CheckedSample| matches!(result.result, CheckResult::Tried(_));
    let failures = results.iter().filter(tried).filter(|result| !result.passed()).count();
    let errors = tests.saturating_sub(results.iter().filter(tried).count());
    let total: u64 =
        results.iter().filter_map(CheckedSample::attempt).map(|a| u64::from(a.duration_ms)).sum();
    let counts =
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{}\"", seconds(total));
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(xml, "<testsuites {counts}>");
    let _ = writeln!(
        xml,
        "  <testsuite name=\"{title}\" {counts} timestamp=\"{}\">",
        rfc3339(started_at).trim_end_matches('Z')
    );
    for result in results {
        case(&mut xml, &title, result);
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

fn case(xml: &mut String, title: &str, result: &CheckedSample) {
    let took = result.attempt().map_or(0, |attempt| attempt.duration_ms.into());
    let name = escaped(&name(&result.sent));
    let _ = write!(xml, "    <testcase classname=\"{title}\" name=\"{name}\" time=\"{}\"", seconds(took));
    let (element, kind, message, body) = match &result.result {
        CheckResult::Tried(attempt) => match &attempt.error {
            None => return xml.push_str("/>\n"),
            Some(error) => {
                let message = attempt.failure_words().unwrap_or_default().into_owned();
                ("failure", error.class.name(), message, String::from_utf8_lossy(&attempt.response_body))
            }
        },
        CheckResult::NoRequest(failure) => {
            ("error", failure.class.name(), failure.message.clone(), "".into())
        }
        CheckResult::NotTried(trouble) => ("error", "local", trouble.to_string(), "".into()),
    };
    let (message, body) = (escaped(&message), escaped(&body));
    let _ = writeln!(
        xml,
        ">\n      <{element} type=\"{kind}\" message=\"{message}\">{body}</{element}>\n    </testcase>"
    );
}

/// Milliseconds as seconds with three decimals.
fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// Text for an attribute or an element. Characters that XML 1.0 forbids become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_well_formed_in_xml() {
        assert_eq!(escaped("a<\"&\">\n\u{1b}é"), "a&lt;&quot;&amp;&quot;&gt;&#10;\u{fffd}é");
        assert_eq!(seconds(61_084), "61.084");
    }
}
