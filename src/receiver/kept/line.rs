//! A kept request as a line of JSON.
//!
//! As in the delivery log, values of headers that are secret by name are left out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::time::Duration;

use super::super::planned::PlannedResponse;
use super::super::received::Received;
use super::super::reply::Reply;
use super::super::response_header::ResponseHeader;
use crate::profile::is_secret_name;

#[derive(Serialize, Deserialize)]
struct Line {
    id: String,
    /// RFC 3339, to the nanosecond.
    received_at: String,
    method: String,
    path: String,
    query: String,
    /// A value that is not kept is null.
    headers: Vec<(String, Option<String>)>,
    /// Base64.
    body: String,
    body_length: u64,
    attempt: u32,
    outcome: Outcome,
    response_headers: Vec<String>,
    response_body: String,
    delay_ms: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Status(u16),
    Timeout,
    Reset,
}

/// A request as a line, with its line feed. `credential` is a header whose value is a secret, whatever its name suggests.
pub(super) fn write(received: &Received, credential: Option<&str>) -> String {
    let kept = |(name, value): &(String, String)| {
        let is_secret =
            is_secret_name(name) || credential.is_some_and(|other| other.eq_ignore_ascii_case(name));
        (name.clone(), Some(value.clone()).filter(|_| !is_secret))
    };
    let left_out = received.left_out.iter().map(|name| (name.clone(), None));
    let response = &received.response;
    let line = Line {
        id: received.id.clone(),
        received_at: received.received_at.to_string(),
        method: received.method.clone(),
        path: received.path.clone(),
        query: received.query.clone(),
        headers: received.headers.iter().map(kept).chain(left_out).collect(),
        body: STANDARD.encode(&received.body),
        body_length: received.body_length,
        attempt: received.attempt,
        outcome: match response.reply {
            Reply::Status(status) => Outcome::Status(status),
            Reply::Hung => Outcome::Timeout,
            Reply::Reset => Outcome::Reset,
        },
        response_headers: response
            .headers
            .iter()
            .filter(|header| !is_secret_name(header.name()))
            .map(ToString::to_string)
            .collect(),
        response_body: STANDARD.encode(&response.body),
        delay_ms: u64::try_from(response.delay.as_millis()).unwrap_or(u64::MAX),
    };
    // Strings, numbers and lists can always be written.
    let mut text = serde_json::to_string(&line).unwrap_or_default();
    text.push('\n');
    text
}

/// The request of a line; none if it is not one, as the last line of a program that was killed may be.
pub(super) fn read(text: &str) -> Option<Received> {
    let line: Line = serde_json::from_str(text).ok()?;
    let mut headers = Vec::new();
    let mut left_out = Vec::new();
    for (name, value) in line.headers {
        match value {
            Some(value) => headers.push((name, value)),
            None => left_out.push(name),
        }
    }
    let response_headers: Option<Vec<ResponseHeader>> =
        line.response_headers.iter().map(|header| header.parse().ok()).collect();
    Some(Received {
        id: line.id,
        method: line.method,
        path: line.path,
        query: line.query,
        headers,
        left_out,
        body: STANDARD.decode(line.body).ok()?.into(),
        body_length: line.body_length,
        received_at: line.received_at.parse().ok()?,
        attempt: line.attempt,
        response: PlannedResponse {
            reply: match line.outcome {
                Outcome::Status(status) => Reply::Status(status),
                Outcome::Timeout => Reply::Hung,
                Outcome::Reset => Reply::Reset,
            },
            headers: response_headers?,
            body: STANDARD.decode(line.response_body).ok()?.into(),
            delay: Duration::from_millis(line.delay_ms),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receiver::Behaviour;
    use crate::receiver::received::tests::sample;

    #[test]
    fn all_but_secret_values_are_read_again() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = vec![
            header("x-a", "1\u{1b}ü"),
            header("authorization", "Basic bWU6c2VjcmV0"),
            header("x-a", "2"),
            header("webhook-signature", "v1,abc"),
        ];
        let behaviour = Behaviour {
            script: Some("429:5,timeout,reset".parse().unwrap()),
            headers: vec!["Set-Cookie: s3cret".parse().unwrap(), "X-B: c".parse().unwrap()],
            delay: Duration::from_millis(7),
            ..Behaviour::default()
        };
        for attempt in 1..=3 {
            let received = Received {
                headers: headers.clone(),
                body: b"a\xff\n\"b"[..].into(),
                body_length: 9000,
                attempt,
                response: behaviour.response(attempt),
                ..sample()
            };
            let line = write(&received, None);
            assert!(line.ends_with('\n') && line.matches('\n').count() == 1, "{line}");
            assert!(!line.contains("bWU6c2VjcmV0") && !line.contains("s3cret"), "{line}");
            let mut expected = received.clone();
            expected.headers.remove(1);
            expected.left_out = vec!["authorization".to_owned()];
            expected.response.headers.retain(|header| header.name() != "set-cookie");
            assert_eq!(read(&line), Some(expected.clone()));
            assert_eq!(
                write(&expected, None),
                write(&read(&line).unwrap(), None),
                "what is left out stays known"
            );
        }
    }

    #[test]
    fn a_part_of_a_line_is_no_request() {
        let line = write(&sample(), None);
        for end in 0..line.len() - 1 {
            assert_eq!(read(&line[..end]), None, "{end}");
        }
    }

    #[test]
    fn the_header_with_a_profiles_key_is_left_out_whatever_its_name() {
        let headers = vec![("x-client".to_owned(), "s3cret".to_owned()), ("x-a".to_owned(), "1".to_owned())];
        let received = Received { headers, ..sample() };
        let line = write(&received, Some("X-Client"));
        assert!(!line.contains("s3cret"), "{line}");
        let kept = read(&line).unwrap();
        assert_eq!((kept.headers.len(), kept.left_out), (1, vec!["x-client".to_owned()]));
    }
}
