//! `ringback variables`: the catalogue and own variables.

use crate::support::cli::Place;
use ringback::profile::catalogue::{Variable, VariableOrigin};
use ringback::storage::Store;
use serde_json::{Value, json};

fn events(listed: &Value) -> Vec<&str> {
    let mut events: Vec<&str> =
        listed.as_array().unwrap().iter().map(|v| v["event"].as_str().unwrap()).collect();
    events.dedup();
    events
}

#[test]
fn the_catalogue_is_listed() {
    let place = Place::new();
    let all = place.run(&["variables", "--json"]).json();
    assert_eq!(events(&all)[..3], ["Voice", "sms-send", "email-send"]);
    assert_eq!(events(&all).len(), 8);
    let sms = place.run(&["variables", "--event", "sms-send", "--json"]).json();
    let id = json!({"event": "sms-send", "name": "id", "origin": "documented", "meaning": "message id",
                    "sample": "ee8a1c52-90aa-4c0e-a5ff-9b717aa9130d:1"});
    assert_eq!(sms[0], id);
    assert_eq!(sms, place.run(&["variables", "--channel", "SMS", "--json"]).json());
    assert_eq!(sms.as_array().unwrap().len(), 22);
    let whatsapp = place.run(&["variables", "--channel", "whatsapp", "--json"]).json();
    assert_eq!(events(&whatsapp).len(), 5);
    assert!(whatsapp.as_array().unwrap().iter().any(|v| v["name"] == "payment" && v["sample"].is_object()));

    let text = place.run(&["variables", "--event", "voice"]).out;
    let mut lines = text.lines();
    assert_eq!(
        lines.next().unwrap().split_whitespace().collect::<Vec<_>>(),
        ["EVENT", "NAME", "ORIGIN", "MEANING", "SAMPLE"]
    );
    assert!(lines.next().unwrap().starts_with("Voice  status "), "{text}");

    place.run(&["variables", "--channel", "sms", "--event", "Voice"]).refused(2, &["sms has no event Voice"]);
    place.run(&["variables", "--event", "nope"]).refused(2, &["message_status"]);
    assert!(!place.db().exists());
}

#[test]
fn the_named_samples_are_listed() {
    let place = Place::new();
    let all = place.run(&["variables", "--samples", "--json"]).json();
    assert_eq!(events(&all).len(), 8);
    let sms = place.run(&["variables", "--samples", "--channel", "sms", "--json"]).json();
    let names: Vec<&str> = sms.as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["delivered", "submitted", "failed", "undelivered", "expired", "not sent", "sent, no report"]
    );
    assert_eq!(sms[0], json!({"event": "sms-send", "name": "delivered", "values": {}}));
    assert_eq!(sms[2]["values"]["status_trace"], "ABSENT-SUB");

    let text = place.run(&["variables", "--samples", "--event", "payment_status"]).out;
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["EVENT", "NAME", "VALUES"]);
    assert_eq!(lines[2], ["payment_status", "pending", "status=pending"]);

    let none = place.run(&["variables", "--samples", "--channel", "default"]);
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
    assert!(none.err.contains("no event"), "{none:?}");
    assert!(!place.db().exists());
}

#[tokio::test]
async fn own_variables_are_listed_too() {
    let place = Place::new();
    let own = |name: &str| Variable {
        name: name.to_owned(),
        origin: VariableOrigin::Own,
        meaning: "mine \u{1b}[1m".to_owned(),
        sample: json!(["a"]),
    };
    {
        let store = Store::open(place.db()).unwrap();
        store.add_variable("sms-send", own("batch")).await.unwrap();
        store.add_variable("default", own("report")).await.unwrap();
    }
    let sms = place.run(&["variables", "--event", "sms-send", "--json"]).json();
    let last = sms.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["name"], &last["origin"], &last["sample"]),
        (&json!("batch"), &json!("own"), &json!(["a"]))
    );
    let default = place.run(&["variables", "--channel", "default", "--json"]).json();
    assert_eq!(events(&default), ["default"]);
    let text = place.run(&["variables", "--channel", "default"]).out;
    assert!(text.contains(r#"default  report  own     mine \u{1b}[1m  ["a"]"#), "{text}");
}

#[test]
fn own_variables_are_added_changed_and_removed() {
    let place = Place::new();
    let wrong = place.run(&["variables", "add", "sms-send", "2nd"]);
    wrong.refused(2, &["variable '2nd' of sms-send: a letter or _ first"]);
    assert!(!place.db().exists(), "what is wrong in itself makes no database");
    let added =
        place.run(&["variables", "add", "SMS-send", "shop_id", "--meaning", "whose", "--sample", "42"]);
    assert_eq!((added.code, added.out.as_str()), (Some(0), "sms-send  shop_id  added\n"), "{added:?}");
    let add = |name: &str| place.run(&["variables", "add", "sms-send", name]);
    add("shop_id").refused(2, &["shop_id exists already"]);
    add("id").refused(2, &["id exists already"]);
    place.run(&["variables", "add", "nope", "x"]).refused(2, &["sms-send", "default"]);

    let set = |args: &[&str]| place.run(&[&["variables", "set", "sms-send"], args].concat());
    let changed = set(&["shop_id", "--sample", "[1]", "--json"]).json();
    let wanted = json!({"event": "sms-send", "name": "shop_id", "origin": "own", "meaning": "whose",
                        "sample": [1], "done": "changed"});
    assert_eq!(changed, wanted);
    set(&["shop_id"]).refused(2, &["nothing to change"]);
    set(&["shop_id", "--sample", "[1"]).refused(2, &["the sample begins as JSON: invalid JSON at column 3"]);
    set(&["id", "--sample", "7"]).refused(2, &["it is predefined"]);
    set(&["nobody", "--sample", "7"]).refused(2, &["no such variable"]);
    let listed = || place.run(&["variables", "--event", "sms-send", "--json"]).json();
    let last = listed().as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["name"], &last["sample"]), (&json!("shop_id"), &json!([1])));

    let remove = |name: &str| place.run(&["variables", "remove", "sms-send", name]);
    assert_eq!(remove("shop_id").out, "sms-send  shop_id  removed\n");
    remove("shop_id").refused(2, &["no such variable"]);
    remove("id").refused(2, &["it is predefined"]);
    assert_eq!(listed().as_array().unwrap().len(), 22);
    assert_eq!(place.run(&["variables", "add", "default", "report", "--json"]).json()["event"], "default");
}
