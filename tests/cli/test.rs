//! `ringback test` against real endpoints, and beside another session that sends.

use std::net::TcpListener;
use std::process::Command;

use crate::support::cli::{On, Place, Running, address, ending_signals};
use ringback::storage::{Lease, Store};
use serde_json::{Value, json};

/// Applies a profile for an endpoint on this machine.
fn profile(place: &Place, address: &str, more: &Value) -> String {
    let mut document = json!({
        "title": "Order SMS", "channel": "sms", "url": format!("http://{address}/cb"),
        "body": "{\"id\": \"<id>\", \"status\": \"<status>\", \"ref\": <ref>}",
        "headers": {"X-Shop": "north", "X-Token": "t0ken"},
    });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    place.apply(&document).remove(0)
}

fn receiver(place: &Place, more: &[&str]) -> (Running, String) {
    let args = [&["receive", "--listen", "127.0.0.1:0", "--json"], more].concat();
    let receiver = Running::start(place.command(&args));
    let address = address(&receiver.line(On::Err, "listening on"));
    (receiver, address)
}

/// A third-party server that supports GET but not POST.
fn python(place: &Place) -> (Running, String) {
    let mut command = Command::new("python3");
    command.args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory"]);
    std::fs::create_dir(place.path("served")).unwrap();
    std::fs::write(place.path("served/cb"), "served").unwrap();
    command.arg(place.path("served"));
    let server = Running::start(command);
    let address = address(&server.line(On::Out, "Serving HTTP"));
    (server, address)
}

#[test]
fn one_test_goes_to_another_endpoint_with_the_credentials_of_the_profile() {
    let place = Place::new();
    let (receiver, address) = receiver(&place, &[]);
    let own = nobody();
    let id = profile(&place, &own, &json!({"auth": {"type": "basic", "user": "shop", "password": "pw"}}));
    let before = place.run(&["profiles", "show", &id, "--json"]).json();
    let earlier = place.run(&["test", &id, "--json", "--set", "status=EARLIER"]);
    assert_eq!(earlier.code, Some(1), "nothing listens at the endpoint of the profile");
    let earlier = earlier.json()["delivery_id"].as_str().unwrap().to_owned();

    let other = format!("http://{address}/other/<status>");
    let tested = place.run(&["test", &id, "--endpoint", &other, "--from", &earlier, "--json"]);
    assert_eq!((tested.code, tested.err.as_str()), (Some(0), ""));
    let report = tested.json();
    let sent_to = format!("http://{address}/other/EARLIER");
    assert_eq!((&report["endpoint"], &report["request"]["url"]), (&json!(other), &json!(sent_to)));
    assert_eq!(report["attempts"][0]["address"], address);
    let seen: Value = serde_json::from_str(&receiver.line(On::Out, "{")).unwrap();
    assert_eq!((&seen["path"], &seen["headers"]["x-token"]), (&json!("/other/EARLIER"), &json!("t0ken")));
    assert_eq!(seen["headers"]["authorization"], "Basic c2hvcDpwdw==");
    assert!(seen["body"].as_str().unwrap().contains(r#""status": "EARLIER""#), "{seen}");

    let recorded =
        place.run(&["deliveries", "show", report["delivery_id"].as_str().unwrap(), "--json"]).json();
    assert_eq!((&recorded["request"]["url"], &recorded["profile_id"]), (&json!(sent_to), &json!(id)));
    assert_eq!(place.run(&["profiles", "show", &id, "--json"]).json(), before, "the profile keeps its own");
    let shown = place.run(&["preview", &id, "--endpoint", &other, "--from", &earlier, "--json"]).json();
    assert_eq!(shown["request"]["url"], sent_to);
    let text = place.run(&["check", &id, "--endpoint", &other]);
    assert_eq!(text.code, Some(0), "{text:?}");

    // The rules for endpoints of profiles, before anything is accepted.
    for (url, why) in [
        ("hooks.example/cb", "must start with https://"),
        ("http://hooks.example/cb", "allow_insecure_http"),
        ("http://me:pw@127.0.0.1/cb", "the authentication of the profile is used"),
    ] {
        place.run(&["test", &id, "--endpoint", url]).refused(2, &["--endpoint: ", why]);
    }
    let deny = place.file("deny.toml", "network_deny = [\"127.0.0.0/8\"]\n");
    let refused = place.run(&["--config", &deny, "test", &id, "--endpoint", &other]);
    refused.refused(2, &["--endpoint: ", "127.0.0.1"]);
    let all = place.run(&["deliveries", "list", "--json"]).json();
    assert_eq!(all.as_array().unwrap().len(), 2, "{all}");
}

#[test]
fn the_query_with_the_values_goes_to_the_other_endpoint_too() {
    let place = Place::new();
    let (receiver, address) = receiver(&place, &[]);
    let url = format!("http://{}/cb?id=<id>&shop=<shop>", nobody());
    let id = profile(&place, "", &json!({"url": url, "http_method": "GET", "channel": "default"}));
    let tested = place.run(&["test", &id, "--set", "id=1", "--endpoint", &format!("http://{address}")]);
    assert_eq!(tested.code, Some(0), "{tested:?}");
    assert!(tested.out.contains(&format!("GET http://{address}/?id=1&shop=")), "{tested:?}");
    assert_eq!(tested.err, "ringback: note: no value for <shop>: --set gives one\n");
    let seen: Value = serde_json::from_str(&receiver.line(On::Out, "{")).unwrap();
    assert_eq!((&seen["path"], &seen["query"]), (&json!("/"), &json!("id=1&shop=")));
}

/// A port of this machine without a listener.
fn nobody() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[test]
fn the_built_in_receiver_fails_once_and_then_accepts() {
    let place = Place::new();
    let (receiver, address) = receiver(&place, &["--fail-first", "1"]);
    let retry = json!({"retry": {"count": 2, "interval_s": 1, "timeout_ms": 5000}});
    let id = profile(&place, &address, &retry);
    let tested = place.run(&["test", &id, "--json", "--set", "status=FAILED", "--set", "ref:=4.50"]);
    assert_eq!((tested.code, tested.err.as_str()), (Some(0), ""));
    assert_eq!(tested.out.lines().count(), 1);
    let report = tested.json();
    let members: Vec<&String> = report.as_object().unwrap().keys().collect();
    assert_eq!(members, ["delivery_id", "profile_id", "event", "state", "request", "attempts", "endpoint"]);
    assert_eq!(report["endpoint"], format!("http://{address}/cb"));
    assert_eq!((&report["profile_id"], &report["event"]), (&json!(id), &json!("sms-send")));
    assert_eq!(report["state"], "delivered");

    let request = &report["request"];
    let body = r#"{"id": "ee8a1c52-90aa-4c0e-a5ff-9b717aa9130d:1", "status": "FAILED", "ref": 4.50}"#;
    assert_eq!((&request["method"], &request["body"]), (&json!("POST"), &json!(body)));
    assert_eq!(request["url"], format!("http://{address}/cb"));
    assert_eq!(request["headers"]["webhook-id"], report["delivery_id"]);
    assert_eq!(request["headers"]["X-Shop"], "north");
    assert!(!tested.out.contains("t0ken"), "a secret stays out of the log");

    let attempts = report["attempts"].as_array().unwrap();
    assert_eq!(attempts.iter().map(|a| a["n"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((&attempts[0]["status"], &attempts[0]["error"]["class"]), (&json!(500), &json!("status")));
    assert_eq!((&attempts[1]["status"], &attempts[1]["error"]), (&json!(200), &Value::Null));
    let members: Vec<&String> = attempts[0].as_object().unwrap().keys().collect();
    let expected = [
        "n",
        "started_at",
        "duration_ms",
        "address",
        "status",
        "error",
        "response_headers",
        "response_body",
        "phases",
        "probe",
    ];
    assert_eq!(members, expected);
    assert_eq!(attempts[0]["address"], address);
    let at = |n: usize| attempts[n]["started_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let waited_ms = at(1).as_millisecond() - at(0).as_millisecond();
    assert!((1000..5000).contains(&waited_ms), "{waited_ms} ms");

    for _ in attempts {
        let seen: Value = serde_json::from_str(&receiver.line(On::Out, "{")).unwrap();
        assert_eq!((&seen["body"], &seen["path"]), (&json!(body), &json!("/cb")));
        assert_eq!(seen["headers"]["x-token"], "t0ken");
        assert_eq!(seen["headers"]["webhook-id"], report["delivery_id"]);
    }
}

#[test]
fn a_server_without_post_fails_the_test() {
    let place = Place::new();
    let (_server, address) = python(&place);
    let id = profile(&place, &address, &json!({"title": "Posted"}));
    let posted = place.run(&["test", &id, "--json"]);
    assert_eq!(posted.code, Some(1));
    let report = posted.json();
    assert_eq!(report["state"], "failed");
    let attempt = &report["attempts"][0];
    assert_eq!(report["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(attempt["status"], 501);
    assert_eq!(attempt["error"]["class"], "status");
    assert!(attempt["response_body"].as_str().unwrap().contains("501"));
    assert!(attempt["response_headers"]["server"].as_str().unwrap().contains("Python"));

    let text = place.run(&["test", "Posted"]);
    assert_eq!((text.code, text.err.as_str()), (Some(1), ""));
    let lines: Vec<&str> = text.out.lines().collect();
    assert_eq!(lines[..2], ["Test of Posted · sms-send", &format!("POST http://{address}/cb")]);
    assert!(
        lines[2].starts_with("1st attempt  501 Not Implemented  ") && lines[2].ends_with(" ms"),
        "{}",
        lines[2]
    );
    assert!(lines[3].starts_with("  connect ") && lines[3].contains(" · wait "), "{}", lines[3]);
    assert_eq!(lines[4..], ["Callback profile tested · failed: 501 Not Implemented"]);

    profile(&place, &address, &json!({"title": "Got", "http_method": "GET"}));
    let got = place.run(&["test", "Got", "--json"]);
    assert_eq!(got.code, Some(0));
    assert_eq!(got.json()["attempts"][0]["response_body"], "served");
    assert_eq!(got.json()["request"]["body"], "");
}

#[test]
fn each_attempt_and_each_wait_is_reported() {
    let place = Place::new();
    let address = nobody();
    profile(&place, &address, &json!({"retry": {"count": 1, "interval_s": 1, "timeout_ms": 5000}}));
    let tested = place.run(&["test", "order sms", "--set", "statsu=x"]);
    assert_eq!(tested.code, Some(1));
    assert!(tested.err.contains("'Order SMS' has no placeholder <statsu>"), "{tested:?}");
    let (phases, lines): (Vec<&str>, Vec<&str>) =
        tested.out.lines().skip(2).partition(|line| line.starts_with("  connect "));
    assert_eq!(phases.len(), 2, "{tested:?}");
    let why = format!("{address} refuses the connection: nothing is listening there");
    assert!(lines[0].starts_with(&format!("1st attempt  {why}  ")), "{}", lines[0]);
    assert_eq!(lines[1], "wait 1 s");
    assert!(lines[2].starts_with(&format!("1st retry  {why}  ")), "{}", lines[2]);
    assert_eq!(lines[3..], [format!("Callback profile tested · failed: {why} (2 of 2)")]);
}

#[test]
fn a_refused_connection_has_its_class() {
    let place = Place::new();
    profile(&place, &nobody(), &json!({}));
    let tested = place.run(&["test", "Order SMS", "--json"]);
    assert_eq!(tested.code, Some(1));
    let attempt = &tested.json()["attempts"][0];
    assert_eq!((&attempt["status"], &attempt["error"]["class"]), (&Value::Null, &json!("connect")));
    assert_eq!((&attempt["response_headers"], &attempt["response_body"]), (&json!({}), &json!("")));
}

#[test]
fn a_request_that_cannot_be_made_fails_at_once() {
    let place = Place::new();
    profile(&place, &nobody(), &json!({"headers": {"X-Ref": "<ref>"}}));
    let tested = place.run(&["test", "Order SMS", "--json", "--set", r#"ref:="a\nb""#]);
    assert_eq!(tested.code, Some(1));
    assert!(tested.err.contains("X-Ref") && tested.err.contains("line feed"), "{tested:?}");
    let report = tested.json();
    let ended = (&report["state"], &report["request"], &report["attempts"]);
    assert_eq!(ended, (&json!("failed"), &Value::Null, &json!([])));
    let text = place.run(&["test", "Order SMS", "--set", r#"ref:="a\nb""#]);
    assert!(text.out.contains("Callback profile tested · failed: "), "{text:?}");
}

#[test]
fn an_event_without_subscription_is_rejected() {
    let place = Place::new();
    profile(&place, &nobody(), &json!({}));
    let ran = place.run(&["test", "Order SMS", "--event", "message_status"]);
    ran.refused(2, &["'Order SMS' does not subscribe to message_status", "sms-send"]);
    place.run(&["test", "Order SMS", "--event", "sms"]).refused(2, &["sms-send"]);
}

#[test]
fn the_test_waits_for_another_active_sender() {
    let place = Place::new();
    let (_receiver, address) = receiver(&place, &[]);
    profile(&place, &address, &json!({}));
    let lease = Lease::try_take(&place.db()).unwrap().unwrap();
    let mut test = Running::start(place.command(&["test", "Order SMS"]));
    let message = test.line(On::Err, "is the active sender");
    assert!(message.contains(&format!("(pid {})", std::process::id())), "{message}");
    drop(lease);
    test.line(On::Out, "Callback profile tested · delivered");
    assert_eq!(test.code(), Some(0));
}

#[tokio::test]
async fn an_interrupted_test_stays_queued() {
    let place = Place::new();
    profile(&place, &nobody(), &json!({}));
    let lease = Lease::try_take(&place.db()).unwrap().unwrap();
    for (n, (signal, code)) in (1..).zip(ending_signals()) {
        let mut test = Running::start(place.command(&["test", "Order SMS", "--json"]));
        test.line(On::Err, "is the active sender");
        test.signal(signal);
        assert!(test.line(On::Err, "stays queued").contains("ringback"));
        assert_eq!(test.code(), Some(code));
        assert_eq!(Store::open(place.db()).unwrap().counts().await.unwrap().queued, n);
    }
    drop(lease);
}
