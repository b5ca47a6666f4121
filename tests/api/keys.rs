//! Keys: who may do what.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::serving::{Response, Serving, until};
use crate::support::cli::Place;
use crate::support::recorder::{Recorder, event};

const EVENTS: &str = "/v1/shop/callback/events";

/// Creates a key and returns its text.
pub fn create(place: &Place, name: &str, more: &[&str]) -> String {
    let ran = place.run(&[&["keys", "create", name], more].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.out.trim().to_owned()
}

fn request(serving: &Serving, method: &str, path: &str, key: &str, body: &str) -> Response {
    let headers = [("api-key", key), ("content-type", "application/json")];
    serving.request(method, path, &headers, body.to_owned())
}

#[test]
fn without_a_key_that_can_be_used_nothing_is_served() {
    let place = Place::new();
    let refuses = || {
        place.run(&["serve", "--listen", "0"]).refused(2, &["ringback keys create NAME --scope manage"]);
    };
    refuses();
    create(&place, "old", &["--scope", "manage"]);
    assert_eq!(place.run(&["keys", "revoke", "old"]).code, Some(0));
    refuses();
    create(&place, "new", &["--scope", "send"]);
    assert_eq!(Serving::start(&place, &[]).get("/healthz").status, 200);
}

#[test]
fn every_key_that_is_not_valid_has_the_same_response() {
    let place = Place::new();
    let valid = create(&place, "valid", &["--scope", "manage"]);
    let revoked = create(&place, "revoked", &["--scope", "manage"]);
    assert_eq!(place.run(&["keys", "revoke", "revoked"]).code, Some(0));
    let expired = create(&place, "expired", &["--scope", "manage", "--expires", "1ms"]);
    let serving = Serving::start(&place, &[]);
    let none = serving.request("POST", EVENTS, &[], "");
    assert_eq!((none.status, &none.json()["code"]), (401, &json!("RBK401")));
    assert_eq!(none.header("www-authenticate"), "Bearer");
    let unknown = valid.replace(&valid[4..20], "aaaaaaaaaaaaaaaa");
    let wrong = format!("{}{}", &valid[..21], &revoked[21..]);
    for key in ["", "x", "rbk_", &valid[1..], &revoked, &expired, &unknown, &wrong] {
        let refused = request(&serving, "POST", EVENTS, key, "");
        assert_eq!((refused.status, &refused.text), (401, &none.text), "{key}");
        let bearer = [("authorization", &*format!("Bearer {key}"))];
        assert_eq!(serving.request("POST", EVENTS, &bearer, "").text, none.text, "{key}");
    }
    let bearer = [("authorization", &*format!("Bearer {valid}")), ("content-type", "application/json")];
    assert_eq!(serving.request("POST", EVENTS, &bearer, "[{}]").status, 422);
    // Nothing is learned about the path either.
    assert_eq!(serving.request("POST", "/v1/a%20b/callback/events", &[], "").text, none.text);
}

#[test]
fn a_key_reaches_what_its_scope_allows() {
    let place = Place::new();
    let [send, read, manage] =
        ["send", "read", "manage"].map(|scope| create(&place, scope, &["--scope", scope]));
    let serving = Serving::start(&place, &[]);
    for (key, may_send, may_read) in [(&send, true, false), (&read, false, true), (&manage, true, true)] {
        let status = |may, status| if may { status } else { 403 };
        let posted = request(&serving, "POST", EVENTS, key, "[{}]");
        assert_eq!(posted.status, status(may_send, 422), "{posted:?}");
        let metrics = request(&serving, "GET", "/metrics", key, "");
        assert_eq!(metrics.status, status(may_read, 200), "{metrics:?}");
    }
    assert_eq!(serving.get("/metrics").status, 401);
}

#[test]
fn profiles_of_others_do_not_exist_for_a_key() {
    let (place, endpoint) = (Place::new(), Recorder::taking());
    let own = place.apply(&endpoint.profile(0)).remove(0);
    let mut document = endpoint.profile(0);
    document["title"] = "Other".into();
    let other = place.apply(&document).remove(0);
    let key = create(&place, "shop", &["--scope", "send", "--profile", &own]);
    let serving = Serving::start(&place, &[]);
    let body = format!("[{}, {}]", event(&own, "a"), event(&other, "b"));
    let response = request(&serving, "POST", EVENTS, &key, &body);
    assert_eq!(response.status, 202, "{response:?}");
    let refused = &response.json()["data"]["refused"];
    assert_eq!(*refused, json!([{"index": 1, "error": format!("no profile {other}")}]));
}

#[test]
fn a_revoked_key_stops_within_two_seconds() {
    let place = Place::new();
    let key = create(&place, "shop", &["--scope", "send"]);
    create(&place, "other", &["--scope", "send"]);
    let serving = Serving::start(&place, &[]);
    let status = || request(&serving, "POST", EVENTS, &key, "[{}]").status;
    assert_eq!(status(), 422);
    assert_eq!(place.run(&["keys", "revoke", "shop"]).code, Some(0));
    let revoked = Instant::now();
    while status() != 401 {
        assert!(revoked.elapsed() < Duration::from_secs(2), "it still works");
    }
}

#[test]
fn the_last_use_of_a_key_is_known() {
    let place = Place::new();
    let key = create(&place, "shop", &["--scope", "send"]);
    let last_used = || -> Value { place.run(&["keys", "list", "--json"]).json()[0]["last_used_at"].clone() };
    assert_eq!(last_used(), Value::Null);
    let serving = Serving::start(&place, &[]);
    assert_eq!(request(&serving, "POST", EVENTS, &key, "[{}]").status, 422);
    until("it is noted", last_used, |at| !at.is_null());
}
