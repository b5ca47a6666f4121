//! Braille, U+2800 to U+28FF: eight dots at even distances over cells, so that charts look whole.

use super::mask::Mask;

/// The bit of each dot, row by row, left and right.
const DOTS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// Draws the character into the mask, if it is braille.
#[allow(clippy::cast_precision_loss, reason = "a cell is a few dozen pixels wide")]
pub fn draw(mask: &mut Mask, character: char) -> bool {
    let Some(bits) = (character as u32).checked_sub(0x2800).filter(|bits| *bits < 0x100) else {
        return false;
    };
    let (col, row) = (mask.width as f32 / 2.0, mask.height as f32 / 4.0);
    for (y, dots) in DOTS.iter().enumerate() {
        for (x, bit) in dots.iter().enumerate() {
            if bits & bit != 0 {
                let (x, y) = (col * (x as f32 + 0.5), row * (y as f32 + 0.5));
                mask.stroke(col * 0.55, |px, py| (px - x).hypot(py - y));
            }
        }
    }
    true
}
