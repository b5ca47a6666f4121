//! How a string is written on one line: plain where every program reads it as this string, else in quotes.

use std::fmt::Write as _;

use crate::text::is_hidden;

/// Words that YAML 1.1 or 1.2 takes for null or a boolean, in small letters.
const WORDS: [&str; 10] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "inf"];

/// Characters of plain text besides letters, digits and spaces. None begins or ends anything, within a line, in any
/// version of YAML; `:` is also followed by something else than a space.
const PLAIN: &str = "-_./<>:@+()=?&%;$~^";

/// The string, plain or in quotes.
pub(super) fn quoted(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    if text.chars().all(is_printable) {
        return if text.contains('\'') && !text.contains(['"', '\\']) {
            format!("\"{text}\"")
        } else {
            format!("'{}'", text.replace('\'', "''"))
        };
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        // Writing to a string cannot fail.
        let _ = match c {
            '"' => write!(out, "\\\""),
            '\\' => write!(out, "\\\\"),
            '\n' => write!(out, "\\n"),
            '\r' => write!(out, "\\r"),
            '\t' => write!(out, "\\t"),
            c if is_printable(c) => write!(out, "{c}"),
            c if u32::from(c) > 0xFFFF => write!(out, "\\U{:08X}", u32::from(c)),
            c => write!(out, "\\u{:04X}", u32::from(c)),
        };
    }
    out.push('"');
    out
}

/// Whether a string needs no quotes: it begins with a letter, so it is no number, date or time.
fn is_plain(text: &str) -> bool {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || c == ' ' || PLAIN.contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic() || "</_".contains(c))
        && text != "<<"
        && text.chars().all(is_safe)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether a character can be written as it is, on a line, in YAML 1.1 and 1.2. One that nobody sees cannot: outside
/// quotes nothing can be escaped, and a terminal must not get it.
pub(super) fn is_printable(c: char) -> bool {
    match c {
        c if is_hidden(c) => false,
        // The mark is allowed at the start of a text only; the others are line breaks of YAML 1.1.
        '\u{FEFF}' | '\u{2028}' | '\u{2029}' | '\u{85}' => false,
        ' '..='~' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'.. => true,
        _ => false,
    }
}
