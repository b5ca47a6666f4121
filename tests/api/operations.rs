//! What operators see.

use serde_json::{Value, json};

use crate::keys::create;
use crate::serving::{Serving, until};
use crate::support::cli::Place;
use crate::support::recorder::{Recorder, event};

const EVENTS: &str = "/v1/shop/callback/events";

#[test]
fn it_is_ready_when_it_can_accept_and_send() {
    let place = Place::new();
    let serving = Serving::open(&place);
    let ask = || {
        let ready = serving.get("/readyz");
        if ready.status != 200 {
            assert_eq!((ready.status, &ready.json()["reasons"]), (503, &json!(["the sender is starting"])));
        }
        ready
    };
    let ready = until("it is ready", ask, |ready| ready.status == 200);
    assert_eq!(ready.json(), json!({"status": "ready"}));
}

#[test]
fn metrics_count_what_happened() {
    let (place, endpoint) = (Place::new(), Recorder::start(std::time::Duration::ZERO, |_, _| 404));
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let serving = Serving::open(&place);
    let body = format!("[{}, {}, {{}}]", event(&profile, "a"), event(&profile, "b"));
    let json = [("content-type", "application/json")];
    assert_eq!(serving.request("POST", EVENTS, &json, body).status, 202);
    serving.get("/nowhere");
    endpoint.wait("both", |book| book.len() == 2);
    let counted = format!("ringback_attempts_total{{profile=\"{profile}\",result=\"status\"}} 2");
    let metrics = until("both count", || serving.get("/metrics"), |metrics| metrics.text.contains(&counted));
    assert_eq!(metrics.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = metrics.text;
    for line in [
        "ringback_api_events_total{result=\"accepted\"} 2",
        "ringback_api_events_total{result=\"refused\"} 1",
        "ringback_api_requests_total{method=\"POST\",route=\"/v1/{sid}/callback/events\",status=\"202\"} 1",
        "ringback_api_requests_total{method=\"GET\",route=\"unknown\",status=\"404\"} 1",
        "ringback_attempt_duration_seconds_count 2",
        "ringback_attempt_phase_seconds_total{phase=\"tls\"} 0",
        "ringback_deliveries{state=\"queued\"} 0",
        "ringback_deliveries{state=\"failed\"} 2",
        "ringback_queue_oldest_age_seconds 0",
        "ringback_deliveries_blocked 0",
        "ringback_profiles_failing{state=\"failing\"} 0",
        "ringback_attempts_in_flight 0",
        "ringback_api_streams 0",
        "ringback_sender_active 1",
    ] {
        assert!(text.lines().any(|shown| shown == line), "no {line} in {text}");
    }
}

#[test]
fn the_age_of_the_queue_grows_while_nothing_is_sent() {
    let place = Place::new();
    // It accepts the connection and does not respond.
    let endpoint = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", endpoint.local_addr().unwrap());
    let document = json!({"title": "Slow", "channel": "sms", "url": url, "body": "<id>"});
    let profile = place.apply(&document).remove(0);
    let serving = Serving::open(&place);
    let json = [("content-type", "application/json")];
    assert_eq!(serving.request("POST", EVENTS, &json, event(&profile, "a")).status, 202);
    let figure = |name: &str| {
        let text = serving.get("/metrics").text;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.map(|figure| figure.trim().parse::<f64>().unwrap()).unwrap()
    };
    let age = || figure("ringback_queue_oldest_age_seconds ");
    let first = age();
    until("it grows", age, |age| *age > first);
    assert_eq!(
        serving.request("POST", &format!("/v1/shop/callback/profiles/{profile}/pause"), &[], "").status,
        200
    );
    assert!(age() == 0.0, "what is blocked is not due");
    assert!(figure("ringback_deliveries_blocked ") >= 1.0);
}

#[test]
fn failing_profiles_are_counted() {
    let (place, endpoint) = (Place::new(), Recorder::start(std::time::Duration::ZERO, |_, _| 404));
    place.settings("failing_after = 2\nauto_disable_after = 0\n");
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let serving = Serving::open(&place);
    let body = format!("[{}, {}]", event(&profile, "a"), event(&profile, "b"));
    assert_eq!(serving.request("POST", EVENTS, &[("content-type", "application/json")], body).status, 202);
    let failing = "ringback_profiles_failing{state=\"failing\"} 1\n";
    until("it is failing", || serving.get("/metrics").text, |text| text.contains(failing));
}

#[test]
fn the_access_log_has_each_request_and_no_secret() {
    let place = Place::new();
    let key = create(&place, "shop", &["--scope", "send"]);
    let log = place.path("access.log");
    let serving = Serving::start(&place, &["--access-log", log.to_str().unwrap()]);
    let headers = [("api-key", &*key), ("content-type", "application/json")];
    let body = "[{\"callback_profile_id\": \"value-1\"}]";
    assert_eq!(serving.request("POST", &format!("{EVENTS}?q=value-2"), &headers, body).status, 422);
    assert_eq!(serving.get(&format!("/{key}")).status, 404);
    let read = || std::fs::read_to_string(&log).unwrap();
    let text = until("both are logged", read, |text| text.lines().count() == 2);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let posted = &lines[0];
    assert_eq!((&posted["method"], &posted["status"]), (&json!("POST"), &json!(422)));
    assert_eq!(posted["route"], "/v1/{sid}/callback/events");
    assert_eq!((&posted["key_id"], &posted["peer"]), (&json!(&key[4..20]), &json!("127.0.0.1")));
    assert!(posted["time"].is_string() && posted["duration_ms"].is_u64());
    assert_eq!((&lines[1]["route"], &lines[1]["key_id"]), (&Value::Null, &Value::Null));
    for secret in ["value-", &key[21..]] {
        assert!(!text.contains(secret), "{text}");
    }
}
