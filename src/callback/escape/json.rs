//! Conversions between text and JSON.

use serde_json::Value;

/// A text as a JSON string.
pub(in crate::callback) fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    push_quoted(&mut json, text);
    json
}

/// Appends a text as a JSON string.
pub(crate) fn push_quoted(json: &mut String, text: &str) {
    // As `serde_json` does; usually there is nothing to escape (RFC 8259, section 7). Without an early end the compiler
    // checks many bytes at a time.
    let is_escaped = |byte: u8| matches!(byte, 0..=0x1f | b'"' | b'\\');
    if text.bytes().fold(false, |found, byte| found | is_escaped(byte)) {
        json.push_str(&Value::from(text).to_string());
    } else {
        json.push('"');
        json.push_str(text);
        json.push('"');
    }
}

/// A JSON string without its quotes.
pub(in crate::callback) fn unquoted(string: &str) -> &str {
    string.strip_prefix('"').and_then(|s| s.strip_suffix('"')).unwrap_or(string)
}

/// The text of one member: that of a string, anything else as written.
pub(in crate::callback) fn text_of(json: &str) -> Result<String, serde_json::Error> {
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json),
        Some(b'{' | b'[') => Ok(compact(json)),
        _ if json == "null" => Ok(String::new()),
        _ => Ok(json.to_owned()),
    }
}

/// JSON without white space between its tokens.
fn compact(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    json.chars()
        .filter(|&c| {
            let kept = in_string || !matches!(c, ' ' | '\t' | '\n' | '\r');
            if c == '"' && !escaped {
                in_string = !in_string;
            }
            escaped = in_string && c == '\\' && !escaped;
            kept
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn quoting_equals_serde_json(text in any::<String>()) {
            prop_assert_eq!(quoted(&text), Value::from(text.as_str()).to_string());
        }
    }
}
