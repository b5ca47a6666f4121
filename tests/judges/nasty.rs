//! Values that break anything that is not escaped.

use ringback::callback::Values;

/// Texts with special characters of JSON, forms, URLs, multipart and placeholders.
pub const TEXTS: &[&str] = &[
    "",
    "plain",
    "a \"quoted\" word",
    "back\\slash \\n \\u0041 \\\\",
    "lines\nend\r\nhere\rtoo\n",
    "tab\there",
    "<id>",
    "<t1><t2.x>&lt;",
    "a&b=c&d",
    "1+1 = 2",
    "%41%2B%",
    "k=v==",
    "a;b,c:d",
    "  blanks  ",
    "Grüße, नमस्ते, 你好",
    "😀 👩‍👩‍👧 \u{1F1EE}\u{1F1F3}",
    "\u{feff}\u{202e}\u{2028}\u{85}",
    "nul \0 and \u{1b}[31m",
    "\r\n--ringback-0\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n",
    "/../?#@[]{}|^`'",
    "null",
    "{\"a\": [1]}",
];

/// The name of the variable with this text.
pub fn name(at: usize) -> String {
    format!("t{at}")
}

/// The texts as `t0`, `t1`, …, and a payment, a list, a number, a boolean and a null.
pub fn values() -> Values {
    let mut values = Values::default();
    for (at, text) in TEXTS.iter().enumerate() {
        values.set(name(at), (*text).into());
    }
    for (name, json) in OTHERS {
        values.set(*name, serde_json::from_str(json).unwrap());
    }
    values
}

/// A payment as compact JSON, keys in the platform's order rather than sorted.
pub const PAYMENT: &str = concat!(
    r#"{"amount":{"offset":100,"value":450},"currency":"INR","receipt":"r \"1\" & <t1> + 50%","#,
    r#""reference_id":"आदेश-7","transaction":{"id":"","refunds":[],"status":null,"price":12.50}}"#
);

/// Values that are not strings.
pub const OTHERS: &[(&str, &str)] = &[
    ("payment", PAYMENT),
    ("list", r#"["a,b",{"c":"\\"},1.50]"#),
    ("number", "12.50"),
    ("big", "18446744073709551616"),
    ("yes", "true"),
    ("nothing", "null"),
];
