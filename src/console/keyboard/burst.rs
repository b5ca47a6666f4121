//! Which keys arrived together: text pasted into a terminal without bracketed paste looks like keys,
//! and what it happens to spell must not be taken for answers.

use crossterm::event::KeyCode;

use super::decoder::Input;
use crate::console::keys::Key;
use crate::console::message::Message;

/// A read of at least so many bytes is part of a longer text: what the next read brings belongs to it.
const LONG: usize = 1024;

/// Finds the bursts in what is read.
#[derive(Debug, Default)]
pub struct Bursts {
    /// Whether the last read was in the middle of a long text.
    goes_on: bool,
}

impl Bursts {
    /// The messages for what one read of so many bytes brought.
    ///
    /// A burst is two or more keys that write text, one after the other within one read. Esc, arrows and
    /// keys with Ctrl are in no text, so they belong to no burst.
    pub fn messages(&mut self, inputs: Vec<Input>, length: usize) -> Vec<Message> {
        let went_on = std::mem::replace(&mut self.goes_on, length >= LONG);
        let typed: Vec<bool> = inputs.iter().map(is_typed).collect();
        let mut messages = Vec::with_capacity(inputs.len());
        for (at, input) in inputs.into_iter().enumerate() {
            let before = if at == 0 { went_on } else { typed[at - 1] };
            let after = typed.get(at + 1).copied().unwrap_or(false);
            match input {
                Input::Key(key) if typed[at] && (before || after) => messages.push(Message::BurstKey(key)),
                Input::Key(key) => messages.push(Message::Key(key)),
                Input::Paste(text) => messages.push(Message::Paste(text)),
                Input::CutPaste(text) => messages.extend([Message::Paste(text), Message::PasteCut]),
                Input::Pointer(pointer) => messages.push(Message::Pointer(pointer)),
            }
        }
        messages
    }
}

fn is_typed(input: &Input) -> bool {
    matches!(input, Input::Key(key) if is_in_text(*key))
}

/// Whether a pasted text can hold the key: a character, or the end of a line or of a column.
fn is_in_text(key: Key) -> bool {
    key.is_text() || key.is(KeyCode::Enter) || key.is(KeyCode::Tab)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bursts(keys: &str) -> Vec<bool> {
        let inputs: Vec<Input> = keys.split(' ').map(|k| Input::Key(Key::parse(k).unwrap())).collect();
        let messages = Bursts::default().messages(inputs, 10);
        messages.iter().map(|m| matches!(m, Message::BurstKey(_))).collect()
    }

    #[test]
    fn text_keys_in_one_read_are_a_burst() {
        assert_eq!(bursts("D y"), [true, true]);
        assert_eq!(bursts("q enter"), [true, true]);
        assert_eq!(bursts("q"), [false]);
        assert_eq!(bursts("esc q"), [false, false]);
        assert_eq!(bursts("down q ctrl+c"), [false, false, false]);
    }

    #[test]
    fn a_long_text_goes_on_in_the_next_read() {
        let key = || vec![Input::Key(Key::parse("y").unwrap())];
        let mut bursts = Bursts::default();
        assert!(matches!(bursts.messages(key(), 4095)[..], [Message::Key(_)]));
        assert!(matches!(bursts.messages(key(), 1)[..], [Message::BurstKey(_)]));
        assert!(matches!(bursts.messages(key(), 1)[..], [Message::Key(_)]));
    }
}
