//! Keys: two consecutive letters, keys from the settings, and the notices of keys without a meaning.

use crate::console::model::pane::Pane;
use crate::keymap;
use crate::settings::{Binding, SettingsPlace};

use super::{Desk, sample};

/// A desk with these keys in its settings.
fn bound(all: &[(&str, &str)]) -> Desk {
    let binding = |(action, keys): &(&str, &str)| Binding {
        action: (*action).to_owned(),
        keys: keys.split(' ').map(str::to_owned).collect(),
        place: SettingsPlace::on_line("config.toml", 1),
    };
    let bindings: Vec<_> = all.iter().map(binding).collect();
    let (keys, notices) = keymap::bind(&bindings);
    assert_eq!(notices, []);
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.state.settings.keys = keys;
    desk.later(0);
    desk
}

#[test]
fn two_letters_go_to_the_top_and_the_first_one_is_shown() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("G g");
    assert!(desk.notice().ends_with("g…"), "{}", desk.notice());
    desk.later(3_600_000);
    assert!(desk.notice().ends_with("g…"), "no time ends it");
    desk.keys("g");
    assert!(desk.line("Order SMS  ").contains('▌') && !desk.shows("g…"), "{}", desk.screen());
    desk.keys("G g esc g");
    assert!(desk.line("Invoice mails ").contains('▌'), "Esc ends it, and the second g is a first one");
    desk.keys("d");
    assert_eq!(desk.notice(), "gd does nothing here · ? shows all keys");
    assert_eq!(desk.requested(), [""; 0], "the letter after it is not an action");
    desk.keys("g t");
    assert!(desk.state.overlay.is_none());
}

#[test]
fn every_list_moves_with_letters_and_with_arrows() {
    // The keys that lead there, and the last line of the screen.
    for place in ["1", "3", "4", "5", "R", "?", ": tab", "4 enter", "G p", "2", "e f3"] {
        for (down, up, end, top) in [("j", "k", "G", "g g"), ("down", "up", "end", "home")] {
            let mut desk = Desk::new(60, 16).of(sample::log());
            // Moving pauses the log: its title says so from then on.
            desk.keys(place).keys(down).keys(top);
            let first = desk.screen();
            desk.keys(down).keys(up);
            assert_eq!(desk.screen(), first, "{place}: {down} {up}");
            desk.keys("ctrl+d");
            let second = desk.screen();
            desk.keys("ctrl+u");
            assert_eq!(desk.screen(), first, "{place}: Ctrl+D Ctrl+U");
            desk.keys("pgdn");
            assert_eq!(desk.screen(), second, "{place}: PgDn");
            desk.keys(end);
            let last = desk.screen();
            desk.keys(down);
            assert_eq!(desk.screen(), last, "{place}: {end} is the end");
            assert!(place == "2" || last != first, "{place}: {last}");
            desk.keys(top);
            assert_eq!(desk.screen(), first, "{place}: {top}");
        }
    }
}

#[test]
fn the_keys_of_the_settings_work_and_are_shown() {
    let mut desk =
        bound(&[("profiles-new", "o"), ("editor-save", "ctrl+w f11"), ("list-top", "tt"), ("test", "x")]);
    assert!(desk.shows("o Add New Profile") && desk.shows("x Test"), "{}", desk.screen());
    desk.keys("n");
    assert!(desk.state.editor.is_none());
    assert_eq!(desk.notice(), "n does nothing here · Variables: Add own");
    desk.keys("G t t");
    assert!(desk.line("Order SMS  ").contains('▌'), "{}", desk.screen());
    desk.keys("o").types("Title");
    assert!(desk.shows("Ctrl+W Save"), "{}", desk.screen());
    desk.keys("f11");
    assert!(desk.notice().starts_with("Not saved"), "{}", desk.notice());
    desk.keys("esc d ? /").types("add new");
    assert!(desk.line("Add New Profile").contains("▌o "), "{}", desk.screen());
    desk.keys("esc esc :").types("add new profile");
    assert!(desk.line("Add New Profile").trim_end_matches(['┃', ' ']).ends_with(" o"), "{}", desk.screen());
}

#[test]
fn sentences_name_the_keys_that_are_bound() {
    let mut desk = bound(&[("profiles-undo", "U"), ("question-accept", "j"), ("question-refuse", "f")]);
    desk.keys("D");
    assert!(desk.shows("U restores it") && desk.shows("j Delete   f/Esc Keep"), "{}", desk.screen());
    desk.keys("j");
    assert!(desk.notice().ends_with("U restores it"), "{}", desk.notice());
}

#[test]
fn a_key_without_effect_says_where_it_has_one() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    for (keys, message) in [
        ("r", "r does nothing here · Deliveries, timeline and details: Retry now"),
        ("f11", "F11 does nothing here · ? shows all keys"),
        ("z", "z does nothing here · ? shows all keys"),
        ("4 enter q", "q does nothing in this window · ? shows what does"),
        ("esc e tab f11", "F11 does nothing here · ? shows all keys"),
    ] {
        desk.keys(keys);
        assert_eq!(desk.notice(), message, "{keys}");
    }
    assert_eq!(desk.requested(), [""; 0]);
}

#[test]
fn esc_in_the_summary_goes_to_the_list() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("2 esc");
    assert_eq!(desk.state.focus, Pane::Profiles);
}
