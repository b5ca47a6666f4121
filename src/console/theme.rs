//! Colours by meaning. Nothing is shown by colour alone: each style has a word, a sign or a modifier beside
//! it.
//!
//! A theme is a few colours with a meaning (`palette`), brought down to what the terminal can show
//! (`depth`), from which all styles are derived once.

mod depth;
mod palette;

pub use depth::Depth;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

use crate::profile::Choice as _;
use crate::settings::ThemeName;
use palette::Palette;

/// The styles of the console, each named for what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// The name of the theme.
    pub name: ThemeName,
    /// The colour depth it was made for.
    pub depth: Depth,
    /// The background, and text without another style.
    pub ground: Style,
    /// Ordinary text.
    pub text: Style,
    /// Secondary text.
    pub dim: Style,
    /// Names: labels, titles.
    pub label: Style,
    /// The border and title of the focused pane.
    pub focus: Style,
    /// The borders of the other panes.
    pub border: Style,
    /// The selected row of the focused pane.
    pub selected: Style,
    /// The selected row of another pane.
    pub selected_unfocused: Style,
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
    /// A placeholder of an unknown variable.
    pub unknown: Style,
    /// A placeholder whose value is sent encrypted.
    pub encrypted: Style,
    /// Marked text.
    pub marked: Style,
    /// A match; its row may be reversed.
    pub found: Style,
}

impl Theme {
    /// A theme, reduced to what a terminal of this depth can show.
    #[must_use]
    pub fn of(name: ThemeName, depth: Depth) -> Self {
        let palette = match name {
            _ if depth == Depth::None => None,
            ThemeName::Mono => None,
            ThemeName::Terminal => Some(palette::TERMINAL),
            ThemeName::Dark => Some(palette::DARK),
            ThemeName::Light => Some(palette::LIGHT),
        };
        match palette {
            Some(palette) => Self::derived(name, depth, &palette),
            None => Self { name, depth, ..Self::without_colour() },
        }
    }

    /// The terminal's own 16 colours.
    #[must_use]
    pub fn colour() -> Self {
        Self::of(ThemeName::Terminal, Depth::Sixteen)
    }

    /// No colour at all, only modifiers (`NO_COLOR`).
    #[must_use]
    pub fn mono() -> Self {
        Self::of(ThemeName::Mono, Depth::Sixteen)
    }

    /// The next theme, for the same terminal.
    #[must_use]
    pub fn next(&self) -> Self {
        let all = ThemeName::ALL;
        let at = all.iter().position(|name| *name == self.name).unwrap_or(0);
        Self::of(all[(at + 1) % all.len()], self.depth)
    }

    fn derived(name: ThemeName, depth: Depth, palette: &Palette) -> Self {
        let plain = Style::new();
        let fg = |shade: palette::Shade| depth.foreground(shade);
        let ground = match palette.ground {
            Some(shade) => depth.background(shade).patch(fg(palette.text)),
            None => plain,
        };
        let selected = match palette.selection {
            // Bold as well, so that the selection is not shown by colour alone.
            Some(shade) => {
                depth.background(shade).patch(fg(palette.on_selection)).add_modifier(Modifier::BOLD)
            }
            None => plain.add_modifier(Modifier::REVERSED),
        };
        Self {
            name,
            depth,
            ground,
            text: plain,
            dim: fg(palette.dim),
            label: fg(palette.label),
            focus: fg(palette.focus).add_modifier(Modifier::BOLD),
            border: fg(palette.border),
            selected,
            selected_unfocused: plain.add_modifier(Modifier::BOLD),
            // On a faint border too.
            key: fg(palette.key).remove_modifier(Modifier::DIM),
            good: fg(palette.good),
            warn: fg(palette.warn),
            bad: fg(palette.bad),
            variable: fg(palette.variable),
            unknown: fg(palette.bad).add_modifier(Modifier::UNDERLINED),
            encrypted: fg(palette.variable).add_modifier(Modifier::BOLD | Modifier::ITALIC),
            marked: plain.add_modifier(Modifier::REVERSED),
            found: plain.add_modifier(Modifier::UNDERLINED | Modifier::BOLD),
        }
    }

    fn without_colour() -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        Self {
            name: ThemeName::Mono,
            depth: Depth::None,
            ground: plain,
            text: plain,
            dim: plain.add_modifier(Modifier::DIM),
            label: plain,
            focus: bold,
            border: plain.add_modifier(Modifier::DIM),
            selected: plain.add_modifier(Modifier::REVERSED),
            selected_unfocused: bold,
            key: bold.remove_modifier(Modifier::DIM),
            good: plain,
            warn: plain,
            bad: bold,
            variable: bold,
            unknown: plain.add_modifier(Modifier::UNDERLINED),
            encrypted: bold.add_modifier(Modifier::ITALIC),
            marked: plain.add_modifier(Modifier::REVERSED),
            found: plain.add_modifier(Modifier::UNDERLINED | Modifier::BOLD),
        }
    }

    /// Applies the background to a drawn screen, and the text colour wherever no other is set.
    pub(super) fn put_on(&self, buffer: &mut Buffer) {
        if self.ground == Style::new() {
            return;
        }
        for cell in &mut buffer.content {
            if cell.bg == Color::Reset {
                cell.bg = self.ground.bg.unwrap_or(Color::Reset);
            }
            if cell.fg == Color::Reset {
                cell.fg = self.ground.fg.unwrap_or(Color::Reset);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEPTHS: [Depth; 5] = [Depth::None, Depth::Eight, Depth::Sixteen, Depth::Indexed, Depth::True];

    fn styles(theme: &Theme) -> [Style; 16] {
        let t = theme;
        [
            t.ground,
            t.text,
            t.dim,
            t.label,
            t.focus,
            t.border,
            t.selected,
            t.selected_unfocused,
            t.key,
            t.good,
            t.warn,
            t.bad,
            t.variable,
            t.unknown,
            t.encrypted,
            t.marked,
        ]
    }

    fn colours(theme: &Theme) -> Vec<Color> {
        styles(theme).iter().flat_map(|s| [s.fg, s.bg]).flatten().filter(|c| *c != Color::Reset).collect()
    }

    #[test]
    fn no_theme_exceeds_the_colour_depth() {
        let eight = [
            Color::Black,
            Color::Red,
            Color::Green,
            Color::Yellow,
            Color::Blue,
            Color::Magenta,
            Color::Cyan,
            Color::Gray,
        ];
        for name in ThemeName::ALL {
            for depth in DEPTHS {
                for colour in colours(&Theme::of(*name, depth)) {
                    let fits = match (depth, colour) {
                        (Depth::None, _) => false,
                        (Depth::Eight, colour) => eight.contains(&colour),
                        (Depth::Sixteen, colour) => !matches!(colour, Color::Rgb(..) | Color::Indexed(_)),
                        (Depth::Indexed, colour) => !matches!(colour, Color::Rgb(..)),
                        (Depth::True, _) => true,
                    };
                    assert!(fits, "{name:?} at {depth:?}: {colour}");
                }
            }
        }
        assert_eq!(colours(&Theme::mono()), []);
    }

    #[test]
    fn no_text_has_the_colour_of_its_background() {
        for name in ThemeName::ALL {
            for depth in DEPTHS {
                let theme = Theme::of(*name, depth);
                for style in styles(&theme) {
                    let shown = theme.ground.patch(style);
                    let same = shown.fg.is_some() && shown.fg == shown.bg;
                    assert!(!same, "{name:?} at {depth:?}: {style:?}");
                }
            }
        }
    }

    #[test]
    fn the_selection_is_never_shown_by_colour_alone() {
        for name in ThemeName::ALL {
            for depth in DEPTHS {
                let theme = Theme::of(*name, depth);
                for style in
                    [theme.focus, theme.selected, theme.selected_unfocused, theme.unknown, theme.marked]
                {
                    assert!(!style.add_modifier.is_empty(), "{name:?} at {depth:?}: {style:?}");
                }
            }
        }
    }

    #[test]
    fn themes_cycle() {
        let mut theme = Theme::of(ThemeName::Terminal, Depth::Indexed);
        let mut names = vec![theme.name.name()];
        for _ in 0..4 {
            theme = theme.next();
            names.push(theme.name.name());
        }
        assert_eq!(names, ["terminal", "dark", "light", "mono", "terminal"]);
        assert_eq!(theme.depth, Depth::Indexed);
    }
}
