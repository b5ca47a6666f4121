//! Text from outside, made harmless for a terminal.

use std::fmt::Write;

/// The text with control characters, and characters that are not seen or turn the direction of
/// writing, shown as escapes: `\n`, `\u{1b}`.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_unseen(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Bytes as text; those that are not UTF-8 stand as `\xNN`.
pub(super) fn bytes_escaped(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a `String` cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Line and paragraph separators, zero-width and bidirectional controls, tags.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_drives_a_terminal_is_shown_instead() {
        assert_eq!(escaped("\u{1b}[2J\r\n\u{9b}1m\u{7f}"), r"\u{1b}[2J\r\n\u{9b}1m\u{7f}");
        assert_eq!(escaped("a\u{202e}b\u{200b}"), r"a\u{202e}b\u{200b}");
        assert_eq!(escaped("Grüße, नमस्ते <id> \\"), "Grüße, नमस्ते <id> \\");
    }

    #[test]
    fn bytes_that_are_no_text_are_told() {
        assert_eq!(bytes_escaped(b"a\xff\xc3\xbc\xc3"), "a\\xffü\\xc3");
    }

    proptest! {
        #[test]
        fn no_control_character_comes_through(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let shown = escaped(&bytes_escaped(&bytes));
            prop_assert!(!shown.chars().any(char::is_control));
        }
    }
}
