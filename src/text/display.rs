//! Text from outside as drawn on a screen: control characters and invisible characters are replaced by symbols.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::characters::{MOST_IN_ONE, UNDRAWN, is_hidden, is_plain, joins};

/// Text in a form that can be drawn, grapheme by grapheme; see [`displayable_grapheme`].
#[must_use]
pub fn displayable(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.graphemes(true).map(displayable_grapheme).collect())
}

/// One grapheme in a form that can be drawn: never without width, and with nothing hidden in it. A control character
/// becomes its symbol (`␛`); characters that change the text direction or are invisible become `�`. Joiners and
/// variation selectors are kept in graphemes of several characters.
#[must_use]
pub fn displayable_grapheme(grapheme: &str) -> Cow<'_, str> {
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
            _ if is_hidden(c) && !joins(base, c) => out.push(UNDRAWN),
            _ => out.push(c),
        }
    }
    if out.width() == 0 {
        // A mark without a base letter.
        out.insert(0, '\u{25cc}');
    }
    if out.width() == 0 {
        out = UNDRAWN.to_string();
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn drawn_text_is_sanitized() {
        assert_eq!(displayable("a\u{1b}[31m\tb\u{9b}\r\n\u{7f}"), "a␛[31m␉b\u{fffd}␍␊␡");
        assert_eq!(displayable("in\u{202e}evil\u{2069}"), "in\u{fffd}evil\u{fffd}", "no turned order");
        assert_eq!(
            displayable("pay\u{200b}pal\u{feff}"),
            "pay\u{fffd}pal\u{fffd}",
            "nothing between letters"
        );
        assert_eq!(displayable("a\u{200d}b"), "a\u{fffd}b", "no joiner where nothing joins");
        assert_eq!(displayable("ok\u{e0041}\u{e0042}"), "ok\u{fffd}\u{fffd}", "no letters in tags");
        assert_eq!(displayable("\u{301}"), "\u{25cc}\u{301}", "a mark alone is seen");
    }

    #[test]
    fn scripts_and_emoji_are_unchanged() {
        for text in ["Grüße", "日本語", "שלום", "سلام", "می‌خواهم", "क्‍ष", "👩‍👩‍👧‍👦", "🇮🇳", "👍🏽", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]
        {
            assert_eq!(displayable(text), text);
        }
    }

    #[test]
    fn the_marks_of_a_letter_are_limited() {
        let letter = format!("e{}", "\u{301}".repeat(500));
        assert!(displayable(&letter).chars().count() <= MOST_IN_ONE + 1);
    }

    proptest! {
        #[test]
        fn no_control_character_is_drawn(text in any::<String>()) {
            let drawn = displayable(&text);
            prop_assert!(!drawn.chars().any(char::is_control));
            let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            prop_assert!(!drawn.chars().any(turns));
        }

        #[test]
        fn every_grapheme_has_a_width(grapheme in "\\PC|\\p{M}{1,3}|\\p{C}") {
            for one in grapheme.graphemes(true) {
                prop_assert!(displayable_grapheme(one).width() > 0, "{:?}", one);
            }
        }
    }
}
