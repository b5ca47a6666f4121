//! No command outputs control characters to a terminal, with any arguments and any stored text.

use crate::support::cli::Place;
use ringback::text::is_hidden;
use serde_json::{Value, json};

/// Clears the screen, writes to the clipboard, reverses the text direction and hides a letter; each in a form that
/// some terminals obey.
const RAW: &str = "\u{9b}2J\u{9d}52;c;eA==\u{9c}\u{7f}a\u{202e}b\u{200b}c\u{e0041}";

#[track_caller]
fn assert_harmless(text: &str) {
    assert!(!text.chars().any(|c| c != '\n' && is_hidden(c)), "{}", text.escape_debug());
}

#[test]
fn json_output_is_equivalent_and_escaped() {
    let place = Place::new();
    let body = format!("{{\"id\": \"{RAW}\"}}");
    let id = place
        .apply(&json!({"title": "Order SMS", "channel": "sms", "url": "http://127.0.0.1:9/cb", "body": body}))
        .remove(0);
    let queued = place.run(&["send", &id, "--no-wait", "--json", "--set", &format!("ref={RAW}")]);
    assert_eq!(queued.code, Some(0), "{queued:?}");
    let delivery = queued.json()["delivery_id"].as_str().unwrap().to_owned();
    for (command, place_of_raw) in [
        (&["profiles", "show", "--json", &id][..], "/body"),
        (&["profiles", "export", &id], "/0/body"),
        (&["preview", &id, "--json"], "/request/body"),
        (&["deliveries", "show", &delivery, "--json"], "/request/body"),
    ] {
        let ran = place.run(command);
        assert_harmless(&ran.out);
        let json = ran.json();
        let found = json.pointer(place_of_raw).and_then(Value::as_str).unwrap_or_else(|| panic!("{json}"));
        assert!(found.contains(RAW), "{command:?}: {found:?}");
    }
    let tested = place.run(&["test", &id, "--json"]);
    assert_harmless(&tested.out);
}

#[test]
fn rejected_arguments_are_repeated_sanitized() {
    let place = Place::new();
    let argument = format!("\u{1b}]52;c;eA==\u{7}{RAW}");
    for command in [
        &["deliveries", "list", "--status", &argument][..],
        &["deliveries", "list", "--since", &argument],
        &["test", "x", "--set", &argument],
        &["test", "x", "--event", &argument],
        &["work", &argument],
        &[&argument],
    ] {
        let ran = place.run(command);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.err.contains("52;c;eA=="), "it is repeated: {ran:?}");
        assert_harmless(&ran.err);
    }
}
