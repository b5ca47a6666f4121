//! YAML that Ringback writes, with a reader that follows YAML 1.1.

use std::process::Command;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use ringback::yaml;
use serde_json::{Map, Value, json};

use crate::python::{ask, python};
use crate::support::cli::Place;
use crate::support::needs::skip;

/// Text that readers of YAML take for something else, in one version or another.
const ODD: [&str; 36] = [
    "",
    " ",
    "no",
    "NO",
    "On",
    "y",
    "~",
    "null",
    "true",
    "0755",
    "0o17",
    "0x1F",
    "0b11",
    "1e3",
    "1_000",
    "12:30:45",
    "190:20:30",
    ".5",
    ".inf",
    "-",
    "- a",
    "---",
    "...",
    "<<",
    "=",
    "2025-04-17",
    "+1",
    "&a",
    "*a",
    "!a",
    "%a",
    "@a",
    "a: b",
    "a #b",
    "?",
    ": ",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(&ODD[..]).prop_map(str::to_owned),
        "[-?:,\\[\\]{}#&*!|>'\"%@`<>=~\\\\ \n\ta0.]{0,12}",
        "([ ]{0,2}[a#-]{0,2}[ ]{0,1}\n){1,4}[a ]{0,2}",
        "[\u{85}\u{a0}\u{2028}\u{feff}\u{7f}\u{1}\r\n\u{fffe}\u{1f600}é]{0,4}",
        "\\PC{0,8}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let number = "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,3})?"
        .prop_map(|digits| serde_json::from_str::<Value>(&digits).unwrap());
    let leaf = prop_oneof![
        3 => text().prop_map(Value::from),
        1 => number,
        1 => any::<Option<bool>>().prop_map(|value| value.map_or(Value::Null, Value::from)),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((text(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

#[test]
fn what_is_written_is_the_same_to_another_reader() {
    let Some(python) = python("YAML") else { return };
    let has = Command::new(&python).args(["-c", "import yaml"]).output().unwrap();
    if !has.status.success() {
        skip("YAML goes unjudged: pip install -r tests/judges/requirements.txt");
        return;
    }
    let place = Place::new();
    place.apply(&json!([
        {"title": "Order SMS", "channel": "sms", "url": "https://hooks.example/a?on=<id>", "http_method": "PUT",
         "body": "{\n\t\"id\": \"<id>\"\n}\n\n", "headers": {"X-On": "on", "X-No": "0755", "X-Date": "2025-04-17"},
         "auth": {"type": "basic", "user": "no", "password": "1e3"}, "rate_limit": 0.125},
        {"title": "Null", "url": "https://hooks.example/b", "body": "<a>: 'it''s' # \u{e9}\u{2028}\r\n"},
    ]));
    let exported = place.run(&["profiles", "export", "--secrets"]).json();
    let written = place.run(&["profiles", "export", "--secrets", "--yaml"]).out;
    let mut lines = vec![json!({"yaml": written, "value": exported})];
    let mut runner = TestRunner::default();
    let mut values: Vec<Value> = ODD.iter().map(|odd| json!({"name": odd, *odd: [odd]})).collect();
    values.extend((0..2000).map(|_| value().new_tree(&mut runner).unwrap().current()));
    lines.extend(values.iter().map(|value| json!({"yaml": yaml::write(value), "value": value})));
    for (said, line) in ask(&python, "read_yaml.py", &lines).iter().zip(&lines) {
        assert_eq!(said, "same", "{}\n{line}", line["yaml"].as_str().unwrap());
    }
}
