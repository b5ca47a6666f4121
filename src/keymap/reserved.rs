//! Keys that must not be bound: terminals, multiplexers and desktops use them, or cannot distinguish them from
//! others.

use crossterm::event::KeyCode;

use super::key::Key;

/// Keys that cannot be rebound: quit, and one level up.
const FIXED: [&str; 2] = ["ctrl+c", "esc"];

/// Whether the key always does what the table says.
pub fn is_fixed(key: Key) -> bool {
    FIXED.iter().any(|fixed| Key::parse(fixed) == Some(key))
}

/// Why the key must not be bound; `None` if it may be.
pub fn why(key: Key) -> Option<&'static str> {
    if key.has_alt() {
        return Some("desktops and terminals keep Alt");
    }
    if key.has_control() {
        return why_with_control(key.code());
    }
    match key.code() {
        KeyCode::Enter | KeyCode::Esc | KeyCode::Backspace if key.has_shift() => {
            Some("terminals send the same without Shift")
        }
        _ if is_fixed(key) => Some("it always goes one level up"),
        _ => None,
    }
}

fn why_with_control(code: KeyCode) -> Option<&'static str> {
    match code {
        KeyCode::Char('a') => Some("screen keeps Ctrl+A"),
        KeyCode::Char('b') => Some("tmux keeps Ctrl+B"),
        KeyCode::Char('c') => Some("it always quits"),
        KeyCode::Char('q') => Some("flow control keeps Ctrl+Q"),
        KeyCode::Char('h') => Some("some terminals send it for Backspace"),
        KeyCode::Char('i') => Some("terminals send it for Tab"),
        KeyCode::Char('j' | 'm') => Some("terminals send it for Enter"),
        KeyCode::Char(letter) if letter.is_ascii_lowercase() => None,
        KeyCode::Char(_) | KeyCode::Enter | KeyCode::Tab | KeyCode::Esc | KeyCode::Backspace => {
            Some("many terminals send the same without Ctrl, or nothing")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::keymap::{Chord, TABLE};

    use super::*;

    #[test]
    fn keys_used_by_terminals() {
        let kept = "alt+x ctrl+a ctrl+b ctrl+q ctrl+1 ctrl+enter ctrl+i ctrl+m shift+enter ctrl+space esc";
        for name in kept.split(' ') {
            assert!(why(Key::parse(name).unwrap()).is_some(), "{name}");
        }
        for name in ["ctrl+s", "f10", "x", "shift+tab", "ctrl+left", "delete", "?"] {
            assert_eq!(why(Key::parse(name).unwrap()), None, "{name}");
        }
    }

    #[test]
    fn the_table_uses_no_reserved_key() {
        for entry in TABLE {
            for key in entry.keys().map(Chord::first).filter(|key| !is_fixed(*key)) {
                assert_eq!(why(key), None, "{key} of {}", entry.name);
            }
            // Ctrl+S is flow control in some terminals, so it is never the only key.
            assert!(entry.keys != "ctrl+s");
        }
    }
}
