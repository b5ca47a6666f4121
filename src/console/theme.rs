//! Colours by meaning. Nothing is told by colour alone: each style has a word, a sign or a modifier
//! beside it.

use ratatui::style::{Color, Modifier, Style};

/// The styles of the console, each named for what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// What matters less.
    pub dim: Style,
    /// What names a thing: labels, titles.
    pub label: Style,
    /// The border and title of the pane that has the keyboard.
    pub focus: Style,
    /// The borders of the other panes.
    pub border: Style,
    /// The chosen row of the pane that has the keyboard.
    pub selected: Style,
    /// The chosen row of another pane.
    pub chosen: Style,
    /// A key in the footer.
    pub key: Style,
    /// Delivered, active, on.
    pub good: Style,
    /// Waiting, retried, worth a look.
    pub warn: Style,
    /// Failed, wrong.
    pub bad: Style,
    /// A known placeholder.
    pub variable: Style,
    /// A placeholder of no known variable.
    pub unknown: Style,
    /// A placeholder whose value is sent encrypted.
    pub encrypted: Style,
    /// Marked text.
    pub marked: Style,
}

impl Theme {
    /// The terminal's own 16 colours.
    #[must_use]
    pub fn colour() -> Self {
        let plain = Style::new();
        let fg = |color| Style::new().fg(color);
        Self {
            text: plain,
            dim: fg(Color::DarkGray),
            label: fg(Color::Cyan),
            focus: fg(Color::Cyan).add_modifier(Modifier::BOLD),
            border: fg(Color::DarkGray),
            selected: plain.add_modifier(Modifier::REVERSED),
            chosen: plain.add_modifier(Modifier::BOLD),
            key: fg(Color::Yellow),
            good: fg(Color::Green),
            warn: fg(Color::Yellow),
            bad: fg(Color::Red),
            variable: fg(Color::Magenta),
            unknown: fg(Color::Red).add_modifier(Modifier::UNDERLINED),
            encrypted: fg(Color::Magenta).add_modifier(Modifier::BOLD | Modifier::ITALIC),
            marked: plain.add_modifier(Modifier::REVERSED),
        }
    }

    /// No colour at all, only modifiers (`NO_COLOR`).
    #[must_use]
    pub fn mono() -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        Self {
            text: plain,
            dim: plain.add_modifier(Modifier::DIM),
            label: plain,
            focus: bold,
            border: plain.add_modifier(Modifier::DIM),
            selected: plain.add_modifier(Modifier::REVERSED),
            chosen: bold,
            key: bold,
            good: plain,
            warn: plain,
            bad: bold,
            variable: bold,
            unknown: plain.add_modifier(Modifier::UNDERLINED),
            encrypted: bold.add_modifier(Modifier::ITALIC),
            marked: plain.add_modifier(Modifier::REVERSED),
        }
    }
}
