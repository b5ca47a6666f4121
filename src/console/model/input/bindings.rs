//! The keys of a text field, as a table.
//!
//! None requires Alt, though some have an alternative with it; none is used by terminals (Ctrl+S, Ctrl+Q, Ctrl+Z) or
//! has another meaning in Ringback (Ctrl+C, Ctrl+L, Ctrl+O, Ctrl+T).

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::keymap::Key;

use super::motion::Motion;

/// An edit by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named for what they do")]
pub enum Command {
    Go(Motion),
    /// Like `Go`, extending the selection.
    Select(Motion),
    /// Deletes the selection, or the text covered by a motion.
    Erase(Motion),
    /// The same, and keeps the text so that it can be inserted again.
    Kill(Motion),
    Cut,
    Yank,
    Undo,
    Redo,
    Break,
}

/// Keys, and what they do.
const TABLE: &[(&str, Command)] = &[
    ("left ctrl+b", Command::Go(Motion::Left)),
    ("right ctrl+f", Command::Go(Motion::Right)),
    ("up ctrl+p", Command::Go(Motion::Up)),
    ("down ctrl+n", Command::Go(Motion::Down)),
    ("pgup", Command::Go(Motion::PageUp)),
    ("pgdn", Command::Go(Motion::PageDown)),
    ("ctrl+left alt+b alt+left", Command::Go(Motion::WordLeft)),
    ("ctrl+right alt+f alt+right", Command::Go(Motion::WordRight)),
    ("home ctrl+a", Command::Go(Motion::LineStart)),
    ("end ctrl+e", Command::Go(Motion::LineEnd)),
    ("ctrl+home", Command::Go(Motion::Start)),
    ("ctrl+end", Command::Go(Motion::End)),
    ("shift+left", Command::Select(Motion::Left)),
    ("shift+right", Command::Select(Motion::Right)),
    ("shift+up", Command::Select(Motion::Up)),
    ("shift+down", Command::Select(Motion::Down)),
    ("shift+pgup", Command::Select(Motion::PageUp)),
    ("shift+pgdn", Command::Select(Motion::PageDown)),
    ("ctrl+shift+left alt+shift+left", Command::Select(Motion::WordLeft)),
    ("ctrl+shift+right alt+shift+right", Command::Select(Motion::WordRight)),
    ("shift+home", Command::Select(Motion::LineStart)),
    ("shift+end", Command::Select(Motion::LineEnd)),
    ("ctrl+shift+home", Command::Select(Motion::Start)),
    ("ctrl+shift+end", Command::Select(Motion::End)),
    // Some terminals send Ctrl+H for Backspace.
    ("backspace shift+backspace ctrl+h", Command::Erase(Motion::Left)),
    ("delete ctrl+d", Command::Erase(Motion::Right)),
    ("ctrl+w ctrl+backspace alt+backspace", Command::Kill(Motion::WordLeft)),
    ("ctrl+delete alt+d", Command::Kill(Motion::WordRight)),
    ("ctrl+u", Command::Kill(Motion::LineStart)),
    ("ctrl+k", Command::Kill(Motion::LineEnd)),
    ("ctrl+x shift+delete", Command::Cut),
    ("ctrl+y", Command::Yank),
    // Ctrl+_ and Ctrl+/ arrive as Ctrl+7: all three are the byte 0x1F.
    ("ctrl+7 ctrl+_ ctrl+/ alt+u", Command::Undo),
    ("ctrl+r alt+r", Command::Redo),
    ("enter", Command::Break),
];

/// The edit that a key stands for; none for a key that types a character.
pub fn command(key: Key) -> Option<Command> {
    static KEYS: OnceLock<HashMap<Key, Command>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let of = |(names, command): &(&str, Command)| {
            let command = *command;
            names.split(' ').filter_map(Key::parse).map(move |key| (key, command)).collect::<Vec<_>>()
        };
        TABLE.iter().flat_map(of).collect()
    });
    keys.get(&key).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_valid_and_unique() {
        let names: Vec<&str> = TABLE.iter().flat_map(|(names, _)| names.split(' ')).collect();
        let keys: std::collections::HashSet<Key> = names.iter().map(|n| Key::parse(n).unwrap()).collect();
        assert_eq!(keys.len(), names.len());
    }

    #[test]
    fn no_key_is_used_by_terminals_or_the_console() {
        for taken in ["ctrl+s", "ctrl+q", "ctrl+z", "ctrl+c", "ctrl+l", "ctrl+o", "ctrl+t"] {
            assert_eq!(command(Key::parse(taken).unwrap()), None, "{taken}");
        }
    }

    #[test]
    fn no_key_requires_alt() {
        for (names, command) in TABLE {
            assert!(names.split(' ').any(|name| !name.contains("alt+")), "{command:?}");
        }
    }
}
