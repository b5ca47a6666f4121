//! Each screen with its styles, in three sizes, in colour and without.

use ratatui::style::Color;

use crate::console::model::message::Message;
use crate::console::theme::{Depth, Theme};
use crate::settings::ThemeName;

use super::{Desk, World, paint, sample, shot};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (60, 16)];

/// The screens, and the keys that lead there.
const SCREENS: &[(&str, &str)] = &[
    ("profiles", "j"),
    ("search", "/ i n"),
    ("summary", "G tab"),
    ("basics", "e tab tab tab tab tab tab 1 0 0"),
    ("errors", "n a ! tab tab tab x ctrl+s"),
    ("selected", "e tab tab ctrl+shift+left ctrl+shift+left"),
    ("advanced", "G e f4 tab tab tab tab tab tab tab tab tab tab backspace"),
    ("variables", "e f3 space j space"),
    ("test_window", "t tab"),
    ("deliveries", "4 j j"),
    ("timeline", "5 j j"),
    ("details", "4 G k enter"),
    ("preview", "p"),
    ("receiver", "R space right j right right"),
    ("help", "? r e t r y"),
    ("question", "D"),
    ("add_variable", "v n"),
];

fn screens(theme: &Theme, keys: &str) -> String {
    let mut shown = Vec::new();
    for (columns, lines) in SIZES {
        let mut desk = Desk::new(columns, lines).of(sample::log());
        desk.state.settings.theme = *theme;
        desk.receives(Message::SenderStatus(sample::sender_status())).keys(keys);
        shown.push(desk.styled());
    }
    shown.join("\n\n")
}

#[test]
fn in_colour() {
    for (name, keys) in SCREENS {
        shot(&format!("style_colour_{name}"), &screens(&Theme::colour(), keys));
    }
}

#[test]
fn without_colour() {
    for (name, keys) in SCREENS {
        shot(&format!("style_mono_{name}"), &screens(&Theme::mono(), keys));
    }
}

#[test]
fn the_senders() {
    for (name, theme) in [("colour", Theme::colour()), ("mono", Theme::mono())] {
        let mut shown = Vec::new();
        for (columns, lines) in SIZES {
            let mut desk = Desk::new(columns, lines).of(sample::log());
            desk.state.settings.theme = theme;
            desk.keys("S").receives(Message::Senders(Ok(sample::senders()))).keys("j");
            shown.push(desk.styled());
        }
        shot(&format!("style_{name}_senders"), &shown.join("\n\n"));
    }
}

#[test]
fn dark_and_light() {
    for (name, theme) in [("dark", ThemeName::Dark), ("light", ThemeName::Light)] {
        let mut shown = Vec::new();
        for depth in [Depth::True, Depth::Indexed, Depth::Sixteen, Depth::Eight] {
            let mut desk = Desk::new(80, 24).of(sample::log());
            desk.state.settings.theme = Theme::of(theme, depth);
            desk.receives(Message::SenderStatus(sample::sender_status())).keys("4 j j");
            shown.push(on_its_ground(&desk, depth));
        }
        shot(&format!("style_{name}_deliveries"), &shown.join("\n\n"));
    }
}

/// The screen with the styles that differ from the theme's background, which comes first.
fn on_its_ground(desk: &Desk, depth: Depth) -> String {
    let ground = desk.state.settings.theme.ground;
    let (text, behind) = (ground.fg.unwrap_or_default(), ground.bg.unwrap_or_default());
    let mut cells = desk.cells().clone();
    for cell in &mut cells.content {
        cell.fg = if cell.fg == text { Color::Reset } else { cell.fg };
        cell.bg = if cell.bg == behind { Color::Reset } else { cell.bg };
    }
    format!("{}: {text} on {behind}\n{}", depth.words(), paint::styled(&cells))
}

#[test]
fn nothing_yet() {
    for (name, theme) in [("colour", Theme::colour()), ("mono", Theme::mono())] {
        let mut desk = Desk::new(80, 24).of(World::default());
        desk.state.settings.theme = theme;
        let now = desk.state.now;
        desk.receives(Message::Now(now));
        shot(&format!("style_{name}_empty"), &desk.styled());
    }
}
