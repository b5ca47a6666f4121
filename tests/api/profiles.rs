//! Profiles over the API, in the platform's shapes.

use serde_json::{Value, json};

use crate::serving::{Response, Serving};
use crate::support::cli::Place;
use crate::support::recorder::Recorder;

const ALL: &str = "/v1/acme/callback/profiles";

fn document() -> Value {
    json!({
        "title": "Order SMS", "channel": "sms", "url": "https://hooks.example/cb",
        "body": "{\"id\": \"<id>\"}", "headers": "{\"X-Api-Key\": \"hush\", \"X-Tenant\": \"north\"}",
        "retry": {"count": 1, "interval_s": 10, "timeout_ms": 5000},
    })
}

impl Serving {
    fn json(&self, method: &str, path: &str, body: &Value) -> Response {
        self.request(method, path, &[("content-type", "application/json")], body.to_string())
    }

    fn create(&self, body: &Value) -> Value {
        let response = self.json("POST", ALL, body);
        assert_eq!(response.status, 201, "{response:?}");
        response.json()["data"].clone()
    }
}

fn one(profile: &Value) -> String {
    format!("{ALL}/{}", profile["profile_id"].as_str().unwrap())
}

/// The sentences of an error.
fn params(response: &Response) -> Vec<String> {
    let json = response.json();
    let error = json["error"].as_array().unwrap_or_else(|| panic!("{response:?}"));
    error.iter().map(|error| error["params"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_profile_is_created_shown_changed_and_deleted_as_on_the_platform() {
    let place = Place::new();
    let serving = Serving::open(&place);
    let created = serving.json("POST", ALL, &document());
    assert_eq!((created.status, created.json()["code"].as_str()), (201, Some("RBC024")));
    let profile = created.json()["data"].clone();
    assert_eq!(profile["events"], json!(["sms-send"]));
    assert_eq!(profile["headers"], json!("{\"X-Api-Key\":null,\"X-Tenant\":\"north\"}"), "no secret");
    assert_eq!((&profile["body_type"], &profile["response_message"]), (&json!("json"), &json!("")));

    let shown = serving.get(&one(&profile));
    assert_eq!(
        shown.json(),
        json!({"code": "RBC024", "message": "Profile fetched successfully", "data": profile})
    );

    let changed = serving.json("PATCH", &one(&profile), &json!({"title": "Orders", "retry": {"count": 2}}));
    assert_eq!(changed.status, 200, "{changed:?}");
    let changed = changed.json()["data"].clone();
    assert_eq!(changed["title"], json!("Orders"));
    assert_eq!(
        changed["retry"],
        json!({"count": 2, "interval_s": 10, "timeout_ms": 5000, "backoff": "fixed"})
    );
    for kept in ["url", "body", "headers", "channel", "created_at", "profile_id"] {
        assert_eq!(changed[kept], profile[kept], "{kept}");
    }
    // The whole response is a valid change, and keeps the secret.
    let again = serving.json("PATCH", &one(&profile), &changed);
    assert_eq!(again.status, 200, "{again:?}");
    let exported = place.run(&["profiles", "export", "--secrets"]).json();
    assert_eq!(exported[0]["headers"]["X-Api-Key"], json!("hush"));

    let id = profile["profile_id"].as_str().unwrap();
    let deleted = serving.request("DELETE", &one(&profile), &[], "");
    assert_eq!(
        deleted.json(),
        json!({"code": "RBC024", "message": "Profile deleted successfully", "data": {"profileId": id},
               "error": {}, "status": 200})
    );
    let gone = serving.get(&one(&profile));
    assert_eq!(
        (gone.status, gone.json()),
        (
            404,
            json!({"code": "RBC302", "message": "No profile exists with this id", "data": {},
                   "error": [{"params": format!("No profile exists with id: {id}")}], "status": 404})
        )
    );
    let restored = serving.request("POST", &format!("{}/restore", one(&profile)), &[], "");
    assert_eq!((restored.status, &restored.json()["data"]["title"]), (200, &json!("Orders")));
    assert_eq!(serving.get(&one(&profile)).status, 200);
    assert_eq!(serving.request("POST", &format!("{}/restore", one(&profile)), &[], "").status, 409);
}

#[test]
fn each_error_names_its_field() {
    let place = Place::new();
    let serving = Serving::open(&place);
    let bad = json!({"title": "x", "url": "ftp://hooks.example", "channel": "sms", "retry": {"count": 9}});
    let refused = serving.json("POST", ALL, &bad);
    assert_eq!(refused.status, 422, "{refused:?}");
    let params = params(&refused);
    for field in ["title: ", "url: ", "retry.count: "] {
        assert!(params.iter().any(|text| text.starts_with(field)), "{field}: {params:?}");
    }
    let fault = |body: Value| self::params(&serving.json("POST", ALL, &body)).join("; ");
    assert!(fault(json!({"colour": 1})).contains("unknown field `colour`"));
    assert!(fault(json!({"profile_id": "IN_1"})).starts_with("profile_id: "));
    assert_eq!(place.run(&["profiles", "list", "--json"]).json(), json!([]), "nothing was saved");

    let profile = serving.create(&document());
    let refused = serving.json("PATCH", &one(&profile), &json!({"channel": "email"}));
    assert!(self::params(&refused).iter().any(|text| text.starts_with("channel: is sms")), "{refused:?}");
    let other = "IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa";
    let refused = serving.json("PATCH", &one(&profile), &json!({"profile_id": other}));
    assert_eq!(self::params(&refused), ["profile_id: differs from the one in the path"]);
    assert_eq!(serving.get(&one(&profile)).json()["data"], profile);
}

#[test]
fn bodies_that_are_no_json_object_are_refused() {
    let place = Place::new();
    let serving = Serving::open(&place);
    let post = |kind: &str, body: &str| {
        let response = serving.request("POST", ALL, &[("content-type", kind)], body.to_owned());
        (response.status, params(&response).join("; "))
    };
    assert_eq!(post("text/plain", "{}").0, 415);
    let (status, why) = post("application/json", "{\"title\": \"a\",}");
    assert!(status == 400 && why.contains("the body is not JSON"), "{status}: {why}");
    assert_eq!(post("application/json", "[]").0, 422);
    assert_eq!(post("application/json", "{\"title\": 1, \"title\": 2}").0, 400);
    assert_eq!(post("application/json", &" ".repeat((4 << 20) + 1)).0, 413);
}

#[test]
fn the_list_has_pages_and_filters() {
    let place = Place::new();
    let serving = Serving::open(&place);
    let mut ids = Vec::new();
    for (title, method) in [("Order SMS", "POST"), ("Bookings", "GET"), ("Order mail", "POST")] {
        let mut document = document();
        (document["title"], document["http_method"]) = (json!(title), json!(method));
        ids.push(serving.create(&document)["profile_id"].clone());
    }
    let listed = |query: &str| {
        let response = serving.get(&format!("{ALL}?{query}"));
        assert_eq!(response.status, 200, "{response:?}");
        let data = response.json()["data"].clone();
        let profiles = data["profiles"].as_array().unwrap().iter();
        (profiles.map(|profile| profile["profile_id"].clone()).collect::<Vec<_>>(), data["total"].clone())
    };
    assert_eq!(listed(""), (ids.clone(), json!(3)));
    assert_eq!(listed("limit=1&offset=1"), (vec![ids[1].clone()], json!(3)));
    assert_eq!(listed("title=order"), (vec![ids[0].clone(), ids[2].clone()], json!(2)));
    assert_eq!(listed("http_method=GET"), (vec![ids[1].clone()], json!(1)));
    assert_eq!(listed("since=1h").1, json!(3));
    assert_eq!(listed("until=1h").1, json!(0));
    for (query, name) in [("limit=0", "limit: "), ("offset=-1", "offset: "), ("colour=red", "colour: ")] {
        let refused = serving.get(&format!("{ALL}?{query}"));
        assert_eq!(refused.status, 422);
        assert!(params(&refused)[0].starts_with(name), "{refused:?}");
    }
}

#[test]
fn a_profile_is_blocked_and_resumed() {
    let place = Place::new();
    let serving = Serving::open(&place);
    let profile = serving.create(&document());
    let id = &profile["profile_id"];
    let act = |action: &str| {
        let response = serving.request("POST", &format!("{}/{action}", one(&profile)), &[], "");
        assert_eq!(response.status, 200, "{response:?}");
        response.json()["data"].clone()
    };
    let disabled = json!({"profile_id": id, "status": 3, "changed": true, "paused_since": null});
    assert_eq!(act("disable"), disabled);
    assert_eq!(act("disable")["changed"], json!(false));
    assert_eq!(act("enable")["status"], json!(1));
    let paused = act("pause");
    assert_eq!(
        (&paused["paused"], &paused["changed"], &paused["blocked"]),
        (&json!(true), &json!(true), &json!(0))
    );
    let shown = serving.get(&one(&profile)).json()["data"].clone();
    assert_eq!(shown["paused_since"], paused["since"]);
    assert_eq!(act("resume")["paused"], json!(false));
    for action in ["enable", "disable", "pause", "resume", "restore"] {
        let none = format!("{ALL}/IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa/{action}");
        let response = serving.request("POST", &none, &[], "");
        assert_eq!((response.status, &response.json()["code"]), (404, &json!("RBC302")), "{action}");
    }
}

#[test]
fn a_test_is_accepted_and_sent() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let serving = Serving::open(&place);
    let test = format!("{ALL}/{id}/test");
    let accepted = serving.json("POST", &test, &json!({"data": {"id": "from the test"}}));
    assert_eq!((accepted.status, accepted.json()["message"].as_str()), (202, Some("Test accepted")));
    endpoint.wait("the test", |book| book.len() == 1);
    let delivery = accepted.json()["data"]["delivery_id"].as_str().unwrap().to_owned();
    let shown = serving.get(&format!("/v1/acme/callback/deliveries/{delivery}")).json()["data"].clone();
    assert_eq!((&shown["kind"], &shown["profile_id"]), (&json!("test"), &json!(id)));
    for (body, why) in [
        (json!({"event": "gone"}), "event: use one of"),
        (json!({"event": "email-send"}), "event: "),
        (json!({"sample": "gone"}), "sample: "),
        (json!({"data": []}), "data: must be an object"),
        (json!({"values": {}}), "values: is unknown"),
    ] {
        let refused = serving.json("POST", &test, &body);
        assert!(refused.status == 422 && params(&refused)[0].starts_with(why), "{body}: {refused:?}");
    }
}
