//! The colours of each theme, by meaning.

use ratatui::style::Color;

/// A colour: exact if the terminal can show any, otherwise the nearest in meaning of the 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    /// The terminal's own colour for text.
    Own,
    /// The same, fainter.
    Faint,
    /// One of the 16, as the terminal shows it.
    Named(Color),
    /// Red, green and blue; with substitutes among the 16 colours, and among the first 8 of them.
    Mixed(u8, u8, u8, Color, Color),
}

/// Thirteen colours with a meaning.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    /// The background; `None` keeps the terminal's own.
    pub ground: Option<Shade>,
    /// Ordinary text.
    pub text: Shade,
    /// Secondary text.
    pub dim: Shade,
    /// The borders of panes that are not focused.
    pub border: Shade,
    /// Names.
    pub label: Shade,
    /// The focused item.
    pub focus: Shade,
    /// The background of the selected row; `None` reverses it.
    pub selection: Option<Shade>,
    /// The text of the selected row.
    pub on_selection: Shade,
    /// Keys to press.
    pub key: Shade,
    /// Delivered, active.
    pub good: Shade,
    /// Waiting, retried.
    pub warn: Shade,
    /// Failed, wrong.
    pub bad: Shade,
    /// Placeholders.
    pub variable: Shade,
}

use Shade::{Faint, Mixed, Named, Own};

/// The terminal's own. No bright colours: in some schemes bright black is the background, and terminals with 8
/// colours have none.
pub const TERMINAL: Palette = Palette {
    ground: None,
    text: Own,
    dim: Faint,
    border: Faint,
    label: Named(Color::Cyan),
    focus: Named(Color::Cyan),
    selection: None,
    on_selection: Own,
    key: Named(Color::Yellow),
    good: Named(Color::Green),
    warn: Named(Color::Yellow),
    bad: Named(Color::Red),
    variable: Named(Color::Magenta),
};

/// Light on dark, in any terminal.
pub const DARK: Palette = Palette {
    ground: Some(Mixed(0x14, 0x18, 0x1f, Color::Black, Color::Black)),
    text: Mixed(0xd7, 0xdc, 0xe4, Color::Gray, Color::Gray),
    dim: Mixed(0x87, 0x92, 0xa2, Color::DarkGray, Color::Cyan),
    border: Mixed(0x4a, 0x54, 0x63, Color::DarkGray, Color::Blue),
    label: Mixed(0x7f, 0xb8, 0xd4, Color::Cyan, Color::Cyan),
    focus: Mixed(0x6c, 0xcf, 0xf6, Color::LightCyan, Color::Cyan),
    selection: Some(Mixed(0x2b, 0x4a, 0x63, Color::Blue, Color::Blue)),
    on_selection: Mixed(0xff, 0xff, 0xff, Color::White, Color::Gray),
    key: Mixed(0xe5, 0xc0, 0x7b, Color::LightYellow, Color::Yellow),
    good: Mixed(0x8f, 0xc9, 0x7c, Color::LightGreen, Color::Green),
    warn: Mixed(0xe5, 0xb5, 0x67, Color::Yellow, Color::Yellow),
    bad: Mixed(0xf0, 0x71, 0x78, Color::LightRed, Color::Red),
    variable: Mixed(0xc7, 0x92, 0xea, Color::LightMagenta, Color::Magenta),
};

/// Dark on light, in any terminal.
pub const LIGHT: Palette = Palette {
    ground: Some(Mixed(0xfa, 0xfa, 0xf7, Color::White, Color::Gray)),
    text: Mixed(0x24, 0x29, 0x30, Color::Black, Color::Black),
    dim: Mixed(0x5f, 0x68, 0x73, Color::DarkGray, Color::Blue),
    border: Mixed(0xa9, 0xb1, 0xba, Color::DarkGray, Color::Blue),
    label: Mixed(0x0b, 0x5c, 0x86, Color::Blue, Color::Blue),
    focus: Mixed(0x00, 0x57, 0xae, Color::Blue, Color::Blue),
    selection: Some(Mixed(0xc5, 0xdd, 0xf2, Color::Cyan, Color::Cyan)),
    on_selection: Mixed(0x10, 0x18, 0x20, Color::Black, Color::Black),
    key: Mixed(0x8a, 0x4b, 0x00, Color::Magenta, Color::Magenta),
    good: Mixed(0x1f, 0x6f, 0x2b, Color::Green, Color::Black),
    warn: Mixed(0x8a, 0x52, 0x00, Color::Red, Color::Red),
    bad: Mixed(0xb3, 0x1d, 0x28, Color::Red, Color::Red),
    variable: Mixed(0x7a, 0x2d, 0xa8, Color::Magenta, Color::Magenta),
};

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative luminance of a colour, as defined by WCAG 2.2.
    fn luminance(shade: Shade) -> f64 {
        let Mixed(r, g, b, ..) = shade else { panic!("not mixed: {shade:?}") };
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    fn contrast(a: Shade, b: Shade) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_has_enough_contrast() {
        for (name, palette) in [("dark", DARK), ("light", LIGHT)] {
            let ground = palette.ground.unwrap();
            let p = &palette;
            for shade in [p.text, p.dim, p.label, p.focus, p.key, p.good, p.warn, p.bad, p.variable] {
                // The minimum contrast for text of usual size (WCAG 2.2, 1.4.3).
                assert!(contrast(shade, ground) >= 4.5, "{name}: {shade:?} {:.1}", contrast(shade, ground));
            }
            assert!(contrast(p.on_selection, p.selection.unwrap()) >= 4.5, "{name}: the selected row");
            assert!(contrast(p.border, ground) >= 1.8, "{name}: borders are seen");
        }
    }
}
