//! Styles: in colour as in the snapshots, and without colour nothing is lost.

use ratatui::style::{Color, Modifier};

use crate::console::model::message::Message;

use super::{Desk, sample, shot};

#[test]
fn profiles_in_colour() {
    let mut desk = Desk::new(120, 30).of(sample::log());
    desk.receives(Message::SenderStatus(sample::sender_status())).keys("j");
    shot("colour_profiles", &desk.styled());
}

#[test]
fn the_editor_in_colour() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("e tab tab").pastes("?x=<nothing>").keys("shift+tab shift+tab").types("!");
    shot("colour_editor", &desk.styled());
}

#[test]
fn deliveries_in_colour() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.receives(Message::SenderStatus(sample::sender_status())).keys("4 j j");
    shot("colour_deliveries", &desk.styled());
}

/// Screens that together have every style of the console.
const PLACES: &[&str] = &[
    "1",
    "/",
    "e",
    "G e f4",
    "n ctrl+s",
    "e f3 a",
    "4",
    "4 G enter",
    "5 j",
    "t tab",
    "R space",
    "?",
    ":",
    ": r e t",
    "4 enter / o enter",
    "D",
    "v n",
];

#[test]
fn no_color_removes_all_colours() {
    for (columns, lines) in [(120, 40), (80, 24), (60, 16)] {
        for place in PLACES {
            let mut desk = Desk::new(columns, lines).mono().of(sample::log());
            desk.receives(Message::SenderStatus(sample::sender_status())).keys(place);
            for cell in &desk.cells().content {
                let plain = cell.fg == Color::Reset && cell.bg == Color::Reset;
                assert!(plain, "{place}: {cell:?}");
            }
        }
    }
}

#[test]
fn without_colour_focus_selection_and_errors_are_distinguishable() {
    let mut desk = Desk::new(120, 40).mono().of(sample::log());
    let reversed = |desk: &Desk, row: u16, column: u16| {
        desk.cells()[(column, row)].modifier.contains(Modifier::REVERSED)
    };
    desk.keys("j");
    assert!(desk.line("1 Profiles").contains("┏1 Profiles ━"), "the focus by a heavier border");
    assert!(reversed(&desk, 3, 5) && !reversed(&desk, 2, 5), "the choice by reversed cells");
    desk.keys("4");
    assert!(!desk.line("1 Profiles").contains("┏1") && desk.shows("┏4 Deliveries"));
    assert!(desk.shows("│▌Bookings ") && !reversed(&desk, 3, 5), "another pane's choice by a bar");
    for (sign, title) in [('●', "Order SMS  "), ('○', "Nightly repo"), ('◌', "Call log")] {
        assert!(desk.line(title).contains(sign), "the status by a sign\n{}", desk.screen());
    }
    desk.keys("1 n ctrl+s");
    assert!(desk.line("✗").contains("✗ enter a title"), "an error by a sign");
    assert!(desk.notice().starts_with("Not saved"), "and in words");
}

#[test]
fn without_colour_an_unknown_placeholder_is_underlined() {
    let mut desk = Desk::new(80, 24).mono().of(sample::world());
    desk.keys("e tab tab").pastes("?x=<nothing>&y=<id>");
    let line = desk.screen().lines().position(|l| l.contains("<nothing>")).unwrap();
    let row: Vec<char> = desk.line("<nothing>").chars().collect();
    let column = |text: &str| row.windows(text.len()).position(|w| w.iter().collect::<String>() == text);
    let at = |text: &str| {
        let x = u16::try_from(column(text).unwrap()).unwrap();
        desk.cells()[(x, u16::try_from(line).unwrap())].modifier
    };
    assert!(at("<nothing>").contains(Modifier::UNDERLINED));
    assert!(at("<id>").contains(Modifier::BOLD) && !at("<id>").contains(Modifier::UNDERLINED));
}
