//! Keys that arrived together: text pasted into a terminal without bracketed paste looks like keys, and must not
//! answer a question by accident.

use crossterm::event::KeyCode;

use crate::console::model::message::Message;
use crate::keymap::Key;

use super::decoder::Input;

/// A read of at least this many bytes is part of a longer text: the next read belongs to it, however late it comes.
const LONG: usize = 1024;

/// Detects bursts.
#[derive(Debug, Default)]
pub struct Bursts {
    /// The last read was in the middle of a long text.
    in_long_text: bool,
}

impl Bursts {
    /// The messages for the inputs of one read of `length` bytes.
    ///
    /// A burst is two or more inputs in one read, not counting Esc: over a slow line, Esc and the next key arrive
    /// together. Other input between two keys does not separate them.
    pub fn messages(&mut self, inputs: Vec<Input>, length: usize) -> Vec<Message> {
        let went_on = std::mem::replace(&mut self.in_long_text, length >= LONG);
        let is_burst = went_on || inputs.iter().filter(|input| !is_esc(input)).count() > 1;
        let mut messages = Vec::with_capacity(inputs.len());
        for input in inputs {
            match input {
                Input::Key(key) if is_burst && is_in_text(key) => messages.push(Message::BurstKey(key)),
                Input::Key(key) => messages.push(Message::Key(key)),
                Input::Paste(text) => messages.push(Message::Paste(text)),
                Input::CutPaste(text) => messages.extend([Message::Paste(text), Message::PasteCut]),
                Input::Pointer(pointer) => messages.push(Message::Pointer(pointer)),
            }
        }
        messages
    }
}

fn is_esc(input: &Input) -> bool {
    matches!(input, Input::Key(key) if key.is(KeyCode::Esc))
}

/// Whether the key can be part of a pasted text: a character, a line end or a tab.
fn is_in_text(key: Key) -> bool {
    key.is_text() || key.is(KeyCode::Enter) || key.is(KeyCode::Tab)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(keys: &str) -> Vec<Input> {
        keys.split(' ').map(|k| Input::Key(Key::parse(k).unwrap())).collect()
    }

    fn are_bursts(messages: &[Message]) -> Vec<bool> {
        messages.iter().map(|m| matches!(m, Message::BurstKey(_))).collect()
    }

    fn bursts(keys: &str) -> Vec<bool> {
        are_bursts(&Bursts::default().messages(inputs(keys), 10))
    }

    #[test]
    fn text_keys_in_one_read_are_a_burst_even_with_other_input_between_them() {
        assert_eq!(bursts("D y"), [true, true]);
        assert_eq!(bursts("q enter"), [true, true]);
        assert_eq!(bursts("D ctrl+o y"), [true, false, true]);
        assert_eq!(bursts("D up y"), [true, false, true]);
        assert_eq!(bursts("delete enter"), [false, true], "what opened the question is in no text");
        assert_eq!(bursts("q"), [false]);
        assert_eq!(bursts("esc q"), [false, false]);
    }

    #[test]
    fn an_empty_paste_does_not_split_a_burst() {
        let mut all = inputs("D");
        all.push(Input::Paste(String::new()));
        all.extend(inputs("y"));
        let messages = Bursts::default().messages(all, 20);
        assert_eq!(are_bursts(&messages), [true, false, true]);
    }

    #[test]
    fn a_long_text_continues_in_the_next_read() {
        let mut bursts = Bursts::default();
        assert_eq!(are_bursts(&bursts.messages(inputs("y"), 4095)), [false]);
        assert_eq!(are_bursts(&bursts.messages(inputs("y"), 1)), [true]);
        assert_eq!(are_bursts(&bursts.messages(inputs("y"), 1)), [false]);
    }
}
