//! The colour depth of the terminal, according to the environment. The terminal is not queried: late responses would
//! be taken for keys.

use ratatui::style::{Color, Modifier, Style};

use super::palette::Shade;

/// The number of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None at all.
    None,
    /// Eight, none of them bright.
    Eight,
    /// The same, and their bright variants.
    Sixteen,
    /// 256.
    Indexed,
    /// Any of 24 bits.
    True,
}

/// Terminals without colours, by prefix of `TERM`.
const COLOURLESS: &[&str] = &["vt100", "vt102", "vt220", "vt320", "vt420", "vt52", "dumb"];

/// Terminals with 256 colours that do not say so in their name.
const MODERN: &[&str] = &[
    "alacritty",
    "contour",
    "foot",
    "ghostty",
    "iterm",
    "kitty",
    "mlterm",
    "rio",
    "wezterm",
    "xterm-ghostty",
    "xterm-kitty",
];

impl Depth {
    /// The depth according to the environment: 24 bits if `COLORTERM` says so, otherwise by `TERM`.
    #[must_use]
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let term = variable("TERM").unwrap_or_default();
        let colours = variable("COLORTERM").unwrap_or_default();
        let begins = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
        if begins(COLOURLESS) {
            Self::None
        } else if matches!(colours.as_str(), "truecolor" | "24bit") || term.ends_with("-direct") {
            Self::True
        } else if term.contains("256color") || begins(MODERN) {
            Self::Indexed
        } else if term.contains("16color") {
            Self::Sixteen
        } else {
            // `linux`, `xterm`, `screen`, `rxvt`, and unknown ones.
            Self::Eight
        }
    }

    /// The number of colours, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "no colours",
            Self::Eight => "8 colours",
            Self::Sixteen => "16 colours",
            Self::Indexed => "256 colours",
            Self::True => "24-bit colours",
        }
    }

    /// Text in this colour.
    #[must_use]
    pub fn foreground(self, shade: Shade) -> Style {
        match shade {
            Shade::Own => Style::new(),
            // Does not override the style of what it is written into, such as the border of the focused pane.
            Shade::Faint => {
                Style::new().fg(Color::Reset).add_modifier(Modifier::DIM).remove_modifier(Modifier::BOLD)
            }
            shade => Style::new().fg(self.colour(shade)),
        }
    }

    /// This colour as a background.
    #[must_use]
    pub fn background(self, shade: Shade) -> Style {
        Style::new().bg(self.colour(shade))
    }

    fn colour(self, shade: Shade) -> Color {
        match (self, shade) {
            (Self::None, _) | (_, Shade::Own | Shade::Faint) => Color::Reset,
            (_, Shade::Named(colour))
            | (Self::Eight, Shade::Mixed(.., colour))
            | (Self::Sixteen, Shade::Mixed(_, _, _, colour, _)) => colour,
            (Self::Indexed, Shade::Mixed(r, g, b, ..)) => Color::Indexed(indexed(r, g, b)),
            (Self::True, Shade::Mixed(r, g, b, ..)) => Color::Rgb(r, g, b),
        }
    }
}

/// The steps of the colour cube of 256-colour terminals.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The nearest of 256 colours: of the cube (16 to 231), or of the greys (232 to 255).
fn indexed(r: u8, g: u8, b: u8) -> u8 {
    let expected = [r, g, b];
    let away = |found: [u8; 3]| {
        let squared = |at: usize| u32::from(expected[at].abs_diff(found[at])).pow(2);
        (0..3).map(squared).sum::<u32>()
    };
    let (mut cube, mut found) = (0, [0; 3]);
    for (part, nearest) in expected.into_iter().zip(&mut found) {
        let steps = (0u8..).zip(STEPS);
        let (at, step) = steps.min_by_key(|(_, step)| step.abs_diff(part)).unwrap_or_default();
        cube = cube * 6 + at;
        *nearest = step;
    }
    let cube = (16 + cube, away(found));
    let greys = (0..24u8).map(|n| (232 + n, away([8 + 10 * n; 3])));
    greys.chain([cube]).min_by_key(|(_, away)| *away).map_or(cube.0, |(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_depth_follows_term_and_colorterm() {
        for (term, colours, expected) in [
            ("xterm-256color", "", Depth::Indexed),
            ("xterm-256color", "truecolor", Depth::True),
            ("tmux-256color", "24bit", Depth::True),
            ("xterm-direct", "", Depth::True),
            ("xterm-kitty", "", Depth::Indexed),
            ("alacritty", "", Depth::Indexed),
            ("xterm-16color", "", Depth::Sixteen),
            ("xterm", "", Depth::Eight),
            ("linux", "", Depth::Eight),
            ("screen", "yes", Depth::Eight),
            ("", "", Depth::Eight),
            ("vt100", "", Depth::None),
            ("vt220", "truecolor", Depth::None),
        ] {
            let depth = Depth::of(|name| match name {
                "TERM" => Some(term.to_owned()),
                "COLORTERM" => Some(colours.to_owned()),
                _ => None,
            });
            assert_eq!(depth, expected, "TERM={term} COLORTERM={colours}");
        }
    }

    #[test]
    fn the_nearest_of_256() {
        assert_eq!(indexed(0, 0, 0), 16);
        assert_eq!(indexed(255, 255, 255), 231);
        assert_eq!(indexed(255, 0, 0), 196);
        assert_eq!(indexed(0x80, 0x80, 0x80), 244);
        assert_eq!(indexed(95, 135, 175), 67);
    }
}
