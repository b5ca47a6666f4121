//! Bodies in XML: the XML parser of Python's standard library recovers any value.

use std::path::Path;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use ringback::callback::{Context, Values, render};
use serde_json::{Map, Value, json};

use crate::courier::{checked, draft};
use crate::nasty::TEXTS;
use crate::python::ask;

/// A placeholder at every position, elements with its name around it, and text that is not a placeholder.
const BODY: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- <v> --><r a=\"p<v>&amp;<v>\" b='<v>'>\
    <v><v></v>\n<t>x<v>&lt;y</t><c>&lt;<![CDATA[]<v>]>z<v>]]></c><o k=\"&lt;v>\"/><v a=\"<v>\"><v></v></r>";

fn rendered(value: &str) -> String {
    let profile = checked(&draft("http://127.0.0.1:9/", |draft| {
        BODY.clone_into(&mut draft.body);
    }));
    let values = Values::new(Map::from_iter([("v".to_owned(), json!(value))]));
    let context = &mut Context { delivery_id: "d1", random: &mut |bytes| bytes.fill(0) };
    String::from_utf8(render(&profile, &values, context).unwrap().body).unwrap()
}

/// The part of a value that XML 1.0 can contain.
fn held(value: &str) -> String {
    let fits = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    value.chars().map(|c| if fits(c) { c } else { '\u{fffd}' }).collect()
}

/// The expected value.
fn wanted(value: &str) -> Value {
    let v = held(value);
    json!([
        ["r", {"a": format!("p{v}&{v}"), "b": v}, ""],
        ["v", {}, v],
        ["t", {}, format!("x{v}<y")],
        ["c", {}, format!("<]{v}]>z{v}")],
        ["o", {"k": "<v>"}, ""],
        ["v", {"a": v}, v],
    ])
}

#[test]
fn an_xml_parser_recovers_every_value() {
    let piece = prop_oneof![
        Just("]]>".to_owned()),
        Just("]".to_owned()),
        Just("<!-- & --> &amp; <v></v>".to_owned()),
        "[<>&\"'\\]\\[\\r\\n\\t ]{1,3}",
        any::<char>().prop_map(String::from),
    ];
    let any_value = proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat());
    let mut runner = TestRunner::default();
    let mut values: Vec<String> =
        TEXTS.iter().map(|text| (*text).to_owned()).filter(|v| !v.is_empty()).collect();
    values.extend((0..400).map(|_| any_value.new_tree(&mut runner).unwrap().current()));
    let documents: Vec<Value> = values.iter().map(|value| json!(rendered(value))).collect();
    let read = ask(Path::new("python3"), "read_markup.py", &documents);
    for ((value, document), read) in values.iter().zip(&documents).zip(read) {
        let read: Value = serde_json::from_str(&read).unwrap();
        assert_eq!(read, wanted(value), "{value:?} in {document}");
    }
}
