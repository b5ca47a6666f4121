//! Deliveries over the API: the documents of `deliveries list` and `deliveries show`.

use serde_json::{Value, json};

use crate::serving::{Response, Serving, until};
use crate::support::cli::Place;
use crate::support::recorder::{Recorder, events};

const ALL: &str = "/v1/acme/callback/deliveries";

/// A place whose database has five deliveries, of which the endpoint has received all.
fn delivered() -> (Place, Recorder, Serving) {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let serving = Serving::open(&place);
    let file = place.file("events.ndjson", &events(&id, "", 5));
    assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
    endpoint.wait("all of them", |book| book.len() == 5);
    until("all are delivered", || listed(&serving, "state=delivered").0, |rows| rows.len() == 5);
    (place, endpoint, serving)
}

/// A page, and the cursor of the next one.
fn listed(serving: &Serving, query: &str) -> (Vec<Value>, Option<String>) {
    let response = serving.get(&format!("{ALL}?{query}"));
    assert_eq!(response.status, 200, "{response:?}");
    let data = response.json()["data"].clone();
    (data["deliveries"].as_array().unwrap().clone(), data["next_cursor"].as_str().map(str::to_owned))
}

fn post(serving: &Serving, path: &str, body: &Value) -> Response {
    serving.request(
        "POST",
        &format!("{ALL}{path}"),
        &[("content-type", "application/json")],
        body.to_string(),
    )
}

#[test]
fn pages_are_those_of_the_command() {
    let (place, _endpoint, serving) = delivered();
    let (all, next) = listed(&serving, "");
    assert_eq!(next, None);
    assert_eq!(place.run(&["deliveries", "list", "--json"]).json(), json!(all));
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let (page, next) = listed(&serving, &format!("limit=2{cursor}"));
        assert!(page.len() <= 2);
        pages.extend(page);
        let Some(next) = next else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(pages, all);

    let id = all[2]["delivery_id"].as_str().unwrap();
    let shown = serving.get(&format!("{ALL}/{id}"));
    assert_eq!(shown.json()["data"], place.run(&["deliveries", "show", id, "--json"]).json());
}

#[test]
fn filters_are_those_of_the_command() {
    let (_place, _endpoint, serving) = delivered();
    let profile = listed(&serving, "").0[0]["profile_id"].as_str().unwrap().to_owned();
    for (query, count) in [
        ("state=delivered", 5),
        ("state=pending", 0),
        ("status=2xx", 5),
        ("status=404&status=timeout", 0),
        ("since=1h", 5),
        ("until=1h", 0),
        (&format!("profile={profile}"), 5),
        ("profile=IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa", 0),
        ("text=sms-send", 5),
    ] {
        assert_eq!(listed(&serving, query).0.len(), count, "{query}");
    }
    for (query, why) in [
        ("state=gone", "state: use queued"),
        ("limit=x", "limit: must be"),
        ("cursor=x", "cursor: must be"),
        ("colour=red", "colour: is unknown"),
        ("text=a&text=b", "text: may be given only once"),
    ] {
        let refused = serving.get(&format!("{ALL}?{query}"));
        let params = refused.json()["error"][0]["params"].as_str().unwrap().to_owned();
        assert!(refused.status == 422 && params.starts_with(why), "{query}: {refused:?}");
    }
}

#[test]
fn one_is_resent_and_an_ended_one_is_not_cancelled() {
    let (_place, endpoint, serving) = delivered();
    let id = listed(&serving, "").0[0]["delivery_id"].as_str().unwrap().to_owned();
    let resent = post(&serving, &format!("/{id}/resend"), &json!({})).json()["data"].clone();
    assert_eq!((&resent["delivery_id"], &resent["done"]), (&json!(id), &json!("sent again as")));
    endpoint.wait("the resent one", |book| book.len() == 6);
    let new = resent["new_delivery_id"].as_str().unwrap();
    let shown = serving.get(&format!("{ALL}/{new}")).json()["data"].clone();
    assert_eq!(shown["kind"], json!("again"));

    let refused = post(&serving, &format!("/{id}/cancel"), &json!({}));
    let why = format!("delivery {id} has already ended: delivered");
    assert_eq!((refused.status, &refused.json()["error"][0]["params"]), (409, &json!(why)));
    for none in ["01a2042e-a5ea-71a5-9c74-9fc900000001", "x"] {
        for action in ["retry", "resend", "cancel"] {
            let missing = post(&serving, &format!("/{none}/{action}"), &json!({}));
            let why = format!("No delivery exists with id: {none}");
            assert_eq!((missing.status, &missing.json()["error"][0]["params"]), (404, &json!(why)));
        }
    }
}

#[test]
fn many_are_changed_by_a_filter() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let serving = Serving::open(&place);
    let pause = format!("/v1/acme/callback/profiles/{id}/pause");
    assert_eq!(serving.request("POST", &pause, &[], "").status, 200);
    let file = place.file("events.ndjson", &events(&id, "", 5));
    assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));

    let bulk = |body: Value| {
        let response = post(&serving, "/bulk", &body);
        assert_eq!(response.status, 200, "{response:?}");
        response.json()["data"].clone()
    };
    let counted = bulk(json!({"action": "cancel", "filter": {"state": "queued"}, "dry_run": true}));
    let expected = json!({"matched": 5, "fit": 5, "dry_run": true, "cancelled": 0, "left": 0, "why": null});
    assert_eq!(counted, expected);
    assert_eq!(listed(&serving, "state=queued").0.len(), 5, "nothing was changed");
    let cancelled = bulk(json!({"action": "cancel", "filter": {"profile": id}}));
    assert_eq!((&cancelled["matched"], &cancelled["cancelled"]), (&json!(5), &json!(5)));
    let retried = bulk(json!({"action": "retry", "filter": {"state": "cancelled"}}));
    assert_eq!((&retried["matched"], &retried["resent"]), (&json!(5), &json!(5)));
    assert_eq!(bulk(json!({"action": "retry", "filter": {}}))["matched"], json!(0), "each only once");
    endpoint.wait("what was resent", |book| book.len() == 5);

    for (body, why) in [
        (json!({"action": "remove", "filter": {}}), "action: use retry or cancel"),
        (json!({"action": "retry"}), "filter: is missing"),
        (json!({"filter": {}}), "action: is missing"),
        (json!({"action": "retry", "filter": {"status": [1]}}), "filter.status: "),
        (json!({"action": "retry", "filter": {"colour": "red"}}), "filter.colour: is unknown"),
        (json!({"action": "cancel", "filter": {"state": "failed"}}), "filter.state: ended"),
        (json!({"action": "retry", "filter": {}, "dry": true}), "dry: is unknown"),
    ] {
        let refused = post(&serving, "/bulk", &body);
        let params = refused.json()["error"][0]["params"].as_str().unwrap().to_owned();
        assert!(refused.status == 422 && params.starts_with(why), "{body}: {refused:?}");
    }
}
