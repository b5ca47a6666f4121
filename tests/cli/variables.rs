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
    assert_eq!(
        sms[0],
        json!({"event": "sms-send", "name": "delivered", "origin": "catalogue", "values": {}})
    );
    assert_eq!(sms[2]["values"]["status_trace"], "ABSENT-SUB");

    let text = place.run(&["variables", "--samples", "--event", "payment_status"]).out;
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["EVENT", "NAME", "ORIGIN", "VALUES"]);
    assert_eq!(lines[2], ["payment_status", "pending", "catalogue", "status=pending"]);

    let none = place.run(&["variables", "--samples", "--channel", "default"]);
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
    assert!(none.err.contains("only your own"), "{none:?}");
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
fn own_samples_are_added_used_changed_and_removed() {
    let place = Place::new();
    let samples = |args: &[&str]| place.run(&[&["variables", "samples"], args].concat());
    samples(&["add", "sms-send", "mine"]).refused(2, &["sample 'mine' of sms-send: it has no values"]);
    samples(&["add", "sms-send", "Failed", "--set", "id=7"]).refused(2, &["'failed' exists already"]);
    samples(&["add", "nope", "x", "--set", "id=7"]).refused(2, &["sms-send", "default"]);
    assert!(!place.db().exists(), "what is wrong in itself makes no database");
    let added = samples(&["add", "SMS-send", "no credit", "--set", "id=7", "--set", "price:=4.50"]);
    assert_eq!((added.code, added.out.as_str()), (Some(0), "sms-send  no credit  added\n"), "{added:?}");
    samples(&["add", "sms-send", "No Credit", "--set", "id=7"]).refused(2, &["'no credit' exists already"]);
    let file = place.file("values.json", "{\"status\": \"ANSWERED\", \"id\": 12345678901234567890}");
    assert_eq!(samples(&["add", "default", "mine", "--values", &file]).code, Some(0));

    let ids = place.apply(&json!([
        {"title": "Order SMS", "channel": "sms", "url": "https://hooks.example/<id>", "body": "<price>|<status>"},
        {"title": "Plain", "url": "https://hooks.example/<id>", "body": "<status>"},
        {"title": "Calls", "channel": "voice", "url": "https://hooks.example/<id>"},
    ]));
    let preview =
        |profile: &str, sample: &str| place.run(&["preview", profile, "--sample", sample, "--json"]);
    let made = preview(&ids[0], "NO credit").json();
    assert_eq!(made["request"]["url"], "https://hooks.example/7");
    assert_eq!(made["request"]["body"], "4.50|DELIVRD", "what it has no value for has the usual one");
    assert_eq!(
        preview(&ids[1], "mine").json()["request"]["url"],
        "https://hooks.example/12345678901234567890"
    );
    preview(&ids[2], "no credit").refused(2, &["has no sample 'no credit'"]);
    preview(&ids[0], "nobody").refused(2, &["sms-send has no sample 'nobody'; its samples: ", ", no credit"]);

    let set = |args: &[&str]| samples(&[&["set", "sms-send", "No credit"], args].concat());
    set(&[]).refused(2, &["nothing to change: give --values, --set or --unset"]);
    set(&["--unset", "nobody"]).refused(2, &["it has no value for 'nobody'"]);
    set(&["--unset", "id", "--unset", "price"]).refused(2, &["it has no values"]);
    let changed = set(&["--set", "status=NOCREDIT", "--unset", "price", "--json"]).json();
    let wanted = json!({"event": "sms-send", "name": "no credit", "origin": "own",
                        "values": {"id": "7", "status": "NOCREDIT"}, "done": "changed"});
    assert_eq!(changed, wanted);
    samples(&["set", "sms-send", "failed", "--set", "id=7"]).refused(2, &["it is predefined"]);
    samples(&["set", "sms-send", "nobody", "--set", "id=7"]).refused(2, &["no such sample"]);
    let listed = |event: &str| place.run(&["variables", "--event", event, "--samples", "--json"]).json();
    let all = listed("sms-send");
    let last = all.as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["name"], &last["origin"]), (&json!("no credit"), &json!("own")));
    assert_eq!(all[0]["origin"], "catalogue");
    let table = place.run(&["variables", "--channel", "default", "--samples"]);
    assert!(
        table.out.contains("default  mine  own     status=ANSWERED, id=12345678901234567890"),
        "{table:?}"
    );

    let backup = place.path("backup.db");
    assert_eq!(place.run(&["db", "backup", backup.to_str().unwrap()]).code, Some(0));
    let there = place.run(&[
        "variables",
        "--samples",
        "--event",
        "sms-send",
        "--json",
        "--db",
        backup.to_str().unwrap(),
    ]);
    assert_eq!(there.json(), all);
    assert_eq!(samples(&["remove", "sms-send", "no credit"]).out, "sms-send  no credit  removed\n");
    samples(&["remove", "sms-send", "no credit"]).refused(2, &["no such sample"]);
    samples(&["remove", "sms-send", "failed"]).refused(2, &["it is predefined"]);
    assert_eq!(listed("sms-send").as_array().unwrap().len(), all.as_array().unwrap().len() - 1);
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
