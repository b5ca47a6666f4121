use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn message(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn each_error_is_reported_with_its_position_and_its_fix() {
    for (text, wanted) in [
        ("", "invalid JSON: it is empty; write a value, such as {\"name\": \"text\"}"),
        (" \n", "invalid JSON: it is empty; "),
        ("{\n\"a\": 1", "line 2 column 7: the object at line 1 column 1 is not closed: add }"),
        ("[1, [2]", "line 1 column 8: the array at line 1 column 1 is not closed: add ]"),
        ("{\"a\":", "line 1 column 6: a value is missing, and then } to close the object at line 1 column 1"),
        ("{\"a\": \"b}", "line 1 column 10: the string at line 1 column 7 is not closed: add \""),
        ("{\"a\": \"b,\n\"c\": 1}", "line 1 column 10: line break in the string at line 1 column 7: close"),
        ("{\"a\": \"\u{1}\"}", "line 1 column 8: control character in a string: write \\u0001"),
        (r#"{"a": "C:\dir"}"#, "line 1 column 10: invalid escape: for a backslash write \\\\"),
        (r#""\u00g0""#, "line 1 column 2: \\u requires four hexadecimal digits"),
        (r#"{"ä": "\ud800"}"#, "line 1 column 8: unpaired surrogate in a string"),
        (r#""\ude00\ud800""#, "line 1 column 2: unpaired surrogate"),
        ("{\"a\": 1,\n}", "line 1 column 8: comma before '}': remove it"),
        ("[1, ]", "line 1 column 3: comma before ']': remove it"),
        ("{\"a\": }", "line 1 column 7: a value is missing before '}'"),
        ("[,1]", "line 1 column 2: a value is missing before ','"),
        ("{\"a\": FAILED}", "line 1 column 7: text without quotes: strings require double quotes (\")"),
        ("{\"a\": 2025-04-17}", "line 1 column 7: text without quotes"),
        ("{\"a\": True}", "line 1 column 7: True is not JSON: write true"),
        ("[-Infinity]", "line 1 column 2: Infinity is not JSON: write null"),
        ("{\"a\": 'b'}", "line 1 column 7: strings require plain double quotes (\")"),
        ("{“a”: 1}", "line 1 column 2: strings require plain double quotes"),
        ("{\"a\": 1 // one\n}", "line 1 column 9: JSON has no comments: remove it"),
        ("# one\n{}", "line 1 column 1: JSON has no comments"),
        ("{\"a\": +919800000083}", "line 1 column 7: invalid number: remove a leading + or 0"),
        ("[007]", "line 1 column 2: invalid number"),
        ("[.5]", "line 1 column 2: invalid number"),
        ("{a: 1}", "line 1 column 2: names require double quotes (\")"),
        ("{1: 1}", "line 1 column 2: names require double quotes"),
        ("{\"a\" 1}", "line 1 column 6: a colon is missing after the name"),
        ("{\"a\": 1\n\"b\": 2}", "line 2 column 1: a comma is missing before this"),
        ("[1 2]", "line 1 column 4: a comma is missing before this"),
        ("{\"a\": \"the \"b\" of c\"}", "line 1 column 13: text after a string: add a comma, or write \\\""),
        ("{\"a\": [1}", "line 1 column 9: '}' does not close the array at line 1 column 7: write ]"),
        ("{\"a\": 1]", "line 1 column 8: ']' does not close the object at line 1 column 1: write }"),
        ("{}}", "line 1 column 3: '}' closes nothing: remove it"),
        ("{}\n{}", "line 2 column 1: more text after the end of the value: remove it"),
        ("{\"a\": *}", "line 1 column 7: unexpected '*'"),
        ("[\u{a0}1]", "line 1 column 2: unexpected character U+00A0"),
    ] {
        let message = message(text);
        let reported = message.strip_prefix("invalid JSON at ").unwrap_or(&message);
        assert!(reported.starts_with(wanted), "{text}\n{message}");
    }
    let deep = format!("{}{}", "[".repeat(128), "]".repeat(128));
    assert_eq!(message(&deep), "invalid JSON at line 1 column 128: more than 127 levels of nesting");
    assert!(read(&deep[1..255]).is_ok());
}

#[test]
fn a_repeated_name_is_reported_with_both_positions() {
    assert_eq!(
        message("{\n  \"ref\": 1,\n  \"x\": [{\"r\\u0065f\": 2, \"ref\": 3}],\n  \"ref\": 4\n}"),
        "invalid JSON at line 3 column 25: repeated name \"ref\", first at line 3 column 10: remove one"
    );
    assert_eq!(
        read("{\"a\": 1, \"a\": 2}").unwrap_err().on_one_line().to_string(),
        "invalid JSON at column 10: repeated name \"a\", first at column 2: remove one"
    );
    let long = "x".repeat(1000);
    let message = message(&format!("{{\"\\u001b{long}\": 1, \"\\u001b{long}\": 2}}"));
    assert!(message.contains(&format!("repeated name \"\\u{{1b}}{}…\"", "x".repeat(59))), "{message}");
    // Invalid JSON is reported first.
    assert!(self::message("{\"a\": 1, \"a\": 2").contains("is not closed"));
}

#[test]
fn errors_never_contain_a_value() {
    const SECRET: &str = "hunter2";
    for text in [
        "{\"key\": hunter2}",
        "{\"key\": \"hunter2}",
        "{\"key\": 'hunter2'}",
        "{\"key\": \"hunter2\"x}",
        "hunter2",
        "{} hunter2",
    ] {
        let message = message(text);
        assert!(!message.contains(SECRET), "{message}");
    }
}

#[test]
fn positions_in_a_part_count_from_the_start_of_the_whole() {
    let whole = "[{\"a\": 1},\n {\"b\": 1, \"b\": 2}]";
    let part = &whole[whole.find("{\"b\"").unwrap()..whole.len() - 1];
    assert_eq!(
        read_part(whole, part).unwrap_err().to_string(),
        "invalid JSON at line 2 column 11: repeated name \"b\", first at line 2 column 3: remove one"
    );
    assert!(read_part(whole, "{\"a\"}").unwrap_err().to_string().contains("line 1 column 5"));
}

#[test]
fn positions_are_shown_as_lines_if_columns_mean_nothing() {
    let text = "{\"a\": [1,\n2}";
    let error = mistake(text, &serde_json::from_str::<Value>(text).unwrap_err()).without_columns();
    assert_eq!(error.to_string(), "invalid JSON at line 2: '}' does not close the array at line 1: write ]");
}

/// JSON with one character removed, doubled or replaced.
fn nearly_json() -> impl Strategy<Value = String> {
    const WHOLE: &str =
        r#"{"a": [1, -2.5e+3, "x\n\u00e9\ud83d\ude00"], "b": {"c": true, "d": null}, "é": ""}"#;
    let characters: Vec<char> = WHOLE.chars().collect();
    (0..characters.len(), "[\\[\\]{}:,\"'\\\\0-9a-z.\\-+ \n]{0,2}").prop_map(move |(at, instead)| {
        let (before, after) = characters.split_at(at);
        before.iter().copied().chain(instead.chars()).chain(after[1..].iter().copied()).collect()
    })
}

proptest! {
    #[test]
    fn an_error_is_found_exactly_if_serde_json_rejects_the_text(
        text in prop_oneof![nearly_json(), "[\\[\\]{}:,\"\\\\a-fu0-9eE+.\\- \n]{0,24}", ".{0,20}"],
    ) {
        let is_json = serde_json::from_str::<Value>(&text).is_ok();
        prop_assert_eq!(Scan::new(&text, 0).run().syntax.is_ok(), is_json, "{}", text);
    }

    #[test]
    fn a_repeated_name_is_found_exactly_if_a_value_would_be_lost(text in "(\\{(\"[ab]\":[1{\\[}\\]],?){1,4}\\}){1,2}") {
        if let Ok(value) = exact::from_str(&text) {
            let names = text.matches(':').count();
            prop_assert_eq!(read(&text).is_ok(), count(&value) == names, "{}", text);
        }
    }
}

/// How many members all objects of a value have.
fn count(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.len() + members.values().map(count).sum::<usize>(),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}
