//! A receiver for a profile, by keys.

use super::{Desk, sample, shot};
use crate::console::model::effect::Effect;

#[test]
fn the_program_in_each_size() {
    for (columns, lines) in [(120, 40), (80, 24), (60, 16)] {
        let mut desk = Desk::new(columns, lines).of(sample::world());
        desk.keys("G s");
        shot(&format!("snippet_{columns}x{lines}"), &desk.screen());
    }
}

#[test]
fn a_language_is_selected_and_its_program_copied() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("G s");
    assert!(desk.shows("Invoice mails · Python 1 of 7") && desk.shows("receiver.py"), "{}", desk.screen());
    desk.keys("left");
    assert!(desk.shows("Rust 7 of 7"), "{}", desk.screen());
    desk.keys("right right / ").types("createServer").keys("enter");
    assert!(desk.shows("Node.js 2 of 7") && desk.shows("http.createServer"), "{}", desk.screen());
    desk.keys("esc y");
    let effects = desk.effects();
    let copied = effects.iter().find_map(|effect| match effect {
        Effect::Copy { text, what } => Some((text, what)),
        _ => None,
    });
    let (text, what) = copied.expect("the program is copied");
    assert_eq!(what, "the receiver in Node.js");
    // The profile has an API key and encrypts a value.
    assert!(text.contains("CALLBACK_API_KEY") && text.contains("decrypt(data[name])"), "{text}");
    assert!(!text.contains("k-123"), "{text}");
    desk.keys("esc");
    assert!(desk.state.overlay.is_none());
}
