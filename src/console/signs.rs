//! Borders and signs in ASCII, for terminals and fonts without others.
//!
//! They replace ours after a frame is drawn, so that no view needs to know of them.

use ratatui::buffer::{Buffer, Cell};

use crate::settings::Borders;

/// Which characters the screen is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signs {
    /// All of them.
    #[default]
    Unicode,
    /// Borders and signs in ASCII; names and values as they are.
    Ascii,
    /// Nothing but ASCII: the locale knows no UTF-8, where a byte of another character could drive the
    /// terminal.
    OnlyAscii,
}

impl Signs {
    /// By the setting, and where nothing is set by the locale.
    #[must_use]
    pub fn of(set: Option<Borders>, variable: impl Fn(&str) -> Option<String>) -> Self {
        match (set, is_utf8(variable)) {
            (Some(Borders::Unicode), _) | (None, true) => Self::Unicode,
            (Some(Borders::Ascii), true) => Self::Ascii,
            (Some(Borders::Ascii) | None, false) => Self::OnlyAscii,
        }
    }

    /// Draws what is on a screen with these characters.
    pub(super) fn put_on(self, buffer: &mut Buffer) {
        if self == Self::Unicode {
            return;
        }
        for cell in &mut buffer.content {
            let symbol = cell.symbol();
            if symbol.is_ascii() {
                continue;
            }
            match ascii(cell) {
                Some(sign) => _ = cell.set_symbol(sign),
                None if self == Self::OnlyAscii => _ = cell.set_symbol("?"),
                None => {}
            }
        }
    }
}

/// Whether the locale says that the terminal speaks UTF-8: the first of these that says something.
#[must_use]
pub fn is_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|v| !v.is_empty());
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// The replacement of one of our signs, of the same width.
fn ascii(cell: &Cell) -> Option<&'static str> {
    let mut chars = cell.symbol().chars();
    let (Some(sign), None) = (chars.next(), chars.next()) else { return None };
    Some(match sign {
        '╭' | '╮' | '╰' | '╯' | '┌' | '┐' | '└' | '┘' | '✓' => "+",
        // The focused part has a heavier border.
        '┏' | '┓' | '┗' | '┛' | '┃' => "#",
        '─' | '·' | '–' => "-",
        '━' | '‖' => "=",
        '│' => "|",
        '┄' | '…' => "~",
        '●' | '•' => "*",
        '○' => "o",
        '◌' => ".",
        '▌' | '›' | '→' => ">",
        '‹' | '←' => "<",
        // And the pictures of control characters.
        '↑' | '\u{2400}'..='\u{2421}' => "^",
        '↓' => "v",
        '✗' | '×' => "x",
        '\u{fffd}' => "?",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    fn drawn(text: &str, signs: Signs) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 1));
        buffer.set_string(0, 0, text, ratatui::style::Style::new());
        signs.put_on(&mut buffer);
        let line: String = buffer.content.iter().map(Cell::symbol).collect();
        line.trim_end().to_owned()
    }

    #[test]
    fn signs_have_an_ascii_form() {
        assert_eq!(drawn("┏4 ●○ ▌ü│ 日…", Signs::Unicode), "┏4 ●○ ▌ü│ 日 …");
        assert_eq!(drawn("┏4 ●○ ▌ü│ 日…", Signs::Ascii), "#4 *o >ü| 日 ~");
        assert_eq!(drawn("┏4 ●○ ▌ü│ 日…", Signs::OnlyAscii), "#4 *o >?| ? ~");
    }

    #[test]
    fn the_locale_says_what_the_terminal_speaks() {
        for (variables, wanted) in [
            (&[("LANG", "de_DE.UTF-8")][..], true),
            (&[("LANG", "C.utf8")], true),
            (&[("LC_CTYPE", "UTF-8"), ("LANG", "C")], true),
            (&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")], false),
            (&[("LC_ALL", ""), ("LANG", "de_DE.UTF-8")], true),
            (&[("LANG", "de_DE.ISO-8859-1")], false),
            (&[], false),
        ] {
            let of = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
            assert_eq!(is_utf8(of), wanted, "{variables:?}");
            let auto = if wanted { Signs::Unicode } else { Signs::OnlyAscii };
            assert_eq!(Signs::of(None, of), auto);
            assert_eq!(Signs::of(Some(Borders::Unicode), of), Signs::Unicode, "what is set goes first");
        }
    }
}
