//! `Idempotency-Key`: a repeated request does nothing twice, and has the same response.

use serde_json::{Value, json};

use crate::serving::{Response, Serving};
use crate::support::cli::Place;
use crate::support::recorder::Recorder;

const PROFILES: &str = "/v1/acme/callback/profiles";

fn post(serving: &Serving, path: &str, key: &str, body: &Value) -> Response {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    serving.request("POST", path, &headers, body.to_string())
}

fn same(one: &Response, other: &Response) {
    assert_eq!((one.status, &one.text), (other.status, &other.text));
    assert_eq!(other.header("content-type"), "application/json");
}

#[test]
fn a_profile_is_created_once() {
    let place = Place::new();
    let serving = Serving::open(&place);
    let document = json!({"title": "Order SMS", "channel": "sms", "url": "https://hooks.example/cb"});
    let first = post(&serving, PROFILES, "one", &document);
    assert_eq!(first.status, 201, "{first:?}");
    same(&first, &post(&serving, PROFILES, "one", &document));
    let other = post(&serving, PROFILES, "one", &json!({"title": "Orders"}));
    assert_eq!((other.status, &other.json()["code"]), (409, &json!("RBK409")));
    // Refusals are responses too.
    let refused = post(&serving, PROFILES, "two", &json!({"title": "x"}));
    assert_eq!(refused.status, 422);
    same(&refused, &post(&serving, PROFILES, "two", &json!({"title": "x"})));
    assert_eq!(post(&serving, PROFILES, "", &document).status, 400);
    // A receipt survives the process.
    drop(serving);
    let serving = Serving::open(&place);
    same(&first, &post(&serving, PROFILES, "one", &document));
    assert_eq!(place.run(&["profiles", "list", "--json"]).json().as_array().unwrap().len(), 1);
    // Another account has keys of its own.
    let elsewhere = post(&serving, "/v1/other/callback/profiles", "one", &document);
    assert_eq!(elsewhere.status, 201);
    assert_ne!(elsewhere.json()["data"]["profile_id"], first.json()["data"]["profile_id"]);
}

#[test]
fn tests_and_resends_are_sent_once() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let serving = Serving::open(&place);
    let test = format!("{PROFILES}/{id}/test");
    let first = post(&serving, &test, "test", &json!({}));
    assert_eq!(first.status, 202, "{first:?}");
    same(&first, &post(&serving, &test, "test", &json!({})));
    endpoint.wait("the test", |book| book.len() == 1);

    let delivery = first.json()["data"]["delivery_id"].as_str().unwrap().to_owned();
    let resend = format!("/v1/acme/callback/deliveries/{delivery}/resend");
    let first = post(&serving, &resend, "resend", &json!({}));
    assert_eq!(first.status, 200, "{first:?}");
    same(&first, &post(&serving, &resend, "resend", &json!({})));
    // The key of another request.
    assert_eq!(post(&serving, &resend, "test", &json!({})).status, 409);
    endpoint.wait("the resent one", |book| book.len() == 2);
    let all = serving.get("/v1/acme/callback/deliveries").json();
    assert_eq!(all["data"]["deliveries"].as_array().unwrap().len(), 2);
}
