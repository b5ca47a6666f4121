//! Characters as masks: drawn by code where cells must join, from the font otherwise.

use std::collections::HashMap;
use std::rc::Rc;

use ab_glyph::{Font as _, FontRef, GlyphId, PxScale, point};

use super::mask::Mask;
use super::{CELL_HEIGHT, CELL_WIDTH, blocks, braille, lines};

/// The baseline of the text, in pixels from the top of the cell.
const BASELINE: f32 = 29.0;
/// The size of the font, at which its characters are exactly as wide as a cell.
const EM: f32 = 29.9;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Style {
    pub bold: bool,
    pub italic: bool,
}

/// The fonts, and every character drawn so far.
pub struct Glyphs {
    /// By weight and slant: regular, bold, oblique, bold oblique.
    mono: [FontRef<'static>; 4],
    sans: FontRef<'static>,
    drawn: HashMap<(String, Style, usize), Rc<Mask>>,
}

impl Glyphs {
    pub fn new() -> Self {
        use dejavu::{sans, sans_mono};
        let font = |bytes| FontRef::try_from_slice(bytes).expect("a font that is part of its crate is whole");
        Self {
            mono: [
                font(sans_mono::regular()),
                font(sans_mono::bold()),
                font(sans_mono::oblique()),
                font(sans_mono::bold_oblique()),
            ],
            sans: font(sans::regular()),
            drawn: HashMap::new(),
        }
    }

    /// The mask of a cell's text; `cells` is how many cells it takes.
    pub fn of(&mut self, text: &str, style: Style, cells: usize) -> Rc<Mask> {
        let key = (text.to_owned(), style, cells);
        if let Some(mask) = self.drawn.get(&key) {
            return Rc::clone(mask);
        }
        let mask = Rc::new(self.draw(text, style, cells).stepped());
        self.drawn.insert(key, Rc::clone(&mask));
        mask
    }

    /// A line of text in the proportional font, for the title.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a title is short")]
    pub fn line(&self, text: &str, em: f32, height: usize) -> Mask {
        let advance = |id: GlyphId| self.sans.h_advance_unscaled(id) / units(&self.sans) * em;
        let ids: Vec<GlyphId> = text.chars().map(|character| self.sans.glyph_id(character)).collect();
        let width: f32 = ids.iter().copied().map(advance).sum();
        let mut mask = Mask::new(width.ceil() as usize, height);
        let mut x = 0.0;
        for id in ids {
            outline(&mut mask, &self.sans, id, em, x);
            x += advance(id);
        }
        mask.stepped()
    }

    fn draw(&self, text: &str, style: Style, cells: usize) -> Mask {
        let mut mask = Mask::new(CELL_WIDTH * cells, CELL_HEIGHT);
        for character in text.chars() {
            let by_hand = lines::draw(&mut mask, character)
                || blocks::draw(&mut mask, character)
                || braille::draw(&mut mask, character);
            if !by_hand {
                self.draw_from_font(&mut mask, character, style);
            }
        }
        mask
    }

    #[allow(clippy::cast_precision_loss, reason = "a cell is a few dozen pixels wide")]
    fn draw_from_font(&self, mask: &mut Mask, character: char, style: Style) {
        let styled = &self.mono[usize::from(style.bold) + 2 * usize::from(style.italic)];
        let found = [styled, &self.mono[0], &self.sans]
            .into_iter()
            .map(|font| (font, font.glyph_id(character)))
            .find(|(_, id)| id.0 != 0);
        // A character that no font has is shown as the missing-character box.
        let (font, id) = found.unwrap_or((styled, GlyphId(0)));
        let advance = font.h_advance_unscaled(id) / units(font) * EM;
        let room = mask.width as f32;
        if advance > room + 1.0 {
            outline(mask, font, id, EM * room / advance, 0.0);
        } else if advance > 0.0 {
            outline(mask, font, id, EM, (room - advance) / 2.0);
        } else {
            outline(mask, font, id, EM, room);
        }
    }
}

fn units(font: &FontRef<'_>) -> f32 {
    font.units_per_em().unwrap_or(2048.0)
}

#[allow(clippy::cast_possible_truncation, reason = "a glyph is a few dozen pixels wide")]
fn outline(mask: &mut Mask, font: &FontRef<'_>, id: GlyphId, em: f32, x: f32) {
    let scale = PxScale::from(em * font.height_unscaled() / units(font));
    let glyph = id.with_scale_and_position(scale, point(x, BASELINE));
    if let Some(outlined) = font.outline_glyph(glyph) {
        let corner = outlined.px_bounds().min;
        let (left, top) = (corner.x as i32, corner.y as i32);
        outlined.draw(|x, y, coverage| mask.add(left + x.cast_signed(), top + y.cast_signed(), coverage));
    }
}
