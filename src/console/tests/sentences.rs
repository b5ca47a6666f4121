//! Sentences name the keys that are bound, whatever the settings bind.

use std::collections::BTreeSet;
use std::path::Path;

use crate::console::action::{Scope, TABLE};
use crate::console::keymap::{Keymap, bind};
use crate::console::message::Message;
use crate::console::programs::{Returned, Subject};
use crate::settings::Binding;

use super::world::profile_id;
use super::{Desk, World, sample};

/// Every action on keys that nobody has: a sequence of two where letters are keys, else function keys
/// with Ctrl and Shift.
fn odd() -> Keymap {
    let mut bindings = Vec::new();
    let (mut letters, mut functions) = (0_u8, 0);
    for entry in TABLE {
        let is_fixed = entry.keys().all(|key| matches!(key.to_string().as_str(), "Esc" | "Ctrl+C"));
        if is_fixed || matches!(entry.scope, Scope::List) {
            continue;
        }
        let keys = if entry.scope.is_for_text() || entry.scope == Scope::Global {
            functions += 1;
            let held = ["ctrl+", "shift+", "ctrl+shift+"][functions / 12 % 3];
            format!("{held}f{}", functions % 12 + 1)
        } else {
            letters += 1;
            format!("ü{}", char::from(b'A' + letters % 26))
        };
        bindings.push(Binding { action: entry.name(), keys: vec![keys], place: "c:1".to_owned() });
    }
    bind(&bindings).0
}

/// The keys of the table as they are shown, without those that no setting takes away.
fn usual() -> BTreeSet<String> {
    let keys = TABLE.iter().flat_map(|entry| entry.keys().map(|key| key.to_string()));
    keys.filter(|key| !["Esc", "Ctrl+C", "Enter", "↑", "↓", "←", "→", "Space"].contains(&key.as_str()))
        .collect()
}

/// A usual key that a sentence names as what does something: `n makes one`, `R and Space start it`.
fn named(sentence: &str) -> Option<String> {
    let usual = usual();
    let trim = |word: &str| word.trim_matches([',', ';', ':', '.', '(', ')', '"', '`']).to_owned();
    let words: Vec<String> = sentence.split_whitespace().map(trim).collect();
    let verb = |word: &str| word.len() > 2 && word.ends_with('s') && !word.contains('\'');
    let does = |at: usize| match &words[at + 1..] {
        [and, other, ..] if and == "and" => other.starts_with(char::is_uppercase),
        [next, ..] => verb(next),
        [] => false,
    };
    let found = words.iter().enumerate().position(|(at, word)| usual.contains(word) && does(at));
    found.map(|at| words[at..words.len().min(at + 3)].join(" "))
}

#[test]
fn a_key_that_does_something_is_found_in_a_sentence() {
    for sentence in
        ["none yet: n makes one", "saved: Ctrl+S saves it", "R and Space start it", "ended: a sends it"]
    {
        assert!(named(sentence).is_some(), "{sentence}");
    }
    for sentence in
        ["{profiles-new} makes one", "Esc closes it", "a few letters", "5 s to end", "type any <name>"]
    {
        assert_eq!(named(sentence), None, "{sentence}");
    }
}

/// A key that is written into a sentence of the console is wrong as soon as it is bound elsewhere: braces
/// with the name of the action stand in its place.
#[test]
fn no_sentence_in_the_sources_names_a_key() {
    fn look(path: &Path, looked_at: &mut usize) {
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                if !["tests", "keymap"].contains(&name.as_str()) {
                    look(&path, looked_at);
                }
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod").next().unwrap();
            // What a string literal continues on the next line belongs to it.
            let text = text.replace("\\n", " ").replace("\\\n", " ").replace("\\\"", "'");
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            for literal in code.flat_map(|line| line.split('"').skip(1).step_by(2)) {
                *looked_at += 1;
                assert_eq!(named(literal), None, "{}: {literal}", path.display());
            }
        }
    }
    let mut looked_at = 0;
    look(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console"), &mut looked_at);
    assert!(looked_at > 500, "only {looked_at} sentences");
}

/// Each sentence that names keys, as it is seen with all of them bound elsewhere.
#[test]
fn what_is_seen_names_the_keys_that_are_bound() {
    let with = |world: World| {
        let mut desk = Desk::new(120, 40);
        desk.state.settings.keys = odd();
        desk.of(world)
    };
    let mut screens = Vec::new();
    let mut empty = with(World::default());
    screens.push(empty.screen());
    assert!(empty.shows(&format!("{} makes the first one", empty.state.settings.keys.shown("profiles-new"))));
    assert!(empty.shows(&format!("{} tests a profile", empty.state.settings.keys.shown("test"))));
    empty.told(Message::ReceiverEnded);
    screens.push(empty.screen());
    let mut desk = with(sample::log());
    screens.push(desk.screen());
    let subject = Subject::Body(profile_id(1));
    let presses = |desk: &Desk, name: &str| desk.state.settings.keys.shown(name).to_lowercase();
    let edit = presses(&desk, "profiles-edit");
    for letter in edit.chars().map(|c| if c == 'ü' { c } else { c.to_ascii_uppercase() }) {
        desk.keys(&letter.to_string());
    }
    assert!(desk.state.editor.is_some(), "{}", desk.screen());
    let back = Returned { subject, given: String::new(), written: Some("{}".to_owned()), trouble: None };
    desk.told(Message::Returned(Box::new(back)));
    let saves = format!("{} saves it", desk.state.settings.keys.shown("editor-save"));
    assert!(desk.says().ends_with(&saves) && !saves.starts_with("Ctrl+S"), "{}", desk.says());
    screens.push(desk.screen());
    desk.told(Message::Refused("It has ended already: {deliveries-send-again} resends it"));
    screens.push(desk.screen());
    let mouse = presses(&desk, "mouse");
    desk.keys(&mouse);
    assert!(desk.says().contains("gives it back"), "{}", desk.screen());
    screens.push(desk.screen());
    desk.told(Message::Uncopied("text".into(), "the request".into(), "too long".into()));
    let show = desk.state.settings.keys.shown("copy-window-show-in-full");
    assert!(desk.shows(&format!("{show} Show it")), "{}", desk.screen());
    for screen in screens {
        for line in screen.lines() {
            assert_eq!(named(line), None, "{line}\n{screen}");
        }
    }
}
