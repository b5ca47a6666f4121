//! Borders and signs in ASCII, for terminals and fonts without Unicode.
//!
//! They are substituted after a frame is drawn, so that views need not care.

use ratatui::buffer::{Buffer, Cell};

use crate::settings::Borders;

/// The character set that the screen is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Glyphs {
    /// Unicode.
    #[default]
    Unicode,
    /// Borders and signs in ASCII; names and values as they are.
    Ascii,
    /// ASCII only: the locale is not UTF-8, and bytes of other characters could be control codes.
    OnlyAscii,
}

impl Glyphs {
    /// According to the setting, or to the locale if there is none.
    #[must_use]
    pub fn of(set: Option<Borders>, variable: impl Fn(&str) -> Option<String>) -> Self {
        match (set, is_utf8(variable)) {
            (Some(Borders::Unicode), _) | (None, true) => Self::Unicode,
            (Some(Borders::Ascii), true) => Self::Ascii,
            (Some(Borders::Ascii) | None, false) => Self::OnlyAscii,
        }
    }

    /// Substitutes the characters of a drawn screen.
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

/// Whether the locale says that the terminal uses UTF-8: by the first of these variables that is set.
#[must_use]
pub fn is_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|v| !v.is_empty());
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// The replacement for one of our signs, of the same width.
fn ascii(cell: &Cell) -> Option<&'static str> {
    let mut chars = cell.symbol().chars();
    let (Some(sign), None) = (chars.next(), chars.next()) else { return None };
    Some(match sign {
        '╭' | '╮' | '╰' | '╯' | '┌' | '┐' | '└' | '┘' | '✓' => "+",
        // The focused part has a heavier border; and high bars.
        '┏' | '┓' | '┗' | '┛' | '┃' | '▆' | '▇' | '█' => "#",
        '─' | '·' | '–' => "-",
        '━' | '‖' | '▅' => "=",
        '│' => "|",
        '┄' | '…' => "~",
        '●' | '•' => "*",
        '○' => "o",
        '◌' | '░' => ".",
        '▒' => ":",
        '▓' => "%",
        '▌' | '›' | '→' => ">",
        '‹' | '←' => "<",
        // And the symbols for control characters.
        '↑' | '\u{2400}'..='\u{2421}' => "^",
        '↓' => "v",
        '✗' | '×' => "x",
        // Low bars.
        '▁' | '▂' | '▃' | '▄' => "_",
        '\u{fffd}' => "?",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    fn drawn(text: &str, glyphs: Glyphs) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 1));
        buffer.set_string(0, 0, text, ratatui::style::Style::new());
        glyphs.put_on(&mut buffer);
        let line: String = buffer.content.iter().map(Cell::symbol).collect();
        line.trim_end().to_owned()
    }

    #[test]
    fn glyphs_have_an_ascii_form() {
        assert_eq!(drawn("┏4 ●○ ▌ü│ 日…", Glyphs::Unicode), "┏4 ●○ ▌ü│ 日 …");
        assert_eq!(drawn("┏4 ●○ ▌ü│ 日…", Glyphs::Ascii), "#4 *o >ü| 日 ~");
        assert_eq!(drawn("┏4 ●○ ▌ü│ 日…", Glyphs::OnlyAscii), "#4 *o >?| ? ~");
        assert_eq!(drawn("░▒▓█▄", Glyphs::Ascii), ".:%#_");
    }

    #[test]
    fn the_locale_decides_the_encoding() {
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
            let auto = if wanted { Glyphs::Unicode } else { Glyphs::OnlyAscii };
            assert_eq!(Glyphs::of(None, of), auto);
            assert_eq!(Glyphs::of(Some(Borders::Unicode), of), Glyphs::Unicode, "what is set goes first");
        }
    }
}
