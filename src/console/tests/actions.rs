//! Checks the table of actions against the console: no key is unreachable, and the footer is correct on every screen.

use crate::console::model::message::Message;
use crate::keymap::{Meaning, Scope, TABLE};

use super::{Desk, World, sample};

/// Keys that lead to a place with this scope.
fn keys_to(scope: Scope) -> &'static [&'static str] {
    match scope {
        Scope::Global | Scope::Profiles => &["1"],
        Scope::List => &["1", "3", "4", "5", "2", "R", "S", "O", "B", "?", "p", "4 enter"],
        Scope::Reading => &["4 enter", "p"],
        Scope::Guide => &["?", ": tab"],
        Scope::Editor => &["e"],
        Scope::Variables => &["3"],
        Scope::Deliveries => &["4", "5", "4 enter"],
        Scope::TestWindow => &["j t"],
        Scope::PreviewWindow => &["p", "e f7", "t f7"],
        Scope::SnippetWindow => &["s"],
        Scope::Question => &["e x esc"],
        Scope::ReceiverWindow => &["R"],
        Scope::ResponsesForm => &["R e"],
        Scope::ReplayForm => &["R p"],
        Scope::RequestWindow => &["R enter", "R G enter"],
        Scope::SendersWindow => &["S"],
        Scope::OverviewWindow => &["O"],
        Scope::BulkWindow => &["B"],
        Scope::Form => &["v n"],
        Scope::CopyWindow => &["y"],
    }
}

#[test]
fn each_action_can_be_reached_in_its_scope() {
    for entry in TABLE {
        for keys in keys_to(entry.scope) {
            let mut world = sample::log();
            world.no_clipboard = entry.scope == Scope::CopyWindow;
            let mut desk = Desk::new(120, 40).of(world);
            desk.receives(Message::Received(sample::request(1).into())).keys(keys);
            let scopes = desk.state.target().scopes();
            assert!(scopes.contains(&entry.scope), "{keys} leads to {scopes:?}, not {:?}", entry.scope);
            for keys in entry.keys() {
                let first = keys.first();
                let meaning = if keys.is(first) { Meaning::Does(entry.action) } else { Meaning::Begins };
                assert_eq!(desk.state.meaning(first), Some(meaning), "{keys} in {scopes:?}");
            }
        }
    }
}

/// Screens with different keys in the footer.
const PLACES: &[&str] = &[
    "1",
    "/",
    "e",
    "e tab",
    "e f4",
    "3",
    "v /",
    "4",
    "4 enter",
    "4 G enter",
    "5",
    "t",
    "j t",
    "p",
    "G p f8",
    "R",
    "S",
    "B",
    "?",
    "? /",
    ":",
    ": tab",
    "4 enter :",
    "v n",
    "D",
    "e x esc",
    "n",
    "e x ctrl+c",
];

#[test]
fn the_footer_fits_and_shows_only_keys_that_work_here() {
    for columns in [60, 80, 100, 120, 200] {
        for place in PLACES {
            let mut desk = Desk::new(columns, 40).of(sample::log());
            desk.receives(Message::SenderStatus(sample::sender_status())).keys(place);
            let screen = desk.screen();
            let footer = screen.lines().nth(38).unwrap();
            for shown in footer.trim().split("  ").filter(|part| !part.is_empty()) {
                let (key, label) = shown.split_once(' ').unwrap_or_else(|| panic!("{place}: {footer:?}"));
                if desk.state.is_searching() && matches!(label, "Done" | "Find" | "Clear") {
                    continue;
                }
                let entry = TABLE.iter().find(|e| {
                    (desk.state.target().scopes().contains(&e.scope) || e.action.works_above_windows())
                        && e.short == label
                        && e.keys().any(|k| k.to_string() == key && !desk.state.is_for_text(k.first()))
                });
                assert!(entry.is_some(), "{place}: nothing does {shown:?}");
            }
        }
    }
}

#[test]
fn the_footer_of_a_search_lists_its_own_keys() {
    for (place, shown) in [
        ("/", "Enter Done  Esc Clear"),
        ("e f3 /", "Enter Done  Esc Clear"),
        ("4 /", "Enter Done  Esc Clear"),
        ("4 enter /", "Enter Find"),
        ("p /", "Enter Find"),
    ] {
        let mut desk = Desk::new(120, 40).of(sample::log());
        desk.keys(place);
        assert!(desk.state.is_searching(), "{place}: {}", desk.screen());
        let footer = desk.screen().lines().nth(38).unwrap_or_default().to_owned();
        assert!(footer.contains(shown), "{place}: {footer}");
        for taken in ["Ctrl+R", "Ctrl+P", "Ctrl+A", "Retry"] {
            assert!(!footer.contains(taken), "{place}: {footer}");
        }
    }
}

#[test]
fn the_footer_is_never_hidden_by_a_window() {
    for (place, key) in [("R", "Esc Back"), ("4 enter", "Esc Back"), ("?", "Ctrl+C Quit"), ("t", "Esc Back")]
    {
        let mut desk = Desk::new(80, 24).of(sample::log());
        desk.keys(place);
        let screen = desk.screen();
        let footer = screen.lines().nth(22).unwrap_or_default();
        assert!(footer.contains(key), "{place}: {screen}");
    }
}

#[test]
fn the_digits_and_tab_lead_to_each_pane() {
    let mut desk = Desk::new(80, 24).of(World::default());
    for n in 1..=5usize {
        desk.keys(&n.to_string());
        assert_eq!(desk.state.focus.number(), n);
    }
    for n in 1..=5usize {
        desk.keys("tab");
        assert_eq!(desk.state.focus.number(), n);
    }
    desk.keys("shift+tab");
    assert_eq!(desk.state.focus.number(), 4);
}

#[test]
fn the_receivers_settings_cycle_both_ways() {
    let mut desk = Desk::new(80, 24).of(World::default());
    desk.keys("R y");
    assert_eq!(desk.notice(), "Copy URL: the receiver is off: Space starts it");
    desk.keys("space right right left");
    assert_eq!(
        desk.requested(),
        ["start receiver"]
            .into_iter()
            .map(str::to_owned)
            .chain([204, 301, 204].map(|status| format!("receiver answers {status}")))
            .collect::<Vec<_>>()
    );
    desk.keys("y space esc");
    assert_eq!(desk.requested(), ["copy http://127.0.0.1:9977/", "stop receiver"]);
    assert!(desk.state.overlay.is_none());
}
