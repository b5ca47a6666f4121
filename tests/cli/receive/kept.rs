//! Requests that are kept over a restart: listed, shown, replayed, removed; and the filter by path.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::support::cli::{On, Place, Running, address};
use serde_json::{Value, json};

fn receiver(place: &Place, more: &[&str]) -> (Running, String) {
    let receiver = Running::start(place.command(&[&["receive", "--listen", "0", "--json"], more].concat()));
    let address = address(&receiver.line(On::Err, "listening on"));
    (receiver, address)
}

/// Sends a request, and waits until it is printed and so kept.
fn post(receiver: &Running, address: &str, target: &str, more: &[&str]) -> Value {
    let mut curl = Command::new("curl");
    curl.args(["-s", "--noproxy", "*"]).args(more).arg(format!("http://{address}{target}"));
    assert!(curl.output().unwrap().status.success());
    serde_json::from_str(&receiver.line(On::Out, "")).unwrap()
}

const BODY: &[&str] = &[
    "-H",
    "Content-Type: application/json",
    "-H",
    "Authorization: Basic c2VjcmV0",
    "-H",
    "X-A: 1",
    "-H",
    "x-a: 2",
    "-d",
    r#"{"id": "a b", "more": "ü"}"#,
];

#[test]
fn requests_are_there_after_a_restart() {
    let place = Place::new();
    let (mut first, to) = receiver(&place, &["--status", "202"]);
    let sent = post(&first, &to, "/sms?x=1", BODY);
    first.interrupt();
    assert_eq!(first.code(), Some(0));
    let (second, to) = receiver(&place, &["--script", "500"]);
    let other = post(&second, &to, "/wa", &[]);
    let listed = place.run(&["receive", "list"]);
    let lines: Vec<&str> = listed.out.lines().collect();
    assert_eq!(lines.len(), 3, "{listed:?}");
    assert!(
        lines[1].contains(other["id"].as_str().unwrap())
            && lines[1].ends_with("GET     500       0      /wa")
    );
    assert!(
        lines[2].starts_with(sent["id"].as_str().unwrap())
            && lines[2].ends_with("POST    202       27     /sms?x=1")
    );
    let json = place.run(&["receive", "list", "--json", "--path", "/sm"]).json();
    let mut expected = sent.clone();
    expected["headers"].as_object_mut().unwrap().remove("authorization");
    expected["headers_left_out"] = json!(["authorization"]);
    assert_eq!(json, json!([expected]));
    let id = &sent["id"].as_str().unwrap()[..6];
    let shown = place.run(&["receive", "show", id]);
    assert!(
        shown.out.contains("authorization: (secret, not kept)") && shown.out.contains("x-a: 2"),
        "{shown:?}"
    );
    assert_eq!(place.run(&["receive", "show", "last", "--json"]).json()["id"], other["id"]);
    // Neither the password nor its encoding is in any file of this place.
    let file = place.path("ringback.db.received");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!std::fs::read_to_string(&file).unwrap().contains("c2VjcmV0"));
    assert_eq!(place.run(&["receive", "clear"]).code, Some(0));
    assert!(!file.exists());
    place.run(&["receive", "list"]).refused(0, &["no request is kept"]);
    place.run(&["receive", "show", "last"]).refused(2, &["no request is kept: `ringback receive list`"]);
    place.run(&["receive", "show", "x"]).refused(2, &["no request 'x'"]);
}

#[test]
fn what_is_not_to_be_kept_is_not() {
    let place = Place::new();
    let (none, to) = receiver(&place, &["--no-keep"]);
    post(&none, &to, "/cb", &[]);
    place.run(&["receive", "list"]).refused(0, &["no request is kept"]);
    assert!(!place.path("ringback.db.received").exists());
    // A folder in the way: requests are received and printed all the same.
    std::fs::create_dir(place.path("ringback.db.received")).unwrap();
    let (blocked, to) = receiver(&place, &[]);
    post(&blocked, &to, "/cb", &[]);
    post(&blocked, &to, "/cb", &[]);
    blocked.line(On::Err, "ringback: warning: requests are not kept: ");
}

#[test]
fn requests_to_other_paths_get_responses_and_are_not_shown() {
    let place = Place::new();
    let (receiver, to) = receiver(&place, &["--path", "/sms", "--path", "/wa/", "--status", "204"]);
    receiver.line(On::Err, "showing requests to /sms… and /wa/…; others get responses and are not shown");
    let mut curl = Command::new("curl");
    curl.args([
        "-s",
        "--noproxy",
        "*",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        &format!("http://{to}/email"),
    ]);
    assert_eq!(curl.output().unwrap().stdout, b"204");
    assert_eq!(post(&receiver, &to, "/sms-in", &[])["path"], "/sms-in");
    assert_eq!(post(&receiver, &to, "/wa/1", &[])["path"], "/wa/1");
    assert_eq!(place.run(&["receive", "list", "--json"]).json().as_array().unwrap().len(), 2);
}

#[test]
fn a_request_is_replayed_to_another_address() {
    let place = Place::new();
    let (first, to) = receiver(&place, &[]);
    let sent = post(&first, &to, "/sms?x=1", BODY);
    let other = Place::new();
    let responses = ["--status", "201", "--header", "X-Where: here", "--body", "{\"ok\":true}"];
    let (second, there) = receiver(&other, &responses);
    let url = format!("http://{there}");
    let ran = place.run(&["receive", "replay", "last", &url]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.starts_with(&format!("POST {url}/sms?x=1  → 201 in ")), "{ran:?}");
    assert!(ran.out.contains("  x-where: here\n") && ran.out.ends_with("\n\n{\"ok\":true}\n"), "{ran:?}");
    assert!(ran.err.contains("note: sent without authorization"), "{ran:?}");
    let received: Value = serde_json::from_str(&second.line(On::Out, "")).unwrap();
    for member in ["method", "path", "query", "body", "fields"] {
        assert_eq!(received[member], sent[member], "{member}");
    }
    for header in ["content-type", "x-a", "user-agent", "accept", "content-length"] {
        assert_eq!(received["headers"][header], sent["headers"][header], "{header}");
    }
    assert_eq!(received["headers"]["host"], there);
    assert_eq!(received["headers"].get("authorization"), None);
    let id = sent["id"].as_str().unwrap();
    let json = place.run(&["receive", "replay", &id[..5], &format!("{url}/other"), "--json"]).json();
    assert_eq!((&json["status"], &json["headers"]["x-where"]), (&json!(201), &json!("here")));
    assert_eq!((&json["body"], &json["error"]), (&json!("{\"ok\":true}"), &json!(null)));
    let received: Value = serde_json::from_str(&second.line(On::Out, "")).unwrap();
    assert_eq!((&received["path"], &received["query"]), (&json!("/other"), &json!("x=1")));
}

#[test]
fn a_replay_with_a_profile_is_signed_anew() {
    let place = Place::new();
    let key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    place.apply(&json!({
        "title": "Order SMS", "channel": "sms", "url": "http://127.0.0.1:9/cb", "body": "{}",
        "auth": {"type": "basic", "user": "shop", "password": "pa55word"}, "signing_secret": key,
    }));
    let (first, to) = receiver(&place, &[]);
    post(&first, &to, "/sms", BODY);
    let (second, there) = receiver(&place, &["--profile", "Order SMS", "--no-keep"]);
    let url = format!("http://{there}/");
    let verified = |args: &[&str]| -> Value {
        place.run(&[&["receive", "replay", "last", &url], args].concat());
        let received: Value = serde_json::from_str(&second.line(On::Out, "")).unwrap();
        received["verification"]["verified"].clone()
    };
    assert_eq!(verified(&[]), false);
    assert_eq!(verified(&["--profile", "Order SMS"]), true);
}

#[test]
fn replays_that_fail_or_are_refused() {
    let place = Place::new();
    let (first, to) = receiver(&place, &["--script", "200,503"]);
    post(&first, &to, "/sms", BODY);
    let failed = place.run(&["receive", "replay", "last", &format!("http://{to}")]);
    assert!(failed.code == Some(1) && failed.out.contains("→ 503 in "), "{failed:?}");
    first.line(On::Out, "");
    let nobody = place.run(&["receive", "replay", "last", "http://127.0.0.1:9/", "--json"]);
    assert_eq!((nobody.code, &nobody.json()["status"]), (Some(1), &json!(null)));
    assert!(nobody.json()["error"].as_str().unwrap().contains("127.0.0.1"), "{nobody:?}");
    for (url, why) in [
        ("http://hooks.example/cb", "plain http is allowed to this machine only"),
        ("hooks.example", "must start with https://"),
        ("https://me:pw@hooks.example", "no user and no password"),
    ] {
        place.run(&["receive", "replay", "last", url]).refused(2, &[why]);
    }
    // The addresses that the settings refuse are refused here too.
    let metadata = place.run(&["receive", "replay", "last", "https://169.254.169.254/"]);
    assert!(metadata.code == Some(1) && metadata.out.contains("✗"), "{metadata:?}");
    place.settings("network = \"public\"\n");
    let private = place.run(&["receive", "replay", "last", &format!("http://{to}")]);
    assert!(private.code == Some(1) && private.out.contains("✗"), "{private:?}");
    let big = place.file("big", &"x".repeat(3 << 19));
    post(&first, &to, "/big", &["--data-binary", &format!("@{big}")]);
    let cut = place.run(&["receive", "replay", "last", &format!("http://{to}")]);
    cut.refused(2, &["only the first 1048576 of 1572864 bytes of its body are kept"]);
}

/// Nothing but the profile says that the header has a secret.
#[test]
fn the_key_of_a_profile_is_neither_shown_nor_kept_whatever_its_header() {
    let place = Place::new();
    place.apply(&json!({
        "title": "Key SMS", "channel": "sms", "url": "https://hooks.example/cb", "body": "{}",
        "auth": {"type": "api-key", "header": "X-Client", "key": "k3y-of-the-profile"},
    }));
    let receiver = Running::start(place.command(&["receive", "--listen", "0", "--profile", "Key SMS"]));
    let to = address(&receiver.line(On::Out, "listening on"));
    let sent = Command::new("curl")
        .args(["-s", "--noproxy", "*", "-H", "X-Client: k3y-of-the-profile", "-d", "{}"])
        .arg(format!("http://{to}/cb"))
        .output()
        .unwrap();
    assert!(sent.status.success());
    receiver.line(On::Out, "verified: API key in");
    let header = receiver.line(On::Out, "x-client: ");
    assert!(header.contains("hidden"), "{header}");
    let shown = place.run(&["receive", "show", "last"]);
    assert!(shown.out.contains("x-client: ") && !shown.out.contains("k3y"), "{shown:?}");
    let file = std::fs::read_to_string(place.path("ringback.db.received")).unwrap();
    assert!(!file.contains("k3y"), "{file}");
}
