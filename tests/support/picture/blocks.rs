//! Block elements, U+2580 to U+259F: parts of a cell filled to its edges.

use super::mask::Mask;

/// Draws the character into the mask, if it is a block element.
#[allow(clippy::cast_precision_loss, reason = "a cell is a few dozen pixels wide")]
pub fn draw(mask: &mut Mask, character: char) -> bool {
    let (width, height) = (mask.width as f32, mask.height as f32);
    let eighth = |from: char| f32::from(character as u16 - from as u16 + 1) / 8.0;
    match character {
        '▀' => mask.fill(0.0, 0.0, width, height / 2.0),
        '▁'..='█' => mask.fill(0.0, (height * (1.0 - eighth('▁'))).round(), width, height),
        '▉'..='▏' => mask.fill(0.0, 0.0, width * (1.0 - eighth('▉')), height),
        '▐' => mask.fill(width / 2.0, 0.0, width, height),
        '░' => mask.shade(0.25),
        '▒' => mask.shade(0.5),
        '▓' => mask.shade(0.75),
        '▔' => mask.fill(0.0, 0.0, width, (height / 8.0).round()),
        '▕' => mask.fill(width * 7.0 / 8.0, 0.0, width, height),
        '▖'..='▟' => quadrants(mask, character, width / 2.0, height / 2.0),
        _ => return false,
    }
    true
}

/// Each of these consists of some of the quarters: upper left, upper right, lower left, lower right.
fn quadrants(mask: &mut Mask, character: char, x: f32, y: f32) {
    let quarters = match character {
        '▖' => [0, 0, 1, 0],
        '▗' => [0, 0, 0, 1],
        '▘' => [1, 0, 0, 0],
        '▙' => [1, 0, 1, 1],
        '▚' => [1, 0, 0, 1],
        '▛' => [1, 1, 1, 0],
        '▜' => [1, 1, 0, 1],
        '▝' => [0, 1, 0, 0],
        '▞' => [0, 1, 1, 0],
        _ => [0, 1, 1, 1],
    };
    for (quarter, (left, top)) in quarters.into_iter().zip([(0.0, 0.0), (x, 0.0), (0.0, y), (x, y)]) {
        if quarter == 1 {
            mask.fill(left, top, left + x, top + y);
        }
    }
}
