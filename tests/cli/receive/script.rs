//! Sequences of responses, with headers and bodies, and what was responded to each request.

use std::process::Command;

use crate::support::cli::{On, Place, Running, address};
use serde_json::{Value, json};

fn receiver(place: &Place, more: &[&str]) -> (Running, String) {
    let receiver = Running::start(place.command(&[&["receive", "--listen", "0", "--json"], more].concat()));
    let address = address(&receiver.line(On::Err, "listening on"));
    (receiver, address)
}

fn request(receiver: &Running) -> Value {
    serde_json::from_str(&receiver.line(On::Out, "")).unwrap()
}

/// A response as curl sees it: exit code, head and body.
fn curl(address: &str, more: &[&str]) -> (Option<i32>, String) {
    let mut curl = Command::new("curl");
    curl.args(["-s", "-i", "--noproxy", "*"]).args(more).arg(format!("http://{address}/cb"));
    let output = curl.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// The sender retries through the whole script, and waits as it was asked to.
#[test]
fn each_delivery_gets_the_whole_script() {
    let place = Place::new();
    let (receiver, address) = receiver(&place, &["--script", "500,timeout,reset,429:2,200"]);
    place.settings("extended_retries = true\n");
    let id = place
        .apply(&json!({
            "title": "Mails", "channel": "email", "url": format!("http://{address}/cb"),
            "body": "{\"id\": \"7\"}",
            "retry": {"count": 4, "interval_s": 1, "timeout_ms": 500},
        }))
        .remove(0);
    for _ in 0..2 {
        let tested = place.run(&["test", &id, "--json"]).json();
        assert_eq!(tested["state"], "delivered");
        let attempts = tested["attempts"].as_array().unwrap();
        let statuses: Vec<_> = attempts.iter().map(|attempt| &attempt["status"]).collect();
        assert_eq!(statuses, [&json!(500), &json!(null), &json!(null), &json!(429), &json!(200)]);
        assert_eq!(attempts[1]["error"]["class"], "timeout", "{attempts:?}");
        let at =
            |n: usize| -> jiff::Timestamp { attempts[n]["started_at"].as_str().unwrap().parse().unwrap() };
        assert!(at(4).duration_since(at(3)).as_millis() >= 1990, "Retry-After: {attempts:?}");
        let requests: Vec<Value> = (0..5).map(|_| request(&receiver)).collect();
        let outcome: Vec<_> = requests.iter().map(|request| &request["response"]["outcome"]).collect();
        assert_eq!(outcome, ["response", "timeout", "reset", "response", "response"]);
        for (n, (sent, got)) in attempts.iter().zip(&requests).enumerate() {
            assert_eq!(got["attempt"], n + 1);
            assert_eq!(got["response"]["status"], sent["status"]);
        }
        assert_eq!(requests[3]["response"]["headers"]["retry-after"], "2");
        assert_eq!(requests[2]["response"]["headers"], json!(null));
    }
}

#[test]
fn headers_and_body_are_sent_and_reported() {
    let place = Place::new();
    let body = place.file("body.json", "{\"ok\": false, \"why\": \"ü\"}");
    let responses = [
        "--script",
        "302,503",
        "--header",
        "Location: /elsewhere",
        "--header",
        "X-Note: a: b",
        "--header",
        "x-note: c",
        "--body",
        &format!("@{body}"),
        "--delay",
        "20ms",
    ];
    let (receiver, address) = receiver(&place, &responses);
    let (_, first) = curl(&address, &["-d", "a=1"]);
    assert!(first.starts_with("HTTP/1.1 302 Found\r\n"), "{first}");
    for line in ["location: /elsewhere", "x-note: a: b", "x-note: c", "content-type: application/json"] {
        assert!(first.contains(&format!("\r\n{line}\r\n")), "{line}: {first}");
    }
    assert!(first.ends_with("\r\n\r\n{\"ok\": false, \"why\": \"ü\"}"), "{first}");
    assert!(curl(&address, &[]).1.starts_with("HTTP/1.1 503 "));
    assert!(curl(&address, &[]).1.starts_with("HTTP/1.1 503 "), "the last one repeats");
    assert_eq!(
        request(&receiver)["response"],
        json!({
            "outcome": "response",
            "status": 302,
            "headers": {
                "location": "/elsewhere",
                "x-note": ["a: b", "c"],
                "content-type": "application/json",
            },
            "body": "{\"ok\": false, \"why\": \"ü\"}",
            "delay_ms": 20,
        })
    );
}

#[test]
fn text_for_people_shows_where_and_when() {
    let place = Place::new();
    let args = ["receive", "--listen", "0", "--script", "429:7,301,reset", "--header", "Location: /b"];
    let receiver = Running::start(place.command(&args));
    let address = address(&receiver.line(On::Out, "listening on"));
    let codes = [0, 0, 56].map(Some);
    for code in codes {
        let got = curl(&address, &[]).0;
        // Whether curl sees a reset or an empty response depends on the moment.
        assert!(got == code || (code == Some(56) && got == Some(52)), "{got:?}");
    }
    for shown in ["→ 429 · Retry-After: 7 · Location: /b", "→ 301 · Location: /b", "→ no response (reset)"]
    {
        receiver.line(On::Out, shown);
    }
}

#[test]
fn what_cannot_be_responded_is_refused() {
    let place = Place::new();
    for (arguments, words) in [
        (&["--script", "500,never"][..], &["response 2, `never`", "429:5"][..]),
        (&["--script", ""], &["at least one response"]),
        (&["--script", "200", "--status", "500"], &["cannot be used with"]),
        (&["--script", "200", "--fail-first", "1"], &["cannot be used with"]),
        (&["--script", "200", "--hang"], &["cannot be used with"]),
        (&["--header", "Location"], &["Name: value"]),
        (&["--header", "Content-Length: 5"], &["content-length is set by the receiver itself"]),
        (&["--body", "@/nowhere/body"], &["--body: /nowhere/body: there is no such file"]),
        (&["--body", "@/dev/zero"], &["has more than 1048576 bytes"]),
    ] {
        place.run(&[&["receive", "--listen", "0"], arguments].concat()).refused(2, words);
    }
}
