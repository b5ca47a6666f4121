//! Themes, signs, times, cursor: different presentations of the same things.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::style::{Color, Modifier};

use crate::console::glyphs::Glyphs;
use crate::console::model::clock::Clock;
use crate::console::model::message::Message;
use crate::console::terminal::timers;
use crate::console::theme::{Depth, Theme};
use crate::settings::ThemeName;

use super::{Desk, World, sample};

fn log(columns: u16, lines: u16) -> Desk {
    let mut desk = Desk::new(columns, lines).of(sample::log());
    desk.receives(Message::SenderStatus(sample::sender_status()));
    desk
}

fn themed(desk: &mut Desk, name: ThemeName, depth: Depth) -> &mut Desk {
    desk.state.settings.theme = Theme::of(name, depth);
    let now = desk.state.now;
    desk.receives(Message::Now(now))
}

/// Screens that together show everything.
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
    "D",
    "v n",
    "p",
    "3",
    "2",
];

#[test]
fn a_theme_with_a_background_colours_every_cell() {
    for name in [ThemeName::Dark, ThemeName::Light] {
        for place in PLACES {
            let mut desk = log(80, 24);
            themed(&mut desk, name, Depth::True).keys(place);
            for cell in &desk.cells().content {
                assert!(cell.fg != Color::Reset && cell.bg != Color::Reset, "{name:?} {place}: {cell:?}");
                let plain = cell.symbol() == " " || cell.modifier.contains(Modifier::REVERSED);
                assert!(plain || cell.fg != cell.bg, "{name:?} {place}: {cell:?}");
            }
        }
    }
}

#[test]
fn eight_colours_are_enough() {
    let bright = |colour: Color| {
        !matches!(
            colour,
            Color::Reset
                | Color::Black
                | Color::Red
                | Color::Green
                | Color::Yellow
                | Color::Blue
                | Color::Magenta
                | Color::Cyan
                | Color::Gray
        )
    };
    for name in [ThemeName::Terminal, ThemeName::Dark, ThemeName::Light] {
        for place in PLACES {
            let mut desk = log(80, 24);
            themed(&mut desk, name, Depth::Eight).keys(place);
            for cell in &desk.cells().content {
                assert!(!bright(cell.fg) && !bright(cell.bg), "{name:?} {place}: {cell:?}");
            }
        }
    }
}

#[test]
fn a_key_switches_to_the_next_theme() {
    let mut desk = log(80, 24);
    let mut text = Vec::new();
    for _ in 0..4 {
        desk.keys("f12");
        text.push(desk.notice());
    }
    assert_eq!(text, ["Theme dark", "Theme light", "Theme mono", "Theme terminal"]);
    desk.keys("e f12");
    assert_eq!(desk.notice(), "Theme dark", "in the editor too");
    themed(&mut desk, ThemeName::Light, Depth::None).keys("f12");
    assert_eq!(desk.notice(), "Theme mono, but this terminal has no colours");
}

#[test]
fn with_ascii_every_glyph_is_replaced() {
    for place in PLACES {
        let mut desk = log(120, 40);
        desk.state.settings.glyphs = Glyphs::OnlyAscii;
        desk.keys(place);
        let screen = desk.screen();
        assert!(screen.is_ascii(), "{place}\n{screen}");
        // A question mark in a sentence is not one of our signs.
        let lost = screen.matches('?').count();
        let questions = screen.matches("? Help").count()
            + screen.matches("?  ").count()
            + screen.matches("Delete").count();
        assert!(lost <= questions.max(1) + 4, "{place}: {lost} signs have no form\n{screen}");
    }
    let mut desk = log(80, 24);
    desk.state.settings.glyphs = Glyphs::Ascii;
    desk.keys("4 j j");
    super::shot("ascii_deliveries", &desk.screen());
    desk.keys("1 n ctrl+s");
    super::shot("ascii_editor", &desk.screen());
}

#[test]
fn with_ascii_focus_and_selection_are_distinguishable() {
    let mut desk = log(120, 40);
    desk.state.settings.glyphs = Glyphs::Ascii;
    desk.keys("4 j");
    assert!(desk.shows("#4 Deliveries - not following") && desk.shows("+1 Profiles -"), "{}", desk.screen());
    assert!(desk.line("14:01:50").contains("#>14:01:50"), "{}", desk.screen());
}

#[test]
fn the_cursor_is_at_the_focus() {
    for (columns, lines) in [(120, 40), (80, 24), (60, 16)] {
        for place in PLACES.iter().chain(&[
            "/ x y z",
            "4 s s s",
            "3 / q q q",
            "R j j j",
            "e tab tab tab",
            "? down down",
        ]) {
            for world in [sample::log(), World::default()] {
                let empty = world.tables().profiles.is_empty();
                let mut desk = Desk::new(columns, lines).of(world);
                desk.keys(place);
                let at = desk.cursor();
                assert!(at.is_some(), "{place} {columns}x{lines} empty: {empty}\n{}", desk.screen());
            }
        }
    }
}

#[test]
fn the_cursor_is_on_the_selected_row() {
    let mut desk = log(120, 40);
    for keys in ["1 j", "4 j j j", "3 j", "R j j", "esc 1 e tab tab tab", "tab tab tab right"] {
        desk.keys(keys);
        let (x, y) = desk.cursor().unwrap();
        let row: Vec<_> = (0..120).map(|x| &desk.cells()[(x, y)]).collect();
        let marked =
            row.iter().any(|cell| cell.modifier.contains(Modifier::REVERSED) || cell.symbol() == "▌");
        assert!(marked, "{keys}: ({x}, {y})\n{}", desk.screen());
    }
}

#[test]
fn times_are_shown_in_the_zone() {
    let mut desk = log(120, 40);
    desk.keys("4");
    assert!(desk.shows("14:02:00 test"));
    desk.state.settings.clock = Clock::in_zone(TimeZone::posix("IST-5:30").unwrap());
    desk.keys("j j");
    assert!(desk.shows("▌19:31:40 test") && desk.shows("○ due 19:32:17"), "{}", desk.screen());
    desk.keys("enter");
    assert!(desk.shows("accepted  2025-04-17 19:31:40.000 +05:30 · just now"), "{}", desk.screen());
}

#[test]
fn times_of_another_day_show_the_date() {
    let mut desk = log(120, 40);
    desk.keys("4");
    assert!(desk.shows("┃▌14:02:00 test"), "{}", desk.screen());
    let tomorrow: Timestamp = "2025-04-18T00:00:05Z".parse().unwrap();
    desk.receives(Message::Now(tomorrow));
    assert!(desk.shows("┃▌17 Apr 14:02 test"), "{}", desk.screen());
    desk.happens(|world| {
        let profile = world.tables().profiles[0].clone();
        world.accept(
            crate::record::Kind::Test,
            &profile,
            None,
            &crate::callback::Values::default(),
            tomorrow,
        );
    });
    assert!(desk.shows("┃▌    00:00:05 test") && desk.shows("┃ 17 Apr 14:02 test"), "{}", desk.screen());
}

#[test]
fn ages_stay_true() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    // Nothing on the screen is waiting: only ages tick, when they change.
    desk.keys("4 s s T");
    assert!(desk.shows("    1 min ago test") && !desk.shows("14:0"), "{}", desk.screen());
    let tick = timers::tick(&desk.state).unwrap();
    let past = u64::try_from(tick.as_millis()).unwrap();
    desk.later(past - 1);
    assert!(!desk.shows("2 min ago"), "{}", desk.screen());
    desk.later(1);
    assert!(desk.shows("2 min ago"), "{}", desk.screen());
    desk.keys("T");
    // The success of the last hour is read again.
    let minute = Some(std::time::Duration::from_mins(1));
    assert!(desk.shows("14:00:50 test") && timers::tick(&desk.state) == minute, "{}", desk.screen());
}

#[test]
fn user_text_cannot_reverse_the_screen() {
    let world = sample::world();
    let mut draft = sample::order_sms();
    draft.body = "{\"a\": \"\u{202e}gnp.exe\u{2066} \u{200b}<id> שלום 日本語 👩‍👩‍👧 e\u{301}\u{1b}[2J\"}".into();
    world.save(sample::profile(1, &draft));
    let mut desk = Desk::new(120, 40).of(world);
    for keys in ["1", "e tab tab tab", "esc", "p", "esc t enter 4 enter"] {
        desk.keys(keys);
        let screen = desk.screen();
        let turned = screen.chars().find(|c| matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{1b}'));
        assert_eq!(turned, None, "{keys}");
    }
    assert!(
        desk.shows("\u{fffd}gnp.exe\u{fffd}") && desk.shows("שלום 日本語 👩‍👩‍👧 e\u{301}␛[2J"),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_number_and_its_unit_are_not_separated() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    for columns in 80..=160 {
        desk.resized(columns, 40);
        let screen = desk.screen();
        let pieces = screen.lines().flat_map(|line| line.split(['│', '┃'])).map(str::trim_start);
        let cut_off = pieces.filter(|piece| piece.starts_with("s ") || piece.starts_with("ms "));
        assert_eq!(cut_off.count(), 0, "{columns}:\n{screen}");
    }
}

#[test]
fn a_long_notice_covers_the_footer() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.receives(Message::Done("Done".to_owned()));
    let keys = desk.screen().lines().rev().nth(1).unwrap().to_owned();
    let sentence = "Retry all: none of those shown waits for a retry, and none has failed or was cancelled";
    desk.receives(Message::Failed(sentence.to_owned()));
    assert_eq!(desk.notice(), sentence);
    assert!(desk.screen().lines().rev().nth(1).unwrap().starts_with(" Retry all: none"), "{}", desk.screen());
    desk.receives(Message::Failed("word ".repeat(60)));
    assert!(desk.notice().ends_with('…'), "{}", desk.screen());
    desk.receives(Message::Done("Done".to_owned()));
    assert_eq!(
        (desk.notice().as_str(), desk.screen().lines().rev().nth(1).unwrap()),
        ("Done", keys.as_str())
    );
}
