//! Sentences name the keys that the settings bind.

use std::collections::BTreeSet;
use std::path::Path;

use crate::console::model::disabled_reason::beneath;
use crate::console::model::message::Message;
use crate::console::model::program::{Returned, Subject};
use crate::keymap::{Keymap, Scope, TABLE, bind};
use crate::settings::{Binding, SettingsPlace};

use super::world::profile_id;
use super::{Desk, World, sample};

/// Binds every action to unusual keys: a sequence of two where letters are keys, otherwise function keys with Ctrl
/// and Shift.
fn odd() -> Keymap {
    let mut bindings = Vec::new();
    let mut seconds = ('A'..='Z').chain('a'..='z').chain('0'..='9').cycle();
    let (mut together, mut alone) = (0, 0);
    for entry in TABLE {
        let is_fixed = entry.keys().all(|key| matches!(key.to_string().as_str(), "Esc" | "Ctrl+C"));
        if is_fixed || matches!(entry.scope, Scope::List) {
            continue;
        }
        let keys = if entry.scope.is_for_text() || entry.scope == Scope::Global {
            let meets = entry.scope.meets(Scope::Global);
            let functions = if meets { &mut together } else { &mut alone };
            *functions += 1;
            let held = ["ctrl+", "shift+", "ctrl+shift+"][*functions / 12 % 3];
            format!("{held}f{}", *functions % 12 + 1)
        } else {
            format!("ü{}", seconds.next().unwrap())
        };
        bindings.push(Binding {
            action: entry.name.to_owned(),
            keys: vec![keys],
            place: SettingsPlace::default(),
        });
    }
    let (keymap, notices) = bind(&bindings);
    assert_eq!(notices, [], "each has odd keys");
    keymap
}

/// The keys of the table as they are shown, except those that cannot be rebound.
fn usual() -> BTreeSet<String> {
    let keys = TABLE.iter().flat_map(|entry| entry.keys().map(|key| key.to_string()));
    keys.filter(|key| !["Esc", "Ctrl+C", "Enter", "↑", "↓", "←", "→", "Space"].contains(&key.as_str()))
        .collect()
}

/// A default key that a sentence names: `n makes one`, `R and Space start it`.
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
fn keys_are_detected_in_sentences() {
    for sentence in
        ["none yet: n creates one", "saved: Ctrl+S saves it", "R and Space start it", "ended: a resends it"]
    {
        assert!(named(sentence).is_some(), "{sentence}");
    }
    for sentence in
        ["{profiles-new} makes one", "Esc closes it", "a few letters", "5 s to end", "type any <name>"]
    {
        assert_eq!(named(sentence), None, "{sentence}");
    }
}

/// A key written literally into a sentence is wrong as soon as it is rebound: sentences must name the action in
/// braces instead.
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
            // The continuation of a string literal on the next line belongs to it.
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

/// Presses the key of an action.
fn does(desk: &mut Desk, action: &str) {
    let keys = desk.state.settings.keys.shown(action);
    match keys.strip_prefix('ü') {
        Some(second) => desk.keys("ü").keys(second),
        None => desk.keys(&keys.to_lowercase()),
    };
}

fn with(world: World, (columns, lines): (u16, u16)) -> Desk {
    let mut desk = Desk::new(columns, lines);
    desk.state.settings.keys = odd();
    desk.of(world)
}

/// How to reach every window, by actions; `+` starts a text.
const SCENES: &[&str] = &[
    "",
    "profiles-search +no such title",
    "profiles-new editor-save",
    "profiles-edit editor-other-step",
    "profiles-edit editor-secrets editor-preview preview-window-secrets",
    "profiles-edit +X editor-leave question-discard",
    "profiles-edit +X quit",
    "profiles-edit +X editor-save profiles-undo",
    "profiles-edit go-profiles list-down profiles-edit",
    "profiles-delete",
    "profiles-delete question-accept",
    "profiles-pause",
    "profiles-enable",
    "profiles-preview",
    "profiles-preview reading-search +no such text list-down",
    "profiles-snippet snippet-window-right reading-search +no such text list-down",
    "profiles-copy-id",
    "go-editor",
    "go-variables variables-search +no such name",
    "go-variables variables-add-variable",
    "go-variables variables-add-variable +own form-next-field +sample form-accept variables-remove-variable",
    "go-variables variables-edit-variable",
    "go-variables variables-insert",
    "go-deliveries",
    "go-deliveries deliveries-search +no such delivery",
    "go-deliveries deliveries-details",
    "go-deliveries deliveries-details reading-search",
    "go-deliveries deliveries-details deliveries-follow",
    "go-deliveries deliveries-retry-now",
    "go-deliveries list-bottom deliveries-retry-now",
    "go-deliveries list-bottom list-up deliveries-cancel",
    "go-deliveries deliveries-pager",
    "go-deliveries deliveries-filter-state deliveries-filter-state deliveries-retry-all",
    "go-deliveries deliveries-filter-state deliveries-send-all-again",
    "go-deliveries deliveries-pause-all",
    "go-deliveries deliveries-pause-all deliveries-pause-all",
    "go-deliveries deliveries-cancel-all",
    "go-deliveries deliveries-cancel-all question-accept",
    "go-deliveries deliveries-send-all-again",
    "go-timeline",
    "test",
    "test test-window-other-step test-window-open-file",
    "test test-window-preview",
    "list-down test test-window-next-field",
    "receiver",
    "receiver receiver-window-toggle list-down receiver-window-right",
    "receiver receiver-window-edit-responses responses-next-field",
    "senders list-down",
    "overview overview-window-right list-down",
    "bulk list-down bulk-window-show-failed",
    "go-deliveries deliveries-send-all-again question-accept bulk bulk-window-show-all",
    "help",
    "palette",
    "palette +retry",
    "test help",
    "theme mouse",
];

/// Checks every sentence that names keys, in every window and for every reason why an action is unavailable, with all
/// keys rebound.
#[test]
fn sentences_on_the_screen_name_the_bound_keys() {
    let mut reached = Vec::new();
    let mut looked_at = 0;
    for size in [(120, 40), (60, 16)] {
        for world in [sample::log as fn() -> World, World::default] {
            // Without profiles there is no field to type into.
            let is_empty = world().tables().profiles.is_empty();
            for scene in SCENES.iter().filter(|scene| !is_empty || !scene.contains('+')) {
                let mut desk = with(world(), size);
                for (at, step) in scene.split_inclusive(' ').enumerate() {
                    let step = step.trim_end();
                    match step.strip_prefix('+') {
                        Some(text) => desk.types(text),
                        // Words after a text belong to it, unless they are names of actions.
                        None if TABLE.iter().all(|entry| entry.name != step) => desk.types(" ").types(step),
                        None => {
                            does(&mut desk, step);
                            &mut desk
                        }
                    };
                    check_sentences(&desk, &format!("{scene}, step {at}"));
                    reached.extend(desk.state.target().scopes());
                    looked_at += 1;
                }
            }
        }
    }
    for mut desk in [reported(), copy_failed()] {
        check_sentences(&desk, "messages");
        does(&mut desk, "copy-window-show-in-full");
        check_sentences(&desk, "messages");
        reached.extend(desk.state.target().scopes());
    }
    let mut desk = with(sample::log(), (120, 40));
    desk.receives(Message::Received(sample::request(1).into()));
    for step in ["receiver", "list-bottom", "receiver-window-show-in-full", "reading-search"] {
        does(&mut desk, step);
        check_sentences(&desk, step);
        reached.extend(desk.state.target().scopes());
    }
    let mut desk = with(sample::log(), (120, 40));
    desk.receives(Message::Received(sample::request(1).into()));
    for step in ["receiver", "receiver-window-send-to"] {
        does(&mut desk, step);
        check_sentences(&desk, step);
        reached.extend(desk.state.target().scopes());
    }
    for scope in Scope::ALL {
        assert!(reached.contains(scope), "no scene leads to {scope:?}");
    }
    assert!(looked_at > 200, "{looked_at}");
}

/// A desk that shows each notice from outside, one after the other.
fn reported() -> Desk {
    let mut desk = with(sample::log(), (120, 40));
    desk.receives(Message::ReceiverEnded);
    assert!(
        desk.notice().contains(&desk.state.settings.keys.shown("receiver-window-toggle")),
        "{}",
        desk.notice()
    );
    check_sentences(&desk, "the receiver ended");
    desk.receives(Message::Refused("It has already ended: {deliveries-send-again} resends it"));
    check_sentences(&desk, "refused");
    does(&mut desk, "profiles-edit");
    let subject = Subject::Body(profile_id(1));
    let back = Returned { subject, given: String::new(), written: Some("{}".to_owned()), trouble: None };
    desk.receives(Message::Returned(Box::new(back)));
    let saves = format!("{} saves it", desk.state.settings.keys.shown("editor-save"));
    assert!(desk.notice().ends_with(&saves) && !saves.starts_with("Ctrl+S"), "{}", desk.notice());
    desk
}

fn copy_failed() -> Desk {
    let mut desk = with(sample::log(), (120, 40));
    desk.receives(Message::CopyFailed("text".into(), "the request".into(), "too long".into()));
    let show = desk.state.settings.keys.shown("copy-window-show-in-full");
    assert!(desk.shows(&format!("{show} Show it")), "{}", desk.screen());
    desk
}

/// No sentence on the screen, and none that help and palette would show, names a default key, or still contains the
/// name of an action in braces.
fn check_sentences(desk: &Desk, scene: &str) {
    let screen = desk.screen();
    let reasons = TABLE.iter().filter_map(|entry| beneath::why_not_from_here(&desk.state, entry));
    let reasons: Vec<String> = reasons.map(std::borrow::Cow::into_owned).collect();
    // The panes are numbered regardless of their keys.
    let lines = screen.lines().filter(|line| !(line.contains("1 Profiles") && line.contains("5 Timeline")));
    // The brackets of a box to tick are no keys.
    let lines = lines.map(|line| line.replace("[x] ", "").replace("[ ] ", ""));
    for line in lines.chain(reasons) {
        let line = line.as_str();
        assert_eq!(named(line), None, "{scene}: {line}\n{screen}");
        let names = line.split('{').skip(1).filter_map(|piece| piece.split_once('}'));
        for (name, _) in names {
            assert!(TABLE.iter().all(|entry| entry.name != name), "{scene}: {line}\n{screen}");
        }
    }
}
