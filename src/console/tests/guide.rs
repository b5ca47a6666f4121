//! Help and palette: every action can be found and run there, and unavailable ones say why.

use crate::console::model::guide::Guide;
use crate::console::model::message::Message;
use crate::console::model::pane::Pane;
use crate::console::update::action;
use crate::keymap::{Action, Scope, TABLE};
use crate::storage::ProfileRow;

use super::world::profile_id;
use super::{Desk, World, sample, shot};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (60, 16)];

#[test]
fn the_palette_in_each_size() {
    for (columns, lines) in SIZES {
        let mut desk = Desk::new(columns, lines).of(sample::log());
        desk.receives(Message::SenderStatus(sample::sender_status())).keys(":");
        shot(&format!("palette_{columns}x{lines}"), &desk.screen());
        desk.types("retry");
        shot(&format!("palette_colour_{columns}x{lines}"), &desk.styled());
        desk.keys("esc").types("order");
        shot(&format!("palette_profiles_{columns}x{lines}"), &desk.screen());
        let mut desk = Desk::new(columns, lines).mono().of(sample::log());
        desk.receives(Message::SenderStatus(sample::sender_status()))
            .keys("4 G :")
            .types("deliv")
            .keys("tab j");
        shot(&format!("palette_mono_{columns}x{lines}"), &desk.styled());
    }
}

#[test]
fn the_help_in_each_size() {
    for (columns, lines) in SIZES {
        let mut desk = Desk::new(columns, lines).of(sample::log());
        desk.receives(Message::SenderStatus(sample::sender_status())).keys("? j j");
        shot(&format!("help_colour_{columns}x{lines}"), &desk.styled());
        let mut desk = Desk::new(columns, lines).mono().of(sample::log());
        desk.receives(Message::SenderStatus(sample::sender_status()))
            .keys("4 G ? /")
            .types("try")
            .keys("tab j j");
        shot(&format!("help_mono_{columns}x{lines}"), &desk.styled());
    }
}

#[test]
fn a_few_letters_and_enter_run_an_action() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys(":").types("cpyid").keys("enter");
    assert!(desk.state.guide.is_none());
    assert_eq!(desk.requested(), [format!("copy {}", profile_id(1))]);
    desk.keys(":").types("redraw").keys("enter");
    assert_eq!(desk.requested(), ["redraw"]);
    desk.keys(":").types("quit").keys("enter");
    assert_eq!(desk.requested(), ["quit"]);
}

#[test]
fn an_action_of_another_pane_is_done_there() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys(":").types("send again").keys("enter");
    assert_eq!(desk.requested(), ["again 9"]);
    assert_eq!(desk.state.focus, Pane::Deliveries);
    desk.keys(":").types("new profile").keys("enter");
    assert!(desk.state.editor.is_some() && desk.state.focus == Pane::Editor, "{}", desk.screen());
    desk.types("From the palette").keys("f10").types("variables filter").keys("enter");
    assert!(desk.state.focus == Pane::Variables && desk.state.variables.is_typing(), "{}", desk.screen());
    desk.types("id").keys("enter ctrl+p").types("editor other step").keys("enter");
    assert!(desk.shows("[Advanced Configuration]"), "{}", desk.screen());
}

#[test]
fn in_the_editor_a_colon_is_text_and_other_keys_open_the_palette() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e").types(": ?");
    assert!(desk.shows("Order SMS: ?") && desk.state.guide.is_none());
    for key in ["f10", "ctrl+p"] {
        desk.keys(key);
        assert!(desk.shows("━ Palette") || desk.shows("Palette ━"), "{}", desk.screen());
        desk.keys("esc");
    }
    desk.keys("f1");
    assert!(desk.shows("Help ━"), "{}", desk.screen());
}

#[test]
fn an_unavailable_action_says_why_and_closes_nothing() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys(":").types("restore deleted");
    let line = desk.line("Restore the profile deleted last");
    assert!(line.contains('✗') && line.contains("nothing to restore"), "{}", desk.screen());
    desk.keys("enter");
    assert_eq!(desk.notice(), "Restore the profile deleted last: nothing to restore");
    assert!(desk.state.guide.is_some());
    desk.keys("esc").types("save profile error");
    assert!(desk.shows("✗ nothing is being edited: Enter on a profile opens it"), "{}", desk.screen());
}

#[test]
fn the_palette_goes_to_a_profile_by_title() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("/").types("order").keys("enter 4 :").types("go invoice");
    assert!(desk.shows("Go to profile Invoice mails"), "{}", desk.screen());
    desk.keys("enter");
    assert_eq!(desk.state.focus, Pane::Profiles);
    assert!(desk.line("Invoice mails ").contains('▌') && desk.shows("Order SMS"), "{}", desk.screen());
}

#[test]
fn a_profile_deleted_meanwhile_is_reported() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys(":").types("invoice");
    desk.happens(|world| world.tables().profiles.retain(|p| p.title.as_str() != "Invoice mails"));
    desk.keys("enter");
    assert_eq!(desk.notice(), "It no longer exists: another session deleted it");
}

#[test]
fn the_palette_searches_a_hundred_thousand_profiles_and_offers_few() {
    let mut desk = Desk::new(80, 24).of(World::default());
    let row = |n: u128| ProfileRow {
        id: profile_id(n),
        title: format!("Order SMS {n}"),
        channel: crate::profile::Channel::Sms,
        method: crate::profile::Method::Post,
        status: crate::profile::Status::Active,
        created_at: sample::start(),
        modified_at: sample::start(),
        endpoint: "https://hooks.example/sms".to_owned(),
    };
    desk.delays_effects();
    desk.receives(Message::Profiles((0..100_000).map(row).collect()));
    desk.keys(":").types("sms 99999");
    assert!(desk.shows("Go to profile Order SMS 99999"), "{}", desk.screen());
    desk.keys("enter");
    assert_eq!(desk.state.profiles.selected().unwrap().title, "Order SMS 99999");
}

#[test]
fn esc_goes_one_level_up_and_keeps_the_window_beneath() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("t tab").types("xyz").keys("f10").types("quit").keys("esc");
    assert!(desk.state.guide.is_some(), "the search goes first");
    desk.keys("esc");
    assert!(desk.state.guide.is_none() && desk.shows("xyz"), "{}", desk.screen());
    assert_eq!(desk.requested(), [""; 0]);
    desk.keys("esc 4 enter ?");
    assert!(desk.shows("Help ━"));
    desk.keys("? :");
    assert!(desk.shows("Palette ━"));
    desk.keys("f10");
    assert!(desk.state.guide.is_none() && desk.state.overlay.is_some(), "the same key closes it");
    desk.keys("? q");
    assert!(desk.state.guide.is_none(), "q closes the help");
    assert_eq!(desk.requested(), [""; 0], "and quits nothing");
}

#[test]
fn a_window_beneath_is_updated() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("4 enter ?").happens(|world| world.answered(9, 200, sample::start())).keys("esc");
    assert!(desk.line("Order SMS · ").contains("delivered"), "{}", desk.screen());
}

#[test]
fn an_action_of_the_window_beneath_is_done_in_it() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("4 enter :").types("stop retrying").keys("enter");
    assert_eq!(desk.requested(), ["cancel 9"]);
    assert!(desk.state.overlay.is_some());
    desk.keys(":").types("new profile").keys("enter");
    assert!(desk.notice().ends_with("a window is open: Esc closes it first"), "{}", desk.notice());
    desk.keys("esc esc esc 1 t tab f10").types("read values file").keys("enter");
    assert!(desk.shows("Values from file"), "{}", desk.screen());
}

#[test]
fn letters_move_in_the_help_and_slash_searches_it() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    let selected =
        |desk: &Desk| desk.screen().lines().find(|l| l.contains("▌") || l.contains("┃ ✗")).map(str::to_owned);
    desk.keys("? G");
    assert!(selected(&desk).is_some(), "{}", desk.screen());
    assert!(desk.shows("In palette and help"), "{}", desk.screen());
    desk.keys("g g j");
    assert!(desk.line("▌R F9").contains("an endpoint to test against"), "{}", desk.screen());
    desk.keys("/").types("jump");
    assert!(desk.shows("no matches"), "{}", desk.screen());
    desk.keys("enter");
    assert_eq!(desk.notice(), "Run: no matches");
    desk.keys("esc").types("enable").keys("tab n enter");
    assert!(desk.notice().starts_with("Disabled Order SMS"), "{}", desk.notice());
}

#[test]
fn quitting_from_the_palette_asks_about_unsaved_changes() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e x f10").types("quit").keys("enter");
    assert!(desk.shows("Quit?"), "{}", desk.screen());
    desk.keys("n f10 ctrl+c");
    assert!(desk.shows("Quit?") && desk.state.guide.is_none(), "{}", desk.screen());
    assert_eq!(desk.requested(), ["keep Order SMSx"]);
}

/// Places from which every entry is run.
const PLACES: &[&str] = &["1", "2", "e", "3", "4", "4 G", "4 enter", "p", "t", "R", "D", "v n", "e x esc"];

#[test]
fn each_line_runs_or_says_why_not() {
    for place in PLACES {
        for (line, entry) in TABLE.iter().enumerate() {
            let mut desk = Desk::new(60, 16).of(sample::log());
            desk.keys(place).keys("f1");
            assert!(matches!(desk.state.guide, Some(Guide::Help(_))), "{place}");
            let effects = action::do_line(&mut desk.state, line);
            let says = desk.state.notice.as_ref().map(|n| n.text.clone()).unwrap_or_default();
            let why = says.starts_with(&format!("{}: ", entry.long));
            let again = matches!(entry.action, Action::Help | Action::Palette)
                || (entry.scope == Scope::Guide && entry.action != Action::Leave);
            assert_eq!(desk.state.guide.is_some(), why || again, "{place}: {}: {says}", entry.name);
            assert!(!why || effects.is_empty(), "{place}: {}: {effects:?}", entry.name);
            desk.keys("esc");
        }
    }
}

#[test]
fn actions_of_a_closed_window_are_struck_out_and_close_nothing() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("? /").types("only you").keys("tab");
    let line = desk.line("Write it to a file");
    assert!(line.contains('✗'), "{}", desk.screen());
    desk.keys("enter");
    assert!(desk.notice().contains(": only while a text could not be cop"), "{}", desk.screen());
    assert!(desk.state.guide.is_some());
}

#[test]
fn actions_of_the_help_are_not_struck_out_there() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("? /").types("palette and help").keys("tab");
    for text in ["Run the selected line", "Next match", "End the search, then close"] {
        assert!(!desk.line(text).contains('✗'), "{}", desk.screen());
    }
    desk.keys("esc /").types("never quits").keys("tab");
    assert!(!desk.line("One level up").contains('✗'), "{}", desk.screen());
    desk.keys("enter");
    assert!(desk.state.guide.is_none(), "one level up is out of the help");
}

#[test]
fn the_key_named_for_help_is_never_typed_text() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys(": f12");
    assert_eq!(desk.notice(), "F12 does nothing in this window · F1 shows what does");
    desk.keys("tab f12");
    assert_eq!(desk.notice(), "F12 does nothing in this window · ? shows what does");
}
