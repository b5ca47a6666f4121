//! Random values: texts of all sorts, numbers as raw JSON text, booleans, nulls, objects, arrays.

use proptest::prelude::*;
use proptest::string::{RegexGeneratorStrategy, string_regex};
use serde_json::Value;

/// Names of variables; some of them have no value in a case.
pub const NAMES: [&str; 6] = ["id", "status", "_ref-1", "payment", "X", "gone"];

/// Texts that match a pattern. A pattern passed directly would be parsed again for each text.
pub fn regex(pattern: &str) -> RegexGeneratorStrategy<String> {
    string_regex(pattern).expect("a regular expression")
}

/// Text with the special characters of each position, and text that looks like a placeholder.
pub fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<id>".to_owned()),
        Just("<payment.a[0]>".to_owned()),
        Just("%41%2e%".to_owned()),
        Just("\r\n--ringback-d1-0--\r\n".to_owned()),
        Just("\\u0041\\n\\".to_owned()),
        regex("[\"\\\\<>&+%=;:/?#{}\\[\\] .']"),
        regex("[\\x00-\\x1f\\x7f\\x80-\\x9f]"),
        regex("[a-z0-9é€\u{2028}\u{feff}\u{301}😀]{1,4}"),
        any::<char>().prop_map(String::from),
    ];
    prop_oneof![
        6 => proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat()),
        1 => regex("[.]{0,2}"),
        1 => regex("\\PC{0,32}"),
    ]
}

/// A JSON number of any size.
pub fn any_number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        regex("-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?"),
        Just("-0.0".to_owned()),
        Just("1E400".to_owned()),
    ]
}

/// Any JSON value.
pub fn any_value() -> impl Strategy<Value = Value> {
    let number = any_number().prop_map(|text| serde_json::from_str(&text).expect("a number"));
    let leaf = prop_oneof![
        6 => any_text().prop_map(Value::from),
        2 => number,
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let name = prop_oneof![3 => regex("[ab]"), 1 => any_text()];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}
