//! A key that is limited to profiles sees and changes nothing of the others: to it they do not exist.

use serde_json::{Value, json};

use crate::keys::create;
use crate::serving::{Response, Serving};
use crate::support::cli::Place;
use crate::support::recorder::{Recorder, events};

const BASE: &str = "/v1/acme/callback";
/// Ids that nothing has.
const NO_PROFILE: &str = "IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa";
const NO_DELIVERY: &str = "01a2042e-a5ea-71a5-9c74-9fc900000001";

fn send(serving: &Serving, key: &str, method: &str, path: &str, body: &Value) -> Response {
    let headers = [("api-key", key), ("content-type", "application/json")];
    serving.request(method, path, &headers, body.to_string())
}

#[test]
fn no_route_reaches_what_is_not_the_keys_own() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let own = place.apply(&endpoint.profile(0)).remove(0);
    let other = place.apply(&endpoint.profile(1)).remove(0);
    for id in [&own, &other] {
        let file = place.file("events.ndjson", &events(id, "", 3));
        assert_eq!(place.run(&["send", "--from", &file]).code, Some(0));
    }
    let limited = create(&place, "limited", &["--scope", "manage", "--profile", &own]);
    let whole = create(&place, "whole", &["--scope", "manage"]);
    let serving = Serving::start(&place, &[]);
    let list = |key: &str, query: &str| {
        let path = format!("{BASE}/deliveries{query}");
        let response = send(&serving, key, "GET", &path, &json!({})).json();
        response["data"]["deliveries"].as_array().unwrap_or_else(|| panic!("{response}")).clone()
    };
    let foreign = |rows: &[Value]| rows.iter().any(|row| row["profile_id"] != json!(own));
    let all = list(&whole, "");
    assert_eq!((all.len(), list(&limited, "").len()), (6, 3));
    assert!(!foreign(&list(&limited, "")) && list(&limited, &format!("?profile={other}")).is_empty());
    let hidden = all.iter().find(|row| row["profile_id"] == json!(other)).unwrap();
    let hidden = hidden["delivery_id"].as_str().unwrap();

    // Each route with an id responds as for an id that nothing has.
    let document = send(&serving, &whole, "GET", "/openapi.json", &json!({})).json();
    let mut compared = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let (id, none) = match path {
            path if path.contains("/profiles/{id}") => (other.as_str(), NO_PROFILE),
            path if path.contains("/deliveries/{id}") => (hidden, NO_DELIVERY),
            _ => continue,
        };
        for method in operations.as_object().unwrap().keys() {
            let ask = |id: &str| {
                let path = path.replace("{sid}", "acme").replace("{id}", id);
                let response = send(&serving, &limited, &method.to_ascii_uppercase(), &path, &json!({}));
                (response.status, response.text.replace(id, "ID"))
            };
            assert_eq!(ask(id), ask(none), "{method} {path}");
            assert_eq!(ask(id).0, 404, "{method} {path}");
            compared += 1;
        }
    }
    assert!(compared > 10, "{compared}");

    // Lists and changes of many.
    let profiles = send(&serving, &limited, "GET", &format!("{BASE}/profiles"), &json!({})).json();
    assert_eq!(profiles["data"]["total"], json!(1));
    assert_eq!(profiles["data"]["profiles"][0]["profile_id"], json!(own));
    assert_eq!(profiles["data"]["limited_by_key"], json!(true));
    let all = send(&serving, &whole, "GET", &format!("{BASE}/profiles"), &json!({})).json();
    assert_eq!(all["data"]["limited_by_key"], json!(false));
    let bulk = json!({"action": "retry", "filter": {"state": "delivered"}, "dry_run": true});
    let bulk = |key: &str| send(&serving, key, "POST", &format!("{BASE}/deliveries/bulk"), &bulk).json();
    assert_eq!(bulk(&limited)["data"]["matched"], json!(3));
    assert_eq!(bulk(&whole)["data"]["matched"], json!(6));
    let document = json!({"title": "Orders", "channel": "sms", "url": "https://hooks.example/cb"});
    assert_eq!(send(&serving, &limited, "POST", &format!("{BASE}/profiles"), &document).status, 403);
    assert_eq!(send(&serving, &whole, "GET", &format!("{BASE}/profiles/{other}"), &json!({})).status, 200);
}

#[test]
fn a_key_that_reads_changes_nothing() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let reading = create(&place, "reading", &["--scope", "read"]);
    let serving = Serving::start(&place, &[]);
    let document = send(&serving, &reading, "GET", "/openapi.json", &json!({})).json();
    let mut refused = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys().filter(|method| *method != "get") {
            let path = path.replace("{sid}", "acme").replace("{id}", &id);
            let response = send(&serving, &reading, &method.to_ascii_uppercase(), &path, &json!({}));
            assert_eq!(response.status, 403, "{method} {path}: {response:?}");
            refused += 1;
        }
    }
    assert!(refused > 10, "{refused}");
    let shown = send(&serving, &reading, "GET", &format!("{BASE}/profiles/{id}"), &json!({}));
    assert_eq!(shown.status, 200, "{shown:?}");
}
