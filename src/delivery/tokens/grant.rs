//! Parses the response of a token server (RFC 6749, sections 5.1 and 5.2).

use std::time::Duration;

use hyper::header::HeaderValue;
use serde_json::{Map, Value};

use crate::text::escape_bytes;

/// A token is kept until this long before it expires, and for at least half of its lifetime.
const MARGIN: Duration = Duration::from_mins(1);
/// The minimum time that a token is kept, whatever its server says: otherwise each of many deliveries would fetch its
/// own (our decision). One that expires earlier is replaced after the 401.
const SHORTEST: Duration = Duration::from_secs(5);
/// How long a token is kept whose response contains no lifetime (our decision). One that expires earlier is fetched
/// again after the 401.
const UNTOLD: Duration = Duration::from_mins(5);
/// The maximum time; it also keeps sums of times in range.
const MAX_LIFETIME: Duration = Duration::from_hours(24 * 365);

/// A token, and how long it may be kept.
#[derive(Debug)]
pub struct Granted {
    pub header: HeaderValue,
    pub fresh_for: Duration,
}

/// Parses the response of a token server.
///
/// # Errors
/// Why it contains no token, without anything that could be one.
pub fn read(body: &[u8]) -> Result<Granted, String> {
    let answer = object(body).ok_or("the response is not a JSON object")?;
    match answer.get("token_type") {
        None => {}
        Some(Value::String(kind)) if kind.eq_ignore_ascii_case("bearer") => {}
        Some(Value::String(kind)) => {
            return Err(format!("its token_type is '{}', not bearer", escape_bytes(kind.as_bytes())));
        }
        Some(_) => return Err("its token_type is not a string".to_owned()),
    }
    let token = match answer.get("access_token") {
        Some(Value::String(token)) if !token.is_empty() => token,
        Some(Value::String(_) | Value::Null) | None => {
            let why = reason(body).map(|why| format!(" ({why})")).unwrap_or_default();
            return Err(format!("the response has no access_token{why}"));
        }
        Some(_) => return Err("the access_token is not a string".to_owned()),
    };
    // RFC 6750 allows fewer characters, but not all servers comply.
    if !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("the access_token holds a character that is not allowed in a header".to_owned());
    }
    let mut header = HeaderValue::try_from(format!("Bearer {token}"))
        .map_err(|_| "the access_token is not allowed in a header".to_owned())?;
    header.set_sensitive(true);
    Ok(Granted { header, fresh_for: fresh_for(answer.get("expires_in")) })
}

/// The server's `error` and `error_description`, on one line.
pub fn reason(body: &[u8]) -> Option<String> {
    let answer = object(body)?;
    let text = |name: &str| answer.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let all: Vec<&str> = [text("error"), text("error_description")].into_iter().flatten().collect();
    (!all.is_empty()).then(|| escape_bytes(all.join(": ").as_bytes()))
}

fn object(body: &[u8]) -> Option<Map<String, Value>> {
    // Some servers start with a byte order mark, which JSON does not allow (RFC 8259, section 8.1).
    serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)).ok()
}

/// How long a token is kept that expires in this many seconds, a number or a number as a string.
fn fresh_for(expires_in: Option<&Value>) -> Duration {
    let seconds = match expires_in {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse::<f64>().ok(),
        _ => None,
    };
    match seconds.filter(|seconds| seconds.is_finite()) {
        None => UNTOLD,
        Some(seconds) => {
            let life = Duration::from_secs_f64(seconds.clamp(0.0, MAX_LIFETIME.as_secs_f64()));
            life.saturating_sub(MARGIN).max(life / 2).max(SHORTEST)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn kept(expires_in: &Value) -> u64 {
        let body = json!({"access_token": "t", "token_type": "bearer", "expires_in": expires_in});
        read(body.to_string().as_bytes()).unwrap().fresh_for.as_secs()
    }

    #[test]
    fn a_token_is_kept_until_a_minute_before_its_end_or_for_half_of_its_life() {
        assert_eq!(kept(&json!(3600)), 3540);
        assert_eq!(kept(&json!("3599")), 3539);
        assert_eq!(kept(&json!(" 90.5 ")), 45);
        assert_eq!(kept(&json!(60)), 30);
        for short in [json!(10), json!(1), json!(0), json!(-5), json!("-1e300")] {
            assert_eq!(kept(&short), 5, "{short}");
        }
        for invalid in [json!(null), json!("soon"), json!("NaN"), json!([1])] {
            assert_eq!(kept(&invalid), 300, "{invalid}");
        }
        assert_eq!(kept(&json!(1e300)), MAX_LIFETIME.as_secs() - 60);
    }

    #[test]
    fn the_type_is_bearer_in_any_case_or_missing() {
        for good in [json!({"access_token": "t"}), json!({"access_token": "t", "token_type": "BEARER"})] {
            assert_eq!(read(good.to_string().as_bytes()).unwrap().header, "Bearer t");
        }
        assert_eq!(read(b"\xef\xbb\xbf{\"access_token\": \"t\"}").unwrap().header, "Bearer t");
        let mac = json!({"access_token": "t", "token_type": "mac\n"}).to_string();
        assert_eq!(read(mac.as_bytes()).unwrap_err(), "its token_type is 'mac\\x0a', not bearer");
    }

    #[test]
    fn what_is_no_token_is_reported_and_not_shown() {
        let error = |body: &str| read(body.as_bytes()).unwrap_err();
        assert_eq!(error("access_token=x"), "the response is not a JSON object");
        assert_eq!(error("[]"), "the response is not a JSON object");
        assert_eq!(error(r#"{"error":"nope"}"#), "the response has no access_token (nope)");
        assert_eq!(error(r#"{"access_token":7}"#), "the access_token is not a string");
        for bad in ["hush\\r\\nX: y", "hu sh", "hushü", "hush\\u0000"] {
            let said = error(&format!(r#"{{"access_token":"{bad}"}}"#));
            assert!(said.contains("is not allowed in a header") && !said.contains("hu"), "{said}");
        }
    }

    #[test]
    fn reasons_are_one_line() {
        let body = json!({"error": "invalid_client", "error_description": "a\nb\u{1b}[2J"}).to_string();
        assert_eq!(reason(body.as_bytes()).unwrap(), "invalid_client: a\\x0ab\\x1b[2J");
        assert_eq!(reason(b"<html>"), None);
        assert_eq!(reason(br#"{"error": {"code": 1}}"#), None);
    }

    #[test]
    fn a_token_is_not_printed() {
        let granted = read(br#"{"access_token":"hush"}"#).unwrap();
        assert!(!format!("{granted:?}").contains("hush"));
    }

    proptest! {
        #[test]
        fn no_answer_is_too_odd(body in any::<Vec<u8>>(), token in any::<String>()) {
            let _ = (read(&body), reason(&body));
            let odd = json!({"access_token": token, "expires_in": token}).to_string();
            if let Ok(granted) = read(odd.as_bytes()) {
                prop_assert_eq!(granted.header.to_str().unwrap(), format!("Bearer {token}"));
            }
        }
    }
}
