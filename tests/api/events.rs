//! Events handed over by the API.

use serde_json::{Value, json};

use crate::serving::{Response, Serving};
use crate::support::cli::Place;
use crate::support::recorder::{Recorder, event};

const PATH: &str = "/v1/shop/callback/events";
const JSON: (&str, &str) = ("content-type", "application/json");
const LINES: (&str, &str) = ("content-type", "application/x-ndjson");

/// A served database with a profile.
struct Shop {
    endpoint: Recorder,
    profile: String,
    place: Place,
    serving: Serving,
}

impl Shop {
    fn open() -> Self {
        Self::with("")
    }

    fn with(settings: &str) -> Self {
        let (place, endpoint) = (Place::new(), Recorder::taking());
        place.settings(settings);
        let profile = place.apply(&endpoint.profile(0)).remove(0);
        let serving = Serving::open(&place);
        Self { endpoint, profile, place, serving }
    }

    fn event(&self, reference: &str) -> String {
        event(&self.profile, reference)
    }

    fn post(&self, body: &str) -> Response {
        self.serving.request("POST", PATH, &[JSON], body.to_owned())
    }

    fn post_as(&self, key: &str, kind: (&str, &str), body: &str) -> Response {
        self.serving.request("POST", PATH, &[kind, ("idempotency-key", key)], body.to_owned())
    }

    /// The number of deliveries in the log.
    fn accepted(&self) -> usize {
        self.place.run(&["deliveries", "list", "--limit", "0", "--json"]).json().as_array().unwrap().len()
    }
}

fn ids(response: &Response) -> Vec<String> {
    let accepted = response.json()["data"]["accepted"].clone();
    let id = |item: &Value| item["delivery_id"].as_str().unwrap().to_owned();
    accepted.as_array().unwrap().iter().map(id).collect()
}

#[test]
fn an_event_is_accepted_and_delivered_as_written() {
    let shop = Shop::open();
    let body = format!(
        "{{\"callback_profile_id\": \"{}\", \"event\": \"sms-send\", \"data\": {{\"ref\": 1.50e+3}}}}",
        shop.profile
    );
    let response = shop.post(&body);
    let id = ids(&response).remove(0);
    let wanted = json!({
        "code": "RBK202", "message": "Event accepted",
        "data": {"accepted": [{"index": 0, "delivery_id": id}], "refused": []},
    });
    assert_eq!((response.status, response.json()), (202, wanted));
    shop.endpoint.wait("the event", |book| book.contains_key(&id));
    assert_eq!(shop.endpoint.book()[&id].body, "{\"ref\": \"1.50e+3\"}");
}

#[test]
fn each_event_of_an_array_is_accepted_or_refused_with_its_reason() {
    let shop = Shop::open();
    let none = shop.profile.replace(|c: char| c.is_ascii_digit(), "0");
    let body = format!("[{}, {{}}, {}, {}]", shop.event("a"), shop.event("b"), event(&none, "c"));
    let response = shop.post(&body);
    assert_eq!((response.status, &response.json()["message"]), (202, &json!("2 of 4 events accepted")));
    let data = &response.json()["data"];
    assert_eq!((&data["accepted"][0]["index"], &data["accepted"][1]["index"]), (&json!(0), &json!(2)));
    assert_eq!(
        data["refused"],
        json!([
            {"index": 1, "error": "callback_profile_id is missing"},
            {"index": 3, "error": format!("no profile {none}")},
        ])
    );
    let refused = shop.post(&format!("[{}]", event(&none, "c")));
    assert_eq!((refused.status, &refused.json()["code"]), (422, &json!("RBK422")));
    assert_eq!(refused.json()["data"]["refused"][0]["index"], 0);
    let errors = json!([{"params": format!("index 0: no profile {none}")}]);
    assert_eq!((&refused.json()["error"], &refused.json()["status"]), (&errors, &json!(422)));
    assert_eq!(shop.accepted(), 2);
}

#[test]
fn an_event_is_as_long_as_a_line_of_a_stream_at_most() {
    let shop = Shop::open();
    let of = |bytes: usize| {
        let short = shop.event("");
        shop.event(&"x".repeat(bytes - short.trim().len()))
    };
    assert_eq!(shop.post(&of(1 << 20)).status, 202);
    let both = shop.post(&format!("[{}, {}]", of((1 << 20) + 99), shop.event("a")));
    let refused = json!([{"index": 0, "error": "the event has more than 1048576 bytes"}]);
    assert_eq!((both.status, &both.json()["data"]["refused"]), (202, &refused));
    assert_eq!(shop.post(&of((1 << 20) + 99)).status, 422);
    assert_eq!(shop.accepted(), 2);
}

#[test]
fn what_is_no_request_is_refused_with_its_reason() {
    let shop = Shop::open();
    for (headers, body, status, why) in [
        (vec![JSON], "{\"a\":", 400, "the body is invalid JSON at column 6"),
        (vec![JSON], "{\n\"a\": b}", 400, "the body is invalid JSON at line 2 column 6"),
        (vec![JSON], "{}\n{}\n", 400, "send one event per line as application/x-ndjson"),
        (vec![JSON], "[]", 422, "the array has no event"),
        (vec![LINES], "\n\n", 422, "the body has no event"),
        (vec![("content-type", "text/plain")], "{}", 415, "content-type must be application/json"),
        (vec![JSON, ("content-encoding", "gzip")], "{}", 415, "compressed"),
        (vec![JSON, ("idempotency-key", "")], "{}", 400, "Idempotency-Key is empty"),
    ] {
        let response = shop.serving.request("POST", PATH, &headers, body);
        assert_eq!(response.status, status, "{response:?}");
        assert!(response.json()["error"][0]["params"].as_str().unwrap().contains(why), "{response:?}");
    }
    let path = shop.serving.request("POST", "/v1/a%20b/callback/events", &[JSON], "{}");
    assert_eq!(path.status, 404, "{path:?}");
    let large = " ".repeat((16 << 20) + 1);
    assert_eq!(shop.post(&large).status, 413);
    let line = format!("{}{}", shop.event("a"), "x".repeat((1 << 20) + 2));
    assert_eq!(shop.serving.request("POST", PATH, &[LINES], line).status, 413);
    assert_eq!(shop.accepted(), 0);
}

#[test]
fn a_repeated_request_is_accepted_once() {
    let shop = Shop::open();
    let body = format!("[{}, {{}}]", shop.event("a"));
    let first = shop.post_as("k1", JSON, &body);
    let again = shop.post_as("k1", JSON, &body);
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    let other = shop.post_as("k1", JSON, &shop.event("b"));
    assert_eq!((other.status, &other.json()["code"]), (409, &json!("RBK409")));
    let of_other_account = shop.serving.request(
        "POST",
        "/v1/bank/callback/events",
        &[JSON, ("idempotency-key", "k1")],
        shop.event("b"),
    );
    assert_eq!(of_other_account.status, 202, "{of_other_account:?}");
    let refused = shop.post_as("k2", JSON, "[{}]");
    assert_eq!((refused.status, refused.text), (422, shop.post_as("k2", JSON, "[{}]").text));
    assert_eq!(shop.accepted(), 2);
}

#[test]
fn an_event_with_an_id_is_accepted_once() {
    let shop = Shop::open();
    let event = |reference: &str| {
        let mut event: Value = serde_json::from_str(&shop.event(reference)).unwrap();
        event["event_id"] = "e1".into();
        event.to_string()
    };
    let first = shop.post(&event("a"));
    let again = shop.post(&event("a"));
    assert_eq!(ids(&first), ids(&again));
    assert_eq!(again.json()["data"]["accepted"][0]["repeated"], true);
    let other = shop.post(&event("b"));
    assert_eq!(other.status, 422, "{other:?}");
    let why = other.json()["data"]["refused"][0]["error"].to_string();
    assert!(why.contains("event_id was used for another event"), "{why}");
    assert_eq!(shop.accepted(), 1);
}

#[test]
fn a_stream_of_lines_is_accepted_chunk_by_chunk() {
    let shop = Shop::open();
    let mut lines: Vec<String> = (0..1203).map(|n| shop.event(&n.to_string()).trim().to_owned()).collect();
    lines[3] = "{}".to_owned();
    lines[700] = String::new();
    lines[1202] = "[".to_owned();
    let body = lines.join("\r\n");
    let response = shop.post_as("k", LINES, &body);
    assert_eq!((response.status, &response.json()["message"]), (202, &json!("1200 of 1202 events accepted")));
    let data = &response.json()["data"];
    let indexes = |of: &str| -> Vec<u64> {
        data[of].as_array().unwrap().iter().map(|item| item["index"].as_u64().unwrap()).collect()
    };
    assert_eq!(indexes("refused"), [3, 1202]);
    let wanted: Vec<u64> = (0..1202).filter(|n| ![3, 700].contains(n)).collect();
    assert_eq!(indexes("accepted"), wanted);

    assert_eq!(shop.post_as("k", LINES, &body).text, response.text, "repeated");
    for other in [lines[..1000].join("\r\n"), format!("{body}\n{}", shop.event("x"))] {
        let conflict = shop.post_as("k", LINES, &other);
        assert_eq!(conflict.status, 409, "{}", conflict.json()["error"]);
    }
    let refused = shop.serving.request("POST", PATH, &[LINES], "{}\n[]\n");
    assert_eq!((refused.status, &refused.json()["status"]), (422, &json!(422)), "{refused:?}");
    assert_eq!(refused.json()["error"][0], json!({"params": "index 0: callback_profile_id is missing"}));
    assert_eq!(shop.accepted(), 1200);
}

#[test]
fn while_too_many_are_queued_no_more_are_accepted() {
    let shop = Shop::with("[api]\nqueue_limit = 2\n");
    assert_eq!(shop.place.run(&["deliveries", "pause"]).code, Some(0));
    assert_eq!(shop.post(&format!("[{}, {}]", shop.event("a"), shop.event("b"))).status, 202);
    let refused = shop.post(&shop.event("c"));
    assert_eq!((refused.status, refused.header("retry-after")), (429, "5"), "{refused:?}");
    let unready = shop.serving.get("/readyz");
    assert_eq!(
        (unready.status, &unready.json()["reasons"]),
        (503, &json!([refused.json()["error"][0]["params"]]))
    );
    assert_eq!(shop.accepted(), 2);
}

#[test]
fn a_misspelled_name_is_a_note_beside_what_was_accepted() {
    let shop = Shop::open();
    assert_eq!(shop.post(&shop.event("a")).json()["data"].get("notes"), None);
    let event = |data: &str| format!("{{\"callback_profile_id\":\"{}\",\"data\":{data}}}", shop.profile);
    let misspelled = event("{\"reff\":1,\"status\":\"DELIVRD\"}");
    let notes = json!([
        "1 event had no value for <ref>",
        "data: 'Order SMS' has no placeholder for any of its values: <reff> (did you mean <ref>?), <status>",
    ]);
    let accepted = shop.post_as("one", JSON, &misspelled);
    assert_eq!((accepted.status, &accepted.json()["data"]["notes"]), (202, &notes), "{accepted:?}");
    assert_eq!(shop.post_as("one", JSON, &misspelled).text, accepted.text, "the same each time");
    // A stream has them once, whatever the number of its chunks.
    let body = format!("{misspelled}\n").repeat(1001);
    let streamed = shop.post_as("lines", LINES, &body);
    assert_eq!(streamed.json()["data"]["notes"][0], "1 001 events had no value for <ref>");
    assert_eq!(streamed.json()["data"]["notes"][1], notes[1]);
    assert_eq!(streamed.json()["data"]["notes"].as_array().unwrap().len(), 2);
    assert_eq!(shop.post_as("lines", LINES, &body).text, streamed.text);
    // The same words as those of the command.
    let sent = shop.place.run_with_input(&["send", "--from", "-", "--no-wait"], &format!("{misspelled}\n"));
    for note in notes.as_array().unwrap() {
        let line = format!("ringback: note: {}\n", note.as_str().unwrap());
        assert!(sent.err.contains(&line), "{sent:?}");
    }
}
