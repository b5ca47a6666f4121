//! Keys as they are written in the table of actions, in settings and in the footer.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// One key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    control: bool,
    alt: bool,
    shift: bool,
}

/// Names of keys that are not characters.
const NAMED: &[(&str, &str, KeyCode)] = &[
    ("enter", "Enter", KeyCode::Enter),
    ("esc", "Esc", KeyCode::Esc),
    ("tab", "Tab", KeyCode::Tab),
    ("space", "Space", KeyCode::Char(' ')),
    ("up", "↑", KeyCode::Up),
    ("down", "↓", KeyCode::Down),
    ("left", "←", KeyCode::Left),
    ("right", "→", KeyCode::Right),
    ("home", "Home", KeyCode::Home),
    ("end", "End", KeyCode::End),
    ("pgup", "PgUp", KeyCode::PageUp),
    ("pgdn", "PgDn", KeyCode::PageDown),
    ("delete", "Del", KeyCode::Delete),
    ("backspace", "Backspace", KeyCode::Backspace),
];

impl Key {
    /// Parses a key such as `ctrl+s`, `shift+tab`, `f5`, `G` or `enter`. Names are case-insensitive; characters are
    /// case-sensitive, as in reports of terminals.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut key = Self { code: KeyCode::Null, control: false, alt: false, shift: false };
        let mut rest = text;
        while let Some((held, after)) = rest.split_once('+').filter(|(_, after)| !after.is_empty()) {
            match held.to_ascii_lowercase().as_str() {
                "ctrl" => key.control = true,
                "alt" => key.alt = true,
                "shift" => key.shift = true,
                _ => return None,
            }
            rest = after;
        }
        let mut chars = rest.chars();
        key.code = match (chars.next(), chars.next()) {
            (Some(c), None) => KeyCode::Char(c),
            _ => named(&rest.to_ascii_lowercase())?,
        };
        if let KeyCode::Char(c) = &mut key.code {
            if key.control {
                *c = c.to_ascii_lowercase();
            } else if key.shift && c.is_ascii_alphabetic() {
                (*c, key.shift) = (c.to_ascii_uppercase(), false);
            }
            // No terminal reports what else is meant.
            if key.shift {
                return None;
            }
        }
        Some(key)
    }

    /// Whether the key types a character in a text.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !self.control && !self.alt
    }

    /// Whether Ctrl is held down.
    #[must_use]
    pub fn has_control(self) -> bool {
        self.control
    }

    /// Whether Alt is held down.
    #[must_use]
    pub fn has_alt(self) -> bool {
        self.alt
    }

    /// Whether Shift is held down, unless that is part of the character.
    #[must_use]
    pub fn has_shift(self) -> bool {
        self.shift
    }

    /// The key without its modifiers.
    #[must_use]
    pub fn code(self) -> KeyCode {
        self.code
    }

    /// Whether it is this key without modifiers.
    #[must_use]
    pub fn is(self, code: KeyCode) -> bool {
        self.code == code && !self.control && !self.alt && !self.shift
    }
}

/// The key with this lower-case name: one of [`NAMED`], or `f1` to `f12`.
fn named(name: &str) -> Option<KeyCode> {
    if let Some((.., code)) = NAMED.iter().find(|(known, ..)| *known == name) {
        return Some(*code);
    }
    let number = name.strip_prefix('f')?.parse().ok().filter(|n| (1..=12).contains(n))?;
    Some(KeyCode::F(number))
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        let held = |m| event.modifiers.contains(m);
        let (control, alt) = (held(KeyModifiers::CONTROL), held(KeyModifiers::ALT));
        let (code, shift) = match event.code {
            KeyCode::BackTab => (KeyCode::Tab, true),
            // Characters are case-sensitive; some terminals report Shift too, some do not.
            KeyCode::Char(c) if control => (KeyCode::Char(c.to_ascii_lowercase()), false),
            KeyCode::Char(c) => (KeyCode::Char(c), false),
            code => (code, held(KeyModifiers::SHIFT)),
        };
        Self { code, control, alt, shift }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(self.control, "Ctrl+"), (self.alt, "Alt+"), (self.shift, "Shift+")] {
            if held {
                f.write_str(name)?;
            }
        }
        if let Some((_, label, _)) = NAMED.iter().find(|(.., code)| *code == self.code) {
            return f.write_str(label);
        }
        match self.code {
            KeyCode::Char(c) if self.control => write!(f, "{}", c.to_ascii_uppercase()),
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(n) => write!(f, "F{n}"),
            _ => f.write_str("?"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_parsed_and_displayed() {
        for (text, shown) in [
            ("ctrl+s", "Ctrl+S"),
            ("shift+tab", "Shift+Tab"),
            ("f5", "F5"),
            ("G", "G"),
            ("+", "+"),
            ("enter", "Enter"),
            ("Ctrl+S", "Ctrl+S"),
            ("PgDn", "PgDn"),
            ("shift+g", "G"),
            ("ctrl++", "Ctrl++"),
        ] {
            assert_eq!(Key::parse(text).map(|k| k.to_string()).as_deref(), Some(shown), "{text}");
        }
        for bad in ["", "f13", "hyper+x", "entr", "ctrl+shift+s", "shift+1", "ctrl+"] {
            assert_eq!(Key::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn reported_keys_equal_written_keys() {
        let event = KeyEvent::new(KeyCode::Char('S'), KeyModifiers::CONTROL | KeyModifiers::SHIFT);
        assert_eq!(Some(Key::from(event)), Key::parse("ctrl+s"));
        let event = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(Some(Key::from(event)), Key::parse("shift+tab"));
        let event = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(Some(Key::from(event)), Key::parse("G"));
    }
}
