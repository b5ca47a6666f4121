//! `ringback preview`, run for real.

use std::net::TcpListener;

use crate::support::cli::Place;
use serde_json::{Value, json};

/// A profile with a secret, an encrypted value and a missing one, at an endpoint that must not be called.
fn profile(place: &Place) -> (TcpListener, String) {
    let endpoint = TcpListener::bind("127.0.0.1:0").unwrap();
    endpoint.set_nonblocking(true).unwrap();
    let address = endpoint.local_addr().unwrap().to_string();
    place.apply(&json!({
        "title": "Order SMS", "channel": "sms", "url": format!("http://{address}/cb?id=<id>"),
        "body": "{\"status\": \"<status>\", \"none\": \"<none>\"}",
        "headers": {"X-Token": "t0ken-<id>"},
    }));
    (endpoint, address)
}

#[test]
fn the_request_and_its_variables_without_sending() {
    let place = Place::new();
    let (endpoint, address) = profile(&place);
    let ran = place.run(&["preview", "Order SMS", "--set", "status=a\u{1b}[2Jb", "--set", "id=7"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[0], "Preview of Order SMS · sms-send · nothing is sent");
    assert_eq!(lines[3], "POST /cb?id=7 HTTP/1.1");
    for line in [&format!("host: {address}"), "x-token: ••••••••", "content-length: 37"] {
        assert!(lines.contains(&line), "no '{line}' in {}", ran.out);
    }
    assert!(lines.contains(&r#"{"status": "a\u001b[2Jb", "none": ""}"#), "{}", ran.out);
    assert!(lines.contains(&"Secrets are hidden: --secrets shows them"), "{}", ran.out);
    let row = |start: &str| *lines.iter().find(|line| line.starts_with(start)).unwrap();
    assert!(row("<status>").contains("edited") && row("<status>").contains(r"a\u{1b}[2Jb"));
    assert!(row("<none>").contains("no value"));
    assert!(ran.err.contains("<none> has no value"), "{}", ran.err);
    assert!(!ran.out.contains('\u{1b}') && !ran.out.contains("t0ken"), "{}", ran.out);
    let shown = place.run(&["preview", "Order SMS", "--secrets", "--set", "id=7"]);
    assert!(shown.out.contains("x-token: t0ken-7\n"), "{}", shown.out);
    assert!(endpoint.accept().is_err(), "nothing was sent");
}

#[test]
fn as_json() {
    let place = Place::new();
    let (_endpoint, address) = profile(&place);
    let report = place.run(&["preview", "Order SMS", "--json", "--set", "id:=4.50"]).json();
    let request = &report["request"];
    assert_eq!(request["url"], format!("http://{address}/cb?id=4.50"));
    assert_eq!(request["body"], r#"{"status": "DELIVRD", "none": ""}"#);
    assert_eq!(
        (&request["headers"]["x-token"], &request["headers"]["accept"]),
        (&Value::Null, &json!("*/*"))
    );
    let variables = report["variables"].as_array().unwrap();
    let paths: Vec<_> = variables.iter().map(|v| v["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["id", "status", "none", "id"]);
    let expected = json!({
        "name": "id", "path": "id", "value": serde_json::from_str::<Value>("4.50").unwrap(), "origin": "hand",
        "place": "url", "escaping": "percent-encoded", "escaped": "4.50", "encrypted": false,
        "missing": false, "hidden": false,
    });
    assert_eq!(variables[0], expected);
    assert_eq!(
        (&variables[1]["origin"], &variables[1]["escaped"]),
        (&json!("catalogue"), &json!("\"DELIVRD\""))
    );
    assert_eq!((&variables[2]["origin"], &variables[2]["missing"]), (&Value::Null, &json!(true)));
    assert_eq!((&variables[3]["hidden"], &variables[3]["value"]), (&json!(true), &Value::Null));
}

#[test]
fn as_a_command() {
    let place = Place::new();
    profile(&place);
    let hidden = place.run(&["preview", "Order SMS", "--curl"]);
    assert!(hidden.out.contains("\"${RINGBACK_X_TOKEN:?}\"") && !hidden.out.contains("t0ken"), "{hidden:?}");
    let shown = place.run(&["preview", "Order SMS", "--curl", "--secrets", "--set", "id=7"]);
    assert!(shown.out.starts_with("curl -q ") && shown.out.contains("'x-token: t0ken-7'"), "{shown:?}");
}

#[test]
fn an_impossible_request_is_reported() {
    let place = Place::new();
    profile(&place);
    let unfit = place.run(&["preview", "Order SMS", "--set", r#"id:="a\nb""#]);
    unfit.refused(1, &["cannot build the request", "X-Token", "line feed"]);
    place.run(&["preview", "Nobody"]).refused(2, &["no profile 'Nobody'"]);
    place.run(&["preview", "Order SMS", "--event", "message_status"]).refused(2, &["sms-send"]);
    place.run(&["preview", "Order SMS", "--curl", "--json"]).refused(2, &["--json"]);
    place.apply(&json!({"title": "Cloud", "url": "https://192.168.7.7/"}));
    place.settings("network = \"public\"\n");
    let cloud = place.run(&["preview", "Cloud"]);
    assert_eq!(cloud.code, Some(0));
    assert!(cloud.err.contains("would not be sent: 192.168.7.7 is private"), "{}", cloud.err);
}
