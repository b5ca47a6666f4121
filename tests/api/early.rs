//! Responses before the end of a body: each client gets them, however much it still has to send.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::keys::create;
use crate::serving::{Serving, until};
use crate::support::cli::Place;
use crate::support::needs;
use crate::support::recorder::event;

const EVENTS: &str = "/v1/shop/callback/events";
const JSON: (&str, &str) = ("content-type", "application/json");

/// More than fits into the buffers of a connection, and more than one array may have.
const LARGE: usize = 20 << 20;

/// What curl prints after a request with a large body: the status, or its error.
fn curl(program: &std::path::Path, url: &str, file: &str, more: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(["-sS", "--max-time", "60", "-o", "/dev/null", "-w", "%{http_code}"]).args(more);
    let data = format!("@{file}");
    let ran = command.args(["--data-binary", &data, url]).stdin(Stdio::null()).output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr))
}

#[test]
fn a_client_that_sends_a_large_body_gets_the_response() {
    let Some(program) = needs::program("curl") else { return };
    let place = Place::new();
    let sends = create(&place, "sends", &["--scope", "send"]);
    let reads = create(&place, "reads", &["--scope", "read"]);
    let serving = Serving::start(&place, &[]);
    let file = place.file("large.json", &"x".repeat(LARGE));
    let key = |key: &str| format!("api-key: {key}");
    let (json, text) = ("content-type: application/json", "content-type: text/plain");
    // curl asks before it sends much, and HTTP/1.1 sends with and without that.
    for version in [&["--http1.1"][..], &["--http1.1", "-H", "Expect:"], &["--http2-prior-knowledge"]] {
        for (status, path, headers) in [
            ("401", EVENTS, vec![json.to_owned()]),
            ("403", EVENTS, vec![key(&reads), json.to_owned()]),
            ("415", EVENTS, vec![key(&sends), text.to_owned()]),
            ("413", EVENTS, vec![key(&sends), json.to_owned()]),
            ("404", "/nowhere", vec![json.to_owned()]),
            ("405", "/healthz", vec![json.to_owned()]),
        ] {
            let headers = headers.iter().flat_map(|header| ["-H", header]);
            let more: Vec<&str> = version.iter().copied().chain(headers).collect();
            // Now and then a connection breaks only when the buffers fall so.
            for _ in 0..5 {
                assert_eq!(curl(&program, &serving.url(path), &file, &more), status, "{version:?}");
            }
        }
    }
}

/// The response comes at once, and the connection serves the next request.
#[test]
fn a_response_does_not_wait_for_the_rest_of_a_body() {
    let place = Place::new();
    create(&place, "shop", &["--scope", "send"]);
    let serving = Serving::start(&place, &[]);
    let mut stream = serving.connect();
    let head = format!(
        "POST {EVENTS} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {LARGE}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut seen = String::new();
    let mut bytes = [0; 4096];
    while !seen.ends_with("}\n") {
        let n = stream.read(&mut bytes).unwrap();
        assert!(n > 0, "{seen}");
        seen.push_str(&String::from_utf8_lossy(&bytes[..n]));
    }
    assert!(seen.starts_with("HTTP/1.1 401 "), "{seen}");
    let body = vec![b'x'; LARGE];
    stream.write_all(&body).unwrap();
    let next =
        crate::serving::raw(&mut stream, b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert!(next.starts_with("HTTP/1.1 200 "), "{next}");
}

#[test]
fn a_body_that_pauses_for_too_long_is_a_408() {
    let place = Place::new();
    let serving = Serving::open(&place);
    let mut stream = serving.connect();
    let head = format!(
        "POST {EVENTS} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{",
        serving.addr
    );
    let began = Instant::now();
    let response = crate::serving::raw(&mut stream, head.as_bytes());
    assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    assert!(response.contains("\"RBK408\"") && response.contains("the body paused for 30 s"), "{response}");
    assert!(began.elapsed() >= Duration::from_secs(30), "{:?}", began.elapsed());
}

#[test]
fn a_key_with_too_many_requests_in_progress_gets_a_429_and_others_do_not() {
    let place = Place::new();
    place.settings("[api]\nrequests_per_key = 1\n");
    let profile = place
        .apply(&json!({"title": "Orders", "channel": "sms", "url": "https://hooks.example/cb"}))
        .remove(0);
    let [busy, idle] = ["busy", "idle"].map(|name| create(&place, name, &["--scope", "send"]));
    let serving = Serving::start(&place, &[]);
    let body = event(&profile, "a");
    // Half of a body: its request is in progress.
    let mut stream = serving.connect();
    let head = format!(
        "POST {EVENTS} HTTP/1.1\r\nhost: x\r\napi-key: {busy}\r\ncontent-type: application/json\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let post = |key: &str| serving.request("POST", EVENTS, &[("api-key", key), JSON], body.clone());
    let refused = until("the first request arrives", || post(&busy), |response| response.status != 202);
    assert_eq!((refused.status, refused.header("retry-after")), (429, "1"), "{refused:?}");
    assert_eq!(refused.json()["code"], "RBK429");
    assert_eq!(post(&idle).status, 202);
    let accepted = crate::serving::raw(&mut stream, body.as_bytes());
    assert!(accepted.starts_with("HTTP/1.1 202 "), "{accepted}");
    until("its request ends", || post(&busy), |response| response.status != 429);
}
