//! Text from outside, made harmless for a terminal that lines are printed to.

/// The text with control characters, and characters that are not seen or turn the direction of
/// writing, shown as escapes: `\n`, `\u{1b}`.
#[must_use]
pub fn shown(text: &str) -> String {
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

/// As [`shown`], with the line feeds that are ours.
#[must_use]
pub fn lines_shown(text: &str) -> String {
    text.split('\n').map(shown).collect::<Vec<_>>().join("\n")
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
        assert_eq!(shown("\u{1b}[2J\r\n\u{9b}1m a\u{202e}b"), r"\u{1b}[2J\r\n\u{9b}1m a\u{202e}b");
        assert_eq!(shown("Grüße, नमस्ते <id> \\"), "Grüße, नमस्ते <id> \\");
        assert_eq!(lines_shown("a\n\u{7}b"), "a\n\\u{7}b");
        assert_eq!(start_shown("Grüße", 3), "Grü…");
        assert_eq!(start_shown("Grüße", 5), "Grüße");
    }

    #[test]
    fn thousands_stand_apart() {
        let all = [0, 999, 1_204, 100_000, 1_234_567].map(grouped);
        assert_eq!(all, ["0", "999", "1 204", "100 000", "1 234 567"]);
    }

    proptest! {
        #[test]
        fn no_control_character_comes_through(text in any::<String>()) {
            prop_assert!(!shown(&text).chars().any(char::is_control));
        }
    }
}
