//! A canvas of pixels.

use super::colours::mix;
use super::mask::Mask;

/// Red, green, blue and opacity.
pub type Pixel = [u8; 4];

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

/// The picture while it is painted; transparent at first.
pub struct Canvas {
    pub width: usize,
    pub height: usize,
    pixels: Vec<Pixel>,
}

impl Canvas {
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![[0; 4]; width * height] }
    }

    pub fn fill(&mut self, area: Area, colour: Pixel) {
        for y in area.y..area.y + area.height {
            let start = y * self.width + area.x;
            self.pixels[start..start + area.width].fill(colour);
        }
    }

    /// Blends a colour where the mask covers; the mask's upper left corner is at `(x, y)`.
    pub fn blend(&mut self, x: usize, y: usize, mask: &Mask, colour: Pixel) {
        for row in 0..mask.height {
            let start = (y + row) * self.width + x;
            let pixels = &mut self.pixels[start..start + mask.width];
            for (pixel, coverage) in pixels.iter_mut().zip(mask.row(row)) {
                if *coverage > 0.0 {
                    *pixel = over(*pixel, colour, *coverage);
                }
            }
        }
    }

    pub fn copy(&self, area: Area) -> Vec<Pixel> {
        (area.y..area.y + area.height)
            .flat_map(|y| {
                let start = y * self.width + area.x;
                &self.pixels[start..start + area.width]
            })
            .copied()
            .collect()
    }
}

/// A colour over another. On nothing it keeps its hue, and the coverage becomes its opacity.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
fn over(below: Pixel, colour: Pixel, coverage: f32) -> Pixel {
    if below[3] == 0 {
        [colour[0], colour[1], colour[2], (255.0 * coverage).round() as u8]
    } else {
        mix(below, colour, coverage)
    }
}
