//! Control characters, bidirectional controls, and invisible characters.

/// How many characters of one grapheme are drawn: the longest emoji in use has ten, and a letter with a hundred marks
/// would overlap the lines around it.
pub(super) const MOST_IN_ONE: usize = 16;

/// Replaces a character that cannot be drawn.
pub(super) const UNDRAWN: char = '\u{fffd}';

/// Whether a character is a control character, changes the text direction, or is invisible.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control() || is_unseen(c)
}

/// Whether a text is nothing but printable ASCII.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Whether an invisible character is meaningful after this base: joiners in emoji and in scripts with joined letters,
/// tags in the flags of regions.
pub(super) fn joins(base: char, c: char) -> bool {
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
