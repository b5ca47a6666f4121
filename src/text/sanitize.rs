//! Text from outside as printed: control characters and invisible characters are escaped.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation as _;

use super::characters::{MOST_IN_ONE, UNDRAWN, is_hidden, is_plain, joins};

/// The text with escapes for control characters, and for characters that are invisible or change the text direction:
/// `\n`, `\u{1b}`.
#[must_use]
pub fn escape_controls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_escaped(&mut out, text);
    out
}

/// Appends text as [`escape_controls`] returns it: for long texts, without another copy.
pub fn push_escaped(out: &mut String, text: &str) {
    if is_plain(text) {
        return out.push_str(text);
    }
    for grapheme in text.graphemes(true) {
        let base = grapheme.chars().next().unwrap_or(UNDRAWN);
        for (at, c) in grapheme.chars().enumerate() {
            if (is_hidden(c) && !joins(base, c)) || at >= MOST_IN_ONE {
                out.extend(c.escape_default());
            } else {
                out.push(c);
            }
        }
    }
}

/// As [`escape_controls`], but keeps line feeds.
#[must_use]
pub fn escape_lines(text: &str) -> String {
    text.split('\n').map(escape_controls).collect::<Vec<_>>().join("\n")
}

/// Output with JSON escapes for what [`is_hidden`] in it, such as `\u009b`: a JSON document keeps its meaning, and
/// other text has no effect in a terminal. Line feeds are kept, and joiners in graphemes of several characters.
#[must_use]
pub fn escape_json(text: &str) -> Cow<'_, str> {
    // The common case: only these are replaced, and finding combining characters takes longer than everything else.
    if !has_hidden(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for grapheme in text.graphemes(true) {
        let base = grapheme.chars().next().unwrap_or(UNDRAWN);
        for c in grapheme.chars() {
            if c != '\n' && is_hidden(c) && !joins(base, c) {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            } else {
                out.push(c);
            }
        }
    }
    Cow::Owned(out)
}

/// Whether something in it is hidden, other than line feeds.
fn has_hidden(text: &str) -> bool {
    let mut rest = text;
    loop {
        let mut others = rest[plain(rest.as_bytes())..].chars();
        match others.next() {
            None => return false,
            Some(c) if is_hidden(c) => return true,
            Some(_) => rest = others.as_str(),
        }
    }
}

/// How many bytes from the start are printable ASCII or line feeds. Nearly all of an output is: eight are examined at
/// once, since most of printing it would be this.
fn plain(bytes: &[u8]) -> usize {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
    let (words, rest) = bytes.as_chunks();
    for (at, word) in words.iter().enumerate() {
        if !is_printable(*word)
            && let Some(other) = word.iter().position(|byte| !is_plain(byte))
        {
            return at * word.len() + other;
        }
    }
    bytes.len() - rest.len() + rest.iter().take_while(|byte| is_plain(byte)).count()
}

/// Whether each byte is printable ASCII: no less than a blank, and less than the last control character.
fn is_printable(bytes: [u8; 8]) -> bool {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHEST_BITS: u64 = EACH << 7;
    let word = u64::from_ne_bytes(bytes);
    // What is borrowed from a byte, or carried to it, only follows one that is found itself.
    let below_blank = word.wrapping_sub(EACH * 0x20) & !word;
    let from_delete = word.wrapping_add(EACH) | word;
    (below_blank | from_delete) & HIGHEST_BITS == 0
}

/// As [`escape_controls`], truncated after this many characters.
#[must_use]
pub fn escape_start(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => escape_controls(&text[..end]) + "…",
        None => escape_controls(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn control_characters_are_shown_as_escapes() {
        assert_eq!(escape_controls("\u{1b}[2J\r\n\u{9b}1m a\u{202e}b"), r"\u{1b}[2J\r\n\u{9b}1m a\u{202e}b");
        assert_eq!(escape_controls("Grüße, नमस्ते <id> \\"), "Grüße, नमस्ते <id> \\");
        assert_eq!(
            escape_controls("a\u{2800}\u{1d173}\u{1bca0}\u{13430}b\u{fe0f}"),
            r"a\u{2800}\u{1d173}\u{1bca0}\u{13430}b\u{fe0f}"
        );
        assert_eq!(escape_controls("☎\u{fe0f} 1\u{fe0f}\u{20e3} 👩‍👩‍👧‍👦"), "☎\u{fe0f} 1\u{fe0f}\u{20e3} 👩‍👩‍👧‍👦");
        let marks = escape_controls(&format!("e{}", "\u{301}".repeat(400)));
        assert!(
            marks.chars().filter(|c| *c == '\u{301}').count() < MOST_IN_ONE && marks.ends_with(r"\u{301}")
        );
        assert_eq!(escape_lines("a\n\u{7}b"), "a\n\\u{7}b");
        assert_eq!(escape_start("Grüße", 3), "Grü…");
        assert_eq!(escape_start("Grüße", 5), "Grüße");
    }

    #[test]
    fn escaped_json_is_equivalent_and_harmless() {
        let raw = "\u{9b}31m\u{9d}52;c;eA==\u{7}\u{7f} a\u{202e}b pay\u{200b}pal \u{e0041} 👩‍👩‍👧 Grüße\tx";
        let json = serde_json::json!({raw: raw, "list": [raw]});
        for text in [json.to_string(), format!("{json:#}")] {
            let printed = escape_json(&text);
            assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).unwrap(), json);
            assert!(printed.contains("\\u009b31m\\u009d52") && printed.contains("\\u007f"), "{printed}");
            assert!(printed.contains("a\\u202eb") && printed.contains("\\udb40\\udc41"), "{printed}");
            assert!(printed.contains("👩‍👩‍👧 Grüße"), "{printed}");
        }
        assert_eq!(escape_json("a\nb\u{1b}[2J\r"), "a\nb\\u001b[2J\\u000d");
    }

    proptest! {
        #[test]
        fn what_is_hidden_is_found_wherever_it_is(
            before in "[ -~\n·]{0,40}",
            c in prop_oneof![any::<char>(), (0_u8..=0xa0).prop_map(char::from)],
            after in "[ -~\n·]{0,40}",
        ) {
            prop_assert_eq!(has_hidden(&format!("{before}{c}{after}")), c != '\n' && is_hidden(c));
        }

        #[test]
        fn no_control_character_is_printed(text in any::<String>()) {
            prop_assert!(!escape_controls(&text).chars().any(char::is_control));
            prop_assert!(!escape_json(&text).chars().any(|c| c.is_control() && c != '\n'));
            let json = serde_json::Value::from(text.as_str());
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&escape_json(&json.to_string())).unwrap(), json);
        }
    }
}
