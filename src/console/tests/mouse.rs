//! The captured mouse: clicks select what they hit, the wheel moves what is under it.

use crate::console::model::message::Message;
use crate::console::model::mouse::{MouseAction, Pointer};
use crate::console::model::pane::Pane;

use super::{Desk, sample};

fn desk(columns: u16, lines: u16) -> Desk {
    let mut desk = Desk::new(columns, lines).of(sample::log());
    desk.keys("M");
    assert_eq!(desk.requested(), ["mouse true"]);
    desk
}

/// Clicks or scrolls where the text starts on the screen.
#[track_caller]
fn at(desk: &mut Desk, action: MouseAction, text: &str) {
    let screen = desk.screen();
    let found = screen.lines().zip(0..).find_map(|(row, y)| {
        let before = &row[..row.find(text)?];
        Some((u16::try_from(unicode_width::UnicodeWidthStr::width(before)).unwrap(), y))
    });
    let at = found.unwrap_or_else(|| panic!("{text} is not on\n{screen}"));
    desk.receives(Message::Pointer(Pointer { action, at }));
}

#[track_caller]
fn click(desk: &mut Desk, text: &str) {
    at(desk, MouseAction::Click, text);
}

#[test]
fn the_mouse_is_not_captured_by_default() {
    let mut desk = Desk::new(120, 36).of(sample::log());
    click(&mut desk, "Bookings");
    assert!(desk.line("Bookings        wa").starts_with("┃ Bookings"), "{}", desk.screen());
    desk.keys("M M");
    assert_eq!(desk.requested(), ["mouse true", "mouse false"]);
    click(&mut desk, "Bookings");
    assert!(desk.line("Bookings        wa").starts_with("┃ Bookings"), "{}", desk.screen());
}

#[test]
fn a_click_selects_the_pane_and_the_row() {
    let mut desk = desk(120, 36);
    click(&mut desk, "Bookings");
    assert!(desk.line("Bookings        wa").starts_with("┃▌Bookings"), "{}", desk.screen());
    click(&mut desk, "4 Deliveries");
    assert_eq!(desk.state.focus, Pane::Deliveries);
    click(&mut desk, "cancelled");
    assert!(desk.line("Order SMS cancelled").starts_with("┃▌"), "{}", desk.screen());
    assert!(!desk.state.deliveries.is_following(), "who clicks on one stays there");
    click(&mut desk, "5 Timeline");
    assert_eq!(desk.state.focus, Pane::Timeline);
    click(&mut desk, "[ ] status");
    assert_eq!(desk.state.focus, Pane::Variables);
    assert!(desk.shows("[x] status"), "{}", desk.screen());
}

#[test]
fn a_click_on_a_tab_shows_its_pane() {
    let mut desk = desk(80, 24);
    for (name, pane) in [
        ("4 Deliveries", Pane::Deliveries),
        ("3 Dynamic Variables", Pane::Variables),
        ("1 Profiles", Pane::Profiles),
    ] {
        click(&mut desk, name);
        assert_eq!(desk.state.focus, pane);
    }
}

#[test]
fn clicks_in_the_editor_reach_fields_choices_switches_buttons_and_steps() {
    let mut desk = desk(120, 36);
    desk.keys("enter");
    click(&mut desk, "https://hooks.example/sms");
    desk.keys("end").types("?x=<id>");
    assert!(desk.shows("https://hooks.example/sms?x=<id>"), "{}", desk.screen());
    // The first click focuses a choice, the next one changes it.
    click(&mut desk, "[POST]");
    assert!(desk.shows("[POST]"));
    click(&mut desk, "[POST]");
    assert!(desk.shows("[PUT]"), "{}", desk.screen());
    click(&mut desk, "Advanced");
    click(&mut desk, "[ ] encrypt the values");
    assert!(desk.shows("[x] encrypt the values"), "{}", desk.screen());
    click(&mut desk, "[x] encrypt the values");
    click(&mut desk, "[Advanced Configuration]");
    assert!(desk.shows("[Advanced Configuration]"));
    click(&mut desk, "[ Back ]");
    assert!(desk.shows("[Basics]"), "{}", desk.screen());
    click(&mut desk, "[ Test ]");
    assert!(desk.shows("[ Send ]"), "{}", desk.screen());
}

#[test]
fn clicks_do_not_reach_beneath_a_window() {
    let mut desk = desk(120, 36);
    desk.keys("t");
    click(&mut desk, "4 Deliveries");
    assert_eq!(desk.state.focus, Pane::Profiles);
    assert!(desk.shows("[ Send ]"));
    click(&mut desk, "DELIVRD");
    desk.types("X");
    assert!(desk.shows("DELIVRDX"), "{}", desk.screen());
}

#[test]
fn the_wheel_scrolls_what_is_under_it_and_keeps_the_focus() {
    let mut desk = desk(120, 36);
    at(&mut desk, MouseAction::WheelDown, "4 Deliveries");
    assert_eq!(desk.state.focus, Pane::Profiles);
    assert_eq!(desk.state.deliveries.list.selected(), 3);
    at(&mut desk, MouseAction::WheelUp, "4 Deliveries");
    assert_eq!(desk.state.deliveries.list.selected(), 0);
    at(&mut desk, MouseAction::WheelDown, "Bookings        wa");
    assert!(desk.line("Call log        disabled").starts_with("┃▌"), "{}", desk.screen());
    // Over a window it scrolls the window.
    desk.resized(60, 16).keys("4 G enter");
    let before = desk.screen();
    at(&mut desk, MouseAction::WheelDown, "Request (cred");
    assert_ne!(desk.screen(), before);
}

#[test]
fn the_actions_in_the_variables_pane_are_clickable() {
    let mut desk = desk(120, 36);
    desk.keys("e");
    click(&mut desk, "[ View ]");
    assert_eq!(desk.state.focus, Pane::Variables);
    click(&mut desk, "Select All");
    assert!(desk.shows("22 of 22 selected"), "{}", desk.screen());
    click(&mut desk, "Copy to Clipboard");
    assert!(desk.notice().starts_with("Copied 22 variables"), "{}", desk.screen());
    click(&mut desk, "Esc Close");
    assert_eq!(desk.state.focus, Pane::Editor);
}

#[test]
fn clicks_in_help_and_palette_run_the_clicked_line_or_nothing() {
    let mut desk = desk(120, 36);
    for key in ["?", ":"] {
        desk.keys("1").keys(key);
        let before = desk.screen();
        for text in ["4 Deliveries", "5 Timeline", if key == "?" { "Help" } else { "Palette" }] {
            let visible = desk.screen().contains(text);
            if visible {
                click(&mut desk, text);
            }
            assert_eq!(desk.state.focus, Pane::Profiles, "{text}");
        }
        assert_eq!(desk.screen(), before);
        assert!(desk.state.guide.is_some());
        desk.keys("esc");
    }
    // The first click selects a line, the second one runs it.
    desk.keys(":").types("duplicate");
    desk.keys("esc").types("redraw");
    click(&mut desk, "Redraw the screen");
    assert!(desk.state.guide.is_none(), "it was the selected line: {}", desk.screen());
    assert_eq!(desk.requested(), ["redraw"]);
    desk.keys("?");
    click(&mut desk, "Next pane");
    assert!(desk.line("Next pane").contains('▌') && desk.state.guide.is_some(), "{}", desk.screen());
    click(&mut desk, "Next pane");
    assert!(desk.state.guide.is_none());
    assert_eq!(desk.state.focus, Pane::Editor);
    // The wheel moves the lines, and nothing beneath.
    desk.keys("enter e f10");
    let field = desk.state.editor.as_ref().map(|editor| editor.focus().clone());
    at(&mut desk, MouseAction::WheelDown, "Palette");
    assert_eq!(desk.state.editor.as_ref().map(|editor| editor.focus().clone()), field);
    assert_eq!(desk.state.guide.as_ref().unwrap().lookup().list.selected(), 3);
}
