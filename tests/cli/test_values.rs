//! The sources of the values of `ringback test`, and their precedence.

use std::net::TcpListener;

use crate::support::cli::{Place, Ran};
use serde_json::{Value, json};

/// A profile whose body has these variables, at an endpoint without a listener.
fn profile(place: &Place, title: &str, channel: &str, events: &[&str], names: &[&str]) {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let body: Vec<String> = names.iter().map(|name| format!(r#""{name}": "<{name}>""#)).collect();
    place.apply(&json!({
        "title": title, "channel": channel, "events": events, "url": format!("http://{address}/cb"),
        "body": format!("{{{}}}", body.join(", ")),
    }));
}

/// The request that would have been sent.
#[track_caller]
fn body(ran: &Ran) -> Value {
    assert_eq!(ran.code, Some(1), "{ran:?}");
    serde_json::from_str(ran.json()["request"]["body"].as_str().unwrap()).unwrap()
}

fn test(place: &Place, title: &str, more: &[&str]) -> Ran {
    place.run(&[&["test", title, "--json"], more].concat())
}

#[test]
fn a_sample_is_selected_by_name() {
    let place = Place::new();
    profile(&place, "Order SMS", "sms", &["sms-send"], &["status", "status_trace", "recipient"]);
    let failed = body(&test(&place, "Order SMS", &["--sample", "Failed"]));
    let expected = json!({"status": "FAILED", "status_trace": "ABSENT-SUB", "recipient": "+919800000083"});
    assert_eq!(failed, expected);
    let delivered = body(&test(&place, "Order SMS", &["--sample", "delivered"]));
    assert_eq!(delivered, body(&test(&place, "Order SMS", &[])));

    let names = ["sms-send has no sample 'lost'", "delivered, submitted, failed", "not sent"];
    test(&place, "Order SMS", &["--sample", "lost"]).refused(2, &names);
    profile(&place, "Nightly", "default", &[], &["report"]);
    test(&place, "Nightly", &["--sample", "failed"]).refused(2, &["'Nightly' has no event"]);
}

#[test]
fn a_sample_must_belong_to_the_tested_event() {
    let place = Place::new();
    profile(&place, "Bookings", "whatsapp", &["message_status", "payment_status"], &["status"]);
    let pending = ["--event", "payment_status", "--sample", "pending"];
    assert_eq!(body(&test(&place, "Bookings", &pending)), json!({"status": "pending"}));
    test(&place, "Bookings", &["--sample", "pending"]).refused(2, &["message_status has no sample", "read"]);
}

#[test]
fn later_sources_take_precedence() {
    let place = Place::new();
    let names = ["recipient", "description", "status_trace", "status", "ref"];
    profile(&place, "Order SMS", "sms", &["sms-send"], &names);
    let values = |who: &str, names: &[&str]| -> Value {
        names.iter().map(|name| ((*name).to_owned(), json!(who))).collect::<serde_json::Map<_, _>>().into()
    };
    // A delivery of an event has a value for each of its variables. Without an event there are few.
    profile(&place, "Few", "default", &[], &["ref"]);
    let few = place.file("few.json", &values("from", &["status_trace", "status", "ref"]).to_string());
    let earlier = test(&place, "Few", &["--values", &few]).json();
    let id = earlier["delivery_id"].as_str().unwrap();

    let file = place.file("values.json", &values("values", &["status", "ref"]).to_string());
    let all = ["--set", "ref=set", "--values", &file, "--from", id, "--sample", "failed"];
    let expected = json!({"recipient": "+919800000083", "description": "Subscriber cannot be reached",
                          "status_trace": "from", "status": "values", "ref": "set"});
    assert_eq!(body(&test(&place, "Order SMS", &all)), expected);
}

#[test]
fn an_earlier_delivery_brings_its_event_and_values() {
    let place = Place::new();
    let events = ["message_status", "payment_status"];
    profile(&place, "Bookings", "whatsapp", &events, &["status", "price", "amount"]);
    let paid =
        ["--event", "payment_status", "--sample", "pending", "--set", "price:=4.50", "--set", "amount=1"];
    let first = test(&place, "Bookings", &paid);
    let id = first.json()["delivery_id"].as_str().unwrap().to_owned();
    let again = test(&place, "Bookings", &["--from", &id]);
    assert_eq!(again.json()["event"], "payment_status");
    assert_eq!(body(&again), body(&first));
    let other = test(&place, "Bookings", &["--from", &id, "--event", "message_status"]);
    assert_eq!(other.json()["event"], "message_status");

    let unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
    test(&place, "Bookings", &["--from", unknown]).refused(2, &["no delivery 01890a5d"]);
    test(&place, "Bookings", &["--from", "latest"]).refused(2, &["--from", "UUID"]);
}

#[test]
fn values_are_one_json_object() {
    let place = Place::new();
    profile(&place, "Order SMS", "sms", &["sms-send"], &["status", "ref"]);
    let args = ["test", "Order SMS", "--json", "--values", "-"];
    let input = "\u{feff}{\"status\": \"EXPIRED\", \"ref\": 4.50, \"unused\": [1]}";
    let ran = place.run_with_input(&args, input);
    assert_eq!(body(&ran).to_string(), r#"{"status":"EXPIRED","ref":"4.50"}"#);
    let refused = |text: &str, message: &[&str]| {
        place
            .run_with_input(&args, text)
            .refused(2, &[&["standard input: nothing was sent"], message].concat());
    };
    refused("[]", &["an object of variables"]);
    refused("{\n\"status\": }", &["invalid JSON at line 2 column 11: a value is missing before '}'"]);
    refused("", &["invalid JSON: it is empty"]);
    refused("{\"status\": 1, \"status\": 2}", &["repeated name \\\"status\\\", first at line 1 column 2"]);
    let ran = place.run_with_input(&args, "{\"stauts\": \"FAILED\"}");
    assert_eq!(
        ran.err,
        "ringback: note: standard input: 'Order SMS' has no placeholder for any of its values: \
         <stauts> (did you mean <status>?)\n"
    );
    test(&place, "Order SMS", &["--values", "/dev/zero"])
        .refused(2, &["/dev/zero", "more than 1048576 bytes"]);
    test(&place, "Order SMS", &["--values", "none.json"]).refused(2, &["none.json", "cannot be read"]);
}
