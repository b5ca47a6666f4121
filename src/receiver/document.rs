//! A request as a JSON document.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::json;

use super::decryption::DecryptionReport;
use super::examined::Examined;
use super::fields::Fields;
use super::planned::PlannedResponse;
use super::received::Received;
use super::reply::Reply;
use super::response_header::ResponseHeader;
use super::verification::Verification;
use crate::callback::headers_json;
use crate::text::rfc3339;

impl Received {
    /// The request as `receive --json` prints it, without a line feed.
    ///
    /// `body` is text. If it is not UTF-8, each invalid sequence becomes U+FFFD and `body_base64` has the bytes. If
    /// it was cut, `body_length` has the number of bytes that were sent. A repeated header has an array.
    ///
    /// With decryption, `decrypted` has the JSON Pointers of the strings in `fields` that were decrypted.
    /// `not_decrypted` has an object for each that may be encrypted and was not decrypted: `field`, its pointer,
    /// `reason` and `message`. `verification` is there if the request was verified.
    ///
    /// # Errors
    /// Unknown: fields that are not JSON are not read.
    pub fn to_json(&self, examined: &Examined) -> Result<String, serde_json::Error> {
        let mut fields = self.fields();
        let report = examined.decryption.map(|decryption| fields.decrypt(decryption));
        serde_json::to_string(&Document {
            received: self,
            fields,
            report,
            verification: examined.verification,
        })
    }
}

struct Document<'a> {
    received: &'a Received,
    fields: Fields<'a>,
    report: Option<DecryptionReport>,
    verification: Option<&'a Verification>,
}

/// The response: `outcome`, `status`, `headers`, `body` and `delay_ms`. Without a response the three in the middle are
/// null.
fn response_document(response: &PlannedResponse) -> serde_json::Value {
    let (outcome, status) = match response.reply {
        Reply::Status(status) => ("response", Some(status)),
        Reply::Hung => ("timeout", None),
        Reply::Reset => ("reset", None),
    };
    let pair = |header: &ResponseHeader| (header.name().to_owned(), header.value().to_owned());
    let headers: Vec<_> = response.headers.iter().map(pair).collect();
    json!({
        "outcome": outcome,
        "status": status,
        "headers": status.map(|_| headers_json(&headers)),
        "body": status.map(|_| String::from_utf8_lossy(&response.body)),
        "delay_ms": u64::try_from(response.delay.as_millis()).unwrap_or(u64::MAX),
    })
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let received = self.received;
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("method", &received.method)?;
        members.serialize_entry("path", &received.path)?;
        members.serialize_entry("query", &received.query)?;
        members.serialize_entry("headers", &headers_json(&received.headers))?;
        members.serialize_entry("body", &String::from_utf8_lossy(&received.body))?;
        if std::str::from_utf8(&received.body).is_err() {
            members.serialize_entry("body_base64", &STANDARD.encode(&received.body))?;
        }
        if received.body_cut() {
            members.serialize_entry("body_length", &received.body_length)?;
        }
        members.serialize_entry("fields", &self.fields)?;
        members.serialize_entry("received_at", &rfc3339(received.received_at))?;
        if let Some(report) = &self.report {
            let failed = report.failed.iter();
            let failed = failed.map(
                |(field, why)| json!({"field": field, "reason": why.name(), "message": why.to_string()}),
            );
            members.serialize_entry("decrypted", &report.decrypted)?;
            members.serialize_entry("not_decrypted", &failed.collect::<Vec<_>>())?;
        }
        if !received.left_out.is_empty() {
            members.serialize_entry("headers_left_out", &received.left_out)?;
        }
        members.serialize_entry("id", &received.id)?;
        members.serialize_entry("attempt", &received.attempt)?;
        members.serialize_entry("response", &response_document(&received.response))?;
        if let Some(verification) = self.verification {
            members.serialize_entry("verification", &verification.document())?;
        }
        members.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receiver::received::tests::sample;
    use crate::receiver::{Behaviour, Decryption};
    use serde_json::Value;

    fn document(received: &Received) -> Value {
        serde_json::from_str(&received.to_json(&Examined::default()).unwrap()).unwrap()
    }

    #[test]
    fn json_has_the_documented_members_in_order() {
        assert_eq!(
            sample().to_json(&Examined::default()).unwrap(),
            r#"{"method":"POST","path":"/cb","query":"id=42","headers":{"content-type":"application/json"},"body":"{\"status\":\"DELIVRD\"}","fields":{"id":"42","status":"DELIVRD"},"received_at":"2025-04-17T13:05:20.250Z","id":"0123abcd","attempt":1,"response":{"outcome":"response","status":200,"headers":{"content-type":"text/plain; charset=utf-8"},"body":"200 OK\n","delay_ms":0}}"#
        );
    }

    #[test]
    fn invalid_utf_8_is_kept_as_base64() {
        let json = document(&Received { body: b"a\xffb"[..].into(), body_length: 3, ..sample() });
        assert_eq!(json["body"], "a\u{fffd}b");
        assert_eq!(json["body_base64"], "Yf9i");
        assert!(json.get("body_length").is_none());
    }

    #[test]
    fn a_truncated_body_has_its_length() {
        assert_eq!(document(&Received { body_length: 5_000_000, ..sample() })["body_length"], 5_000_000);
    }

    #[test]
    fn without_a_response_there_is_no_status() {
        for (script, outcome) in [("timeout", "timeout"), ("reset", "reset")] {
            let behaviour = Behaviour { script: Some(script.parse().unwrap()), ..Behaviour::default() };
            let json = document(&Received { attempt: 3, response: behaviour.response(3), ..sample() });
            assert_eq!(json["attempt"], 3);
            let expected =
                json!({"outcome": outcome, "status": null, "headers": null, "body": null, "delay_ms": 0});
            assert_eq!(json["response"], expected);
        }
    }

    #[test]
    fn results_of_decryption_are_reported() {
        let decryption = Decryption::parse("AES-128-CFB:K1abcdefghijkl2P:POabcdefghijklLY").unwrap();
        let body = br#"{"status":"6+sHPg0LMg==","at":{"x":["AAAA"]},"plain":"a b"}"#;
        let received = Received {
            body: body[..].into(),
            body_length: body.len() as u64,
            query: String::new(),
            ..sample()
        };
        let json: Value = serde_json::from_str(
            &received.to_json(&Examined { decryption: Some(&decryption), verification: None }).unwrap(),
        )
        .unwrap();
        assert_eq!(json["fields"], json!({"status": "DELIVRD", "at": {"x": ["AAAA"]}, "plain": "a b"}));
        assert_eq!(json["decrypted"], json!(["/status"]));
        assert_eq!(json["not_decrypted"][0]["field"], "/at/x/0");
        assert_eq!(json["not_decrypted"][0]["reason"], "unreadable");
        assert_eq!(json["not_decrypted"].as_array().map(Vec::len), Some(1));
    }
}
