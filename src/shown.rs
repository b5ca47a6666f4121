//! Text from outside, made harmless for a terminal: as escapes in lines that are printed, as pictures
//! on a screen that is drawn.
//!
//! Control characters drive a terminal; bidirectional controls change the order in which what follows
//! is read; characters that are not seen hide something. None of them comes through as it is.

pub mod time;

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// The text with control characters, and characters that are not seen or turn the direction of
/// writing, shown as escapes: `\n`, `\u{1b}`.
#[must_use]
pub fn shown(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for grapheme in text.graphemes(true) {
        let base = grapheme.chars().next().unwrap_or(UNDRAWN);
        for (at, c) in grapheme.chars().enumerate() {
            if (hides(c) && !joins(base, c)) || at >= MOST_IN_ONE {
                out.extend(c.escape_default());
            } else {
                out.push(c);
            }
        }
    }
    out
}

/// Whether a character drives a terminal, turns the direction of writing, or is not seen by itself.
#[must_use]
pub fn hides(c: char) -> bool {
    c.is_control() || is_unseen(c)
}

/// As [`shown`], with the line feeds that are ours.
#[must_use]
pub fn lines_shown(text: &str) -> String {
    text.split('\n').map(shown).collect::<Vec<_>>().join("\n")
}

/// Output with what [`hides`] in it as the escapes of JSON, `\u009b`: a JSON document stays the same
/// document, and no other text drives a terminal. Line feeds stay, and joiners where they make a sign of
/// several.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for grapheme in text.graphemes(true) {
        let base = grapheme.chars().next().unwrap_or(UNDRAWN);
        for c in grapheme.chars() {
            if c != '\n' && hides(c) && !joins(base, c) {
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

/// As [`shown`], the start of it where it is longer than so many characters.
#[must_use]
pub fn start_shown(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => shown(&text[..end]) + "…",
        None => shown(text),
    }
}

/// A number with a blank between thousands: `1 204`.
#[must_use]
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// Most characters of one grapheme that are drawn: the longest emoji in use has ten, and a letter with
/// a hundred marks reaches into the lines around it.
const MOST_IN_ONE: usize = 16;

/// What stands for a character that cannot be drawn.
const UNDRAWN: char = '\u{fffd}';

/// Text as it can be drawn, grapheme by grapheme; see [`seen`].
#[must_use]
pub fn drawn(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.graphemes(true).map(seen).collect())
}

/// One grapheme as it can be drawn: never without width, and with nothing hidden in it. A control
/// character becomes its picture (`␛`), what turns the direction of writing or is not seen becomes
/// `�`. Joiners and variation selectors stay where they make a sign of several.
#[must_use]
pub fn seen(grapheme: &str) -> Cow<'_, str> {
    if is_plain(grapheme) {
        return Cow::Borrowed(grapheme);
    }
    let base = grapheme.chars().next().unwrap_or(UNDRAWN);
    let mut out = String::with_capacity(grapheme.len());
    for (at, c) in grapheme.chars().enumerate() {
        if at == MOST_IN_ONE {
            out.push(UNDRAWN);
            break;
        }
        match u32::from(c) {
            code @ 0..0x20 => out.push(char::from_u32(0x2400 + code).unwrap_or(UNDRAWN)),
            0x7f => out.push('\u{2421}'),
            _ if hides(c) && !joins(base, c) => out.push(UNDRAWN),
            _ => out.push(c),
        }
    }
    if out.width() == 0 {
        // A mark with no letter to stand on.
        out.insert(0, '\u{25cc}');
    }
    if out.width() == 0 {
        out = UNDRAWN.to_string();
    }
    Cow::Owned(out)
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Whether a character that is not seen by itself has a meaning behind this base: joiners in emoji and
/// in scripts that join their letters, the tags in the flags of countries within countries.
fn joins(base: char, c: char) -> bool {
    match c {
        '\u{200c}' | '\u{200d}' => !base.is_ascii() && !is_unseen(base),
        '\u{e0020}'..='\u{e007f}' => base == '\u{1f3f4}',
        // Variation selectors: the form of an emoji, and of the keys 0 to 9, # and *.
        '\u{fe00}'..='\u{fe0f}' => {
            (!base.is_ascii() && !is_unseen(base)) || base.is_ascii_digit() || matches!(base, '#' | '*')
        }
        _ => false,
    }
}

/// Line and paragraph separators, zero-width and bidirectional controls, tags, variation selectors,
/// blanks of scripts without blanks, and the format controls of shorthand, music and hieroglyphs.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{13430}'..='\u{13440}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_drives_a_terminal_is_shown_instead() {
        assert_eq!(shown("\u{1b}[2J\r\n\u{9b}1m a\u{202e}b"), r"\u{1b}[2J\r\n\u{9b}1m a\u{202e}b");
        assert_eq!(shown("Grüße, नमस्ते <id> \\"), "Grüße, नमस्ते <id> \\");
        assert_eq!(
            shown("a\u{2800}\u{1d173}\u{1bca0}\u{13430}b\u{fe0f}"),
            r"a\u{2800}\u{1d173}\u{1bca0}\u{13430}b\u{fe0f}"
        );
        assert_eq!(shown("☎\u{fe0f} 1\u{fe0f}\u{20e3} 👩‍👩‍👧‍👦"), "☎\u{fe0f} 1\u{fe0f}\u{20e3} 👩‍👩‍👧‍👦");
        let marks = shown(&format!("e{}", "\u{301}".repeat(400)));
        assert!(
            marks.chars().filter(|c| *c == '\u{301}').count() < MOST_IN_ONE && marks.ends_with(r"\u{301}")
        );
        assert_eq!(lines_shown("a\n\u{7}b"), "a\n\\u{7}b");
        assert_eq!(start_shown("Grüße", 3), "Grü…");
        assert_eq!(start_shown("Grüße", 5), "Grüße");
    }

    #[test]
    fn what_is_printed_as_json_is_the_same_json_and_drives_nothing() {
        let raw = "\u{9b}31m\u{9d}52;c;eA==\u{7}\u{7f} a\u{202e}b pay\u{200b}pal \u{e0041} 👩‍👩‍👧 Grüße\tx";
        let json = serde_json::json!({raw: raw, "list": [raw]});
        for text in [json.to_string(), format!("{json:#}")] {
            let printed = printable(&text);
            assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).unwrap(), json);
            assert!(printed.contains("\\u009b31m\\u009d52") && printed.contains("\\u007f"), "{printed}");
            assert!(printed.contains("a\\u202eb") && printed.contains("\\udb40\\udc41"), "{printed}");
            assert!(printed.contains("👩‍👩‍👧 Grüße"), "{printed}");
        }
        assert_eq!(printable("a\nb\u{1b}[2J\r"), "a\nb\\u001b[2J\\u000d");
    }

    #[test]
    fn thousands_stand_apart() {
        let all = [0, 999, 1_204, 100_000, 1_234_567].map(grouped);
        assert_eq!(all, ["0", "999", "1 204", "100 000", "1 234 567"]);
    }

    #[test]
    fn what_is_drawn_is_harmless_and_hides_nothing() {
        assert_eq!(drawn("a\u{1b}[31m\tb\u{9b}\r\n\u{7f}"), "a␛[31m␉b\u{fffd}␍␊␡");
        assert_eq!(drawn("in\u{202e}evil\u{2069}"), "in\u{fffd}evil\u{fffd}", "no turned order");
        assert_eq!(drawn("pay\u{200b}pal\u{feff}"), "pay\u{fffd}pal\u{fffd}", "nothing between letters");
        assert_eq!(drawn("a\u{200d}b"), "a\u{fffd}b", "no joiner where nothing joins");
        assert_eq!(drawn("ok\u{e0041}\u{e0042}"), "ok\u{fffd}\u{fffd}", "no letters in tags");
        assert_eq!(drawn("\u{301}"), "\u{25cc}\u{301}", "a mark alone is seen");
    }

    #[test]
    fn scripts_and_emoji_stay_as_they_are() {
        for text in ["Grüße", "日本語", "שלום", "سلام", "می‌خواهم", "क्‍ष", "👩‍👩‍👧‍👦", "🇮🇳", "👍🏽", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]
        {
            assert_eq!(drawn(text), text);
        }
    }

    #[test]
    fn one_letter_takes_one_cell_however_many_marks_it_has() {
        let letter = format!("e{}", "\u{301}".repeat(500));
        assert!(drawn(&letter).chars().count() <= MOST_IN_ONE + 1);
    }

    proptest! {
        #[test]
        fn no_control_character_comes_through(text in any::<String>()) {
            prop_assert!(!shown(&text).chars().any(char::is_control));
            prop_assert!(!printable(&text).chars().any(|c| c.is_control() && c != '\n'));
            let json = serde_json::Value::from(text.as_str());
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&printable(&json.to_string())).unwrap(), json);
            let drawn = drawn(&text);
            prop_assert!(!drawn.chars().any(char::is_control));
            let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            prop_assert!(!drawn.chars().any(turns));
        }

        #[test]
        fn every_grapheme_is_seen(grapheme in "\\PC|\\p{M}{1,3}|\\p{C}") {
            for one in grapheme.graphemes(true) {
                prop_assert!(seen(one).width() > 0, "{:?}", one);
            }
        }
    }
}
