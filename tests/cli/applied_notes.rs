//! The notes of `profiles apply` about a profile that it saves.

use crate::support::cli::Place;
use serde_json::{Value, json};

/// The notes about an application, each without its title and ID.
fn notes(place: &Place, document: &Value) -> Vec<String> {
    let ran = place.run_with_input(&["profiles", "apply", "-"], &document.to_string());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let note = |line: &str| line.split_once("): ").expect("a note of a profile").1.to_owned();
    ran.err.lines().filter(|line| line.starts_with("ringback: note: ")).map(note).collect()
}

#[test]
fn each_converted_placeholder_of_voice_is_reported() {
    let place = Place::new();
    let added = place.run(&["variables", "add", "voice", "order"]);
    assert_eq!(added.code, Some(0), "{added:?}");
    let body = "<style>p{color:red}</style> ${HOME} {{x}} {id} {order} {keypress:12}";
    let url = "https://x.example/?id={id}";
    let message = notes(&place, &json!({"title": "Calls", "channel": "voice", "url": url, "body": body}));
    assert_eq!(
        message[..2],
        [
            "url: {id} read as <id>",
            "body: {id} read as <id>, {order} read as <order>, {keypress:12} read as <keypress:12>"
        ]
    );
    let shown = place.run(&["profiles", "show", "Calls", "--json"]).json();
    assert_eq!(shown["body"], "<style>p{color:red}</style> ${HOME} {{x}} <id> <order> <keypress:12>");
}

#[test]
fn braces_that_the_console_saved_are_exported_and_applied_as_text() {
    let (here, there) = (Place::new(), Place::new());
    let url = "https://x.example/?id=<id>";
    here.apply(&json!({"title": "Calls", "channel": "voice", "url": url, "body": "a=<id>"}));
    assert!(here.run(&["profiles", "export"]).json()[0].get("literal_braces").is_none());
    // As the console saves it.
    let file = rusqlite::Connection::open(here.db()).unwrap();
    let sql = "UPDATE profile_document SET document = replace(document, '<id>', '{id}')";
    assert_eq!(file.execute(sql, []).unwrap(), 1);
    let exported = here.run(&["profiles", "export"]).json();
    assert_eq!(exported[0]["body"], "a={id}");
    assert_eq!(
        notes(&there, &exported),
        ["url: {id} is sent as text: write <id>", "body: {id} is sent as text: write <id>"]
    );
    assert_eq!(there.run(&["profiles", "export"]).json(), exported);
}

#[test]
fn the_advice_of_the_editor_is_reported() {
    let place = Place::new();
    let added = place.run(&["variables", "add", "sms-send", "order"]);
    assert_eq!(added.code, Some(0), "{added:?}");
    let url = "https://u:p@x.example/?a=<nope>&b=<order>";
    let message = |more: Value| {
        let mut document = json!({"title": "Order SMS", "channel": "sms", "url": url});
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        notes(&place, &document)
    };
    let (moved, unknown) =
        ("url: user and password move to Basic authentication", "url: unknown, will be sent empty: <nope>");
    assert_eq!(
        message(json!({"body": "{\"a\": <x>,}", "headers": {"X-A": "<y>"}})),
        [
            "body: sent as plain text: invalid JSON at line 1: comma before '}': remove it",
            unknown,
            "body: unknown, will be sent empty: <x>",
            "headers (value 1): unknown, will be sent empty: <y>",
            moved,
        ]
    );
    let enc = json!({"algo": "AES-128-CFB", "key": "K1abcdefghijkl2P", "IV": "POabcdefghijklLY"});
    assert_eq!(
        message(json!({"http_method": "GET", "body": "{}", "enc": enc})),
        [
            "body: kept, but not sent with GET",
            unknown,
            moved,
            "enc.IV: fixed IV: equal values give equal ciphertext"
        ]
    );
    let marked = message(json!({"body": "\u{feff}{\"id\": \"<id>\"}"}));
    assert_eq!(marked, ["body: byte order mark (U+FEFF) at its start removed", unknown, moved]);
    assert_eq!(place.run(&["profiles", "export"]).json()[2]["body"], "{\"id\": \"<id>\"}");
}
