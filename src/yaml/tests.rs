use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::json;
use crate::text::escape_json;

const LONGEST: usize = 1 << 20;

/// All parts of a text.
fn parts(text: &str) -> Result<Vec<YamlPart>, YamlError> {
    YamlParts::new(text, LONGEST).collect()
}

/// The only document of a text, lists put together.
fn read(text: &str) -> Result<Value, YamlError> {
    let mut items = Vec::new();
    for part in YamlParts::new(text, LONGEST) {
        match part? {
            YamlPart::Document(value) => return Ok(value),
            YamlPart::Item(item) => items.push(item),
        }
    }
    Ok(Value::Array(items))
}

#[track_caller]
fn message(text: &str) -> String {
    match parts(text) {
        Err(error) => error.to_string(),
        Ok(parts) => panic!("{text:?} is read as {parts:?}"),
    }
}

#[test]
fn plain_scalars_follow_the_core_schema() {
    for (text, wanted) in [
        ("no", "\"no\""),
        ("on", "\"on\""),
        ("Yes", "\"Yes\""),
        ("y", "\"y\""),
        ("NO", "\"NO\""),
        ("true", "true"),
        ("FALSE", "false"),
        ("tRUE", "\"tRUE\""),
        ("null", "null"),
        ("~", "null"),
        ("!!str null", "\"null\""),
        ("! 12", "\"12\""),
        ("12", "12"),
        ("-0", "-0"),
        ("0x1F", "31"),
        ("0o17", "15"),
        ("0x", "\"0x\""),
        ("0x+1", "\"0x+1\""),
        ("1_000", "\"1_000\""),
        ("0b1", "\"0b1\""),
        ("12:30:45", "\"12:30:45\""),
        ("2025-04-17", "\"2025-04-17\""),
        ("2025-04-17T13:05:20Z", "\"2025-04-17T13:05:20Z\""),
        ("18446744073709551616", "18446744073709551616"),
        ("123456789012345678901234567890.10", "123456789012345678901234567890.10"),
        ("12.50", "12.50"),
        ("1e400", "1e400"),
        ("1E5", "1E5"),
        (".5", "0.5"),
        ("-.5e3", "-0.5e3"),
        ("5.", "5.0"),
        ("5.e1", "5.0e1"),
        ("1e", "\"1e\""),
        (".", "\".\""),
        (".e1", "\".e1\""),
        ("=", "\"=\""),
        ("<id>", "\"<id>\""),
        ("<<id>", "\"<<id>\""),
        ("!!float 1", "1"),
        ("'a''b'", "\"a'b\""),
        ("\"\\u00e9\\x41\\U0001F600\"", "\"éA😀\""),
        ("|2-\n    two\n  lines\n", "\"  two\\nlines\""),
        (">\n  two\n  lines\n", "\"two lines\\n\""),
    ] {
        let value = read(&format!("a: {text}")).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(value["a"].to_string(), wanted, "{text}");
    }
}

#[test]
fn each_error_is_reported_with_its_position_and_its_fix() {
    for (text, wanted) in [
        ("", ": it is empty; write a value, such as `name: text`"),
        ("# only a comment\n---\n---\n", ": it is empty;"),
        (
            "a: 1\nb: 2\na: 3",
            " at line 3 column 1: repeated name \"a\", first at line 1 column 1: remove one",
        ),
        ("x: {a: 1, \"a\": 2}", " at line 1 column 11: repeated name \"a\", first at line 1 column 5"),
        (
            "a: +919800000083",
            " at line 1 column 4: programs read a number with a leading + or 0 in different ways",
        ),
        ("a: 0755", " at line 1 column 4: programs read a number with a leading + or 0"),
        ("a: -01.5", " at line 1 column 4: programs read a number with a leading + or 0"),
        ("a: -.INF", " at line 1 column 4: JSON has neither infinity nor NaN"),
        ("a: .nan", " at line 1 column 4: JSON has neither infinity nor NaN"),
        (&format!("a: 0x{}", "f".repeat(33)), " at line 1 column 4: the number has more than 128 bits"),
        ("d: &d {x: 1}\na:\n  <<: *d", " at line 3 column 3: the merge key << is not part of YAML 1.2"),
        ("a: !!binary aGk=", " at line 1 column 4: this tag is not supported: remove it"),
        ("a: !secret x", " at line 1 column 4: this tag is not supported"),
        ("a: !!int x", " at line 1 column 4: the value is not of the type that its tag names"),
        ("a: !!int 1.5", " at line 1 column 4: the value is not of the type that its tag names"),
        ("a: !!map [1]", " at line 1 column 4: the value is not of the type that its tag names"),
        ("? [a]\n: 1", " at line 1 column 3: a name must be a string"),
        ("k: &k [a]\n*k : 1", " at line 2 column 1: a name must be a string"),
        ("a:\n  : 1", " at line 2 column 3: a name is missing before ':'"),
        ("a: &a [*a]", " at line 1 column 8: the alias refers to a value that contains it"),
        ("a: *b", " at line 1 column 4: there is no &anchor of this name above"),
        ("a: *", " at line 1 column 4: a name is missing after & or *"),
        (
            "a: b: c",
            " at line 1 column 5: a colon is not allowed here: put text that contains \": \" in quotes",
        ),
        ("a:\n\tb: 1", " at line 2 column 2: a tab is not allowed here: indent with spaces"),
        ("a: 1\n b: 2", " at line 2 column 3: a colon is not allowed here"),
        ("a:\n    b: 1\n  c: 2", " at line 3 column 3: "),
        ("a: \"b\n", " at line 1 column 4: a quoted string is not closed: add its quote"),
        ("a: 'b\nc: 2", " at line 1 column 4: a quoted string is not closed, or its next lines"),
        ("a: \"C:\\dir\"", " at line 1 column 4: invalid escape in this string: for a backslash write \\\\"),
        ("a: \"\\u12\"", " at line 1 column "),
        ("a: [1, 2", " at line 2 column 1: ',' or ']' is missing before this"),
        ("a: {b: 1", " at line 2 column 1: "),
        ("a: [1 2}", " at line 1 column 8: "),
        ("a: @b", " at line 1 column 4: text that begins with this character must be in quotes"),
        ("a: `b", " at line 1 column 4: "),
        ("a: }", " at line 1 column 4: "),
        ("- a\nb: 1", " at line 2 column 1: "),
        ("a\nb: 1", " at line 2 column 2: "),
        ("%YAML 1.2\na: 1", " at line 2 column 1: "),
    ] {
        let message = message(text);
        assert!(message.starts_with(&format!("invalid YAML{wanted}")), "{text}\n{message}");
    }
}

#[test]
fn nesting_and_length_are_limited() {
    let deep = |levels: usize| format!("a: {}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(read(&deep(126)).is_ok());
    assert_eq!(message(&deep(127)), "invalid YAML at line 1 column 130: more than 127 levels of nesting");
    let long = |length: usize| YamlParts::new(&format!("- a\n- {}", "b".repeat(length)), 10).last().unwrap();
    assert!(long(10).is_ok());
    assert!(long(11).unwrap_err().to_string().contains("what ends here has more than 10 characters"));
}

#[test]
fn aliases_repeat_a_limited_amount() {
    let shared = read("a: &a {x: &b 1, y: &n name}\nb: [*a, *b]\n*n : 2").unwrap();
    assert_eq!(shared, json!({"a": {"x": 1, "y": "name"}, "b": [{"x": 1, "y": "name"}, 1], "name": 2}));
    let mut laughs = "l0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*l{}", level - 1); 9].join(", ");
        writeln!(laughs, "l{level}: &l{level} [{aliases}]").unwrap();
    }
    let error = message(&laughs);
    assert!(error.ends_with("aliases (*) repeat too much: write the values out"), "{error}");
    let mut nested = "a0: &a0 x\n".to_owned();
    for n in 1..200 {
        writeln!(nested, "a{n}: &a{n} [*a{}]", n - 1).unwrap();
    }
    assert!(message(&nested).ends_with("more than 127 levels of nesting"));
    // They end with their document.
    assert!(
        message("a: &a 1\n---\na: *a")
            .contains("the alias refers to a value that contains it, or to an anchor of another document")
    );
}

#[test]
fn documents_are_read_one_after_another_and_lists_item_by_item() {
    let text = "# first\na: 1\n---\n- 2\n- b: 3\n---\n...\n---\n[]\n--- null\n";
    let wanted = [
        YamlPart::Document(json!({"a": 1})),
        YamlPart::Item(json!(2)),
        YamlPart::Item(json!({"b": 3})),
        YamlPart::Document(Value::Null),
    ];
    assert_eq!(parts(text).unwrap(), wanted);
    assert_eq!(parts("[]").unwrap(), []);
    // What is before an error is read.
    let mut some = YamlParts::new("- 1\n- 0755\n- 3", LONGEST);
    assert!(some.next().unwrap().is_ok() && some.next().unwrap().is_err() && some.next().is_none());
}

#[test]
fn names_are_strings_and_keep_their_order() {
    let value = read("z: 1\n12: 2\ntrue: 3\non: 4\n\"\": 5\n? b\n: 6\n{a: 7}: 8").map(|v| v.to_string());
    assert!(value.unwrap_err().to_string().contains("a name must be a string"));
    let value = read("z: 1\n12: 2\ntrue: 3\non: 4\n\"\": 5\n? b\n: 6\n").unwrap();
    assert_eq!(value.to_string(), r#"{"z":1,"12":2,"true":3,"on":4,"":5,"b":6}"#);
}

#[test]
fn json_is_yaml() {
    let text = r#"{"a": [1, -2.5e+3, "x\n\u00e9", true, null], "b": {"c": {}}, "é": "", "url":"https://x.example/<id>"}"#;
    assert_eq!(read(text).unwrap(), json::read(text).unwrap());
}

#[test]
fn errors_never_contain_a_value() {
    for text in [
        "hunter2: &a !!int hunter2",
        "a: *hunter2",
        "a: \"hunter2",
        "a: !hunter2 b",
        "a: b: hunter2: c",
        "a: [hunter2",
    ] {
        let message = message(text);
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[test]
fn a_profile_is_written_as_a_person_would_write_it() {
    let value = json!([{
        "profile_id": "IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa", "title": "Order SMS", "events": [],
        "url": "https://hooks.example/sms?id=<id>", "body": "{\n  \"id\": \"<id>\"\n}", "headers": {"X-On": "on", "X-No": "0755"},
        "retry": {"count": 2, "steps": [[1, "a: b"], {"x": null}]}, "created_at": "2025-04-17T13:05:20Z",
        "ordered": false, "short": "{\"id\": \"<id>\"}", "odd": "it's\ttabbed", "quote": "it's", "last": "  a\n\nb\n\n",
    }]);
    let wanted = r#"- profile_id: IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa
  title: Order SMS
  events: []
  url: https://hooks.example/sms?id=<id>
  body: |-
    {
      "id": "<id>"
    }
  headers:
    X-On: 'on'
    X-No: '0755'
  retry:
    count: 2
    steps:
      - - 1
        - 'a: b'
      - x: null
  created_at: '2025-04-17T13:05:20Z'
  ordered: false
  short: '{"id": "<id>"}'
  odd: "it's\ttabbed"
  quote: "it's"
  last: |2+
      a

    b

"#;
    assert_eq!(write(&value), wanted);
    assert_eq!(read(wanted).unwrap(), value);
}

/// Text that YAML could take for something else.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "[-?:,\\[\\]{}#&*!|>'\"%@`<>=~ \n\ta0.]{0,10}",
        "([ ]{0,2}[a#-]{0,2}[ ]{0,1}\n){1,4}[a ]{0,2}",
        "(no|NO|on|y|~|null|True|0755|0o7|0x1|1e3|1_0|12:30|\\.inf|\\.5|-|---|\\.\\.\\.|<<|=|2025-04-17|\\+1|&a|\\*a|!a|%a|@a)",
        ".{0,8}",
        "[\u{85}\u{a0}\u{2028}\u{feff}\u{7f}\u{0}\r\n\u{fffe}\u{1f600}]{0,4}",
        "a{1020,1030}",
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let number = "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?"
        .prop_map(|text| json::read(&text).unwrap());
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

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same_value(value in any_value()) {
        let text = write(&value);
        prop_assert_eq!(read(&text).map(|read| read.to_string()), Ok(value.to_string()), "{}", text);
        // What a terminal must not get is escaped already: output that is made harmless stays the same document.
        prop_assert_eq!(escape_json(&text), text.as_str());
    }

    #[test]
    fn nothing_makes_the_reader_fail_otherwise(text in prop_oneof![
        "[-?:,\\[\\]{}#&*!|>'\"%@`a \n]{0,24}", "[-:a \n\t]{0,40}", "\\PC{0,20}", text(),
    ]) {
        drop(parts(&text));
    }
}
