//! Decodes a picture, so that a test can examine it.

use std::collections::HashSet;
use std::io::Cursor;

use png::{Decoder, Transformations};

use super::canvas::{Area, Pixel};

/// A picture after its last frame.
pub struct Decoded {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<Pixel>,
    /// The duration of each frame, in milliseconds; empty for a still picture.
    pub delays: Vec<u16>,
}

impl Decoded {
    pub fn at(&self, x: usize, y: usize) -> Pixel {
        self.pixels[y * self.width + x]
    }

    pub fn colours(&self) -> usize {
        self.pixels.iter().collect::<HashSet<_>>().len()
    }

    /// The share of pixels that do not have the most frequent colour.
    #[allow(clippy::cast_precision_loss, reason = "a few million pixels")]
    pub fn drawn(&self) -> f64 {
        let mut pixels = self.pixels.clone();
        pixels.sort_unstable();
        let most = pixels.chunk_by(|a, b| a == b).map(<[Pixel]>::len).max().unwrap_or(0);
        1.0 - most as f64 / pixels.len() as f64
    }
}

/// Decodes a PNG, or an APNG to its end.
///
/// # Panics
/// It is neither.
pub fn decode(file: &[u8]) -> Decoded {
    let mut decoder = Decoder::new(Cursor::new(file));
    decoder.set_transformations(Transformations::EXPAND | Transformations::ALPHA);
    let mut reader = decoder.read_info().expect("the header of a PNG");
    let (width, height) = (reader.info().width as usize, reader.info().height as usize);
    let frames = reader.info().animation_control.map_or(1, |control| control.num_frames);

    let mut pixels = vec![[0; 4]; width * height];
    let mut delays = Vec::new();
    let mut buffer = vec![0; reader.output_buffer_size().expect("a picture that fits into memory")];
    for _ in 0..frames {
        reader.next_frame(&mut buffer).expect("a whole frame");
        let mut area = Area { x: 0, y: 0, width, height };
        if let Some(control) = reader.info().frame_control {
            delays.push(control.delay_num);
            (area.x, area.y) = (control.x_offset as usize, control.y_offset as usize);
            (area.width, area.height) = (control.width as usize, control.height as usize);
        }
        for (i, pixel) in buffer.as_chunks::<4>().0.iter().take(area.width * area.height).enumerate() {
            // Clear pixels keep what was there. The others here are opaque, except the window's corners.
            if pixel[3] > 0 {
                pixels[(area.y + i / area.width) * width + area.x + i % area.width] = *pixel;
            }
        }
    }
    Decoded { width, height, pixels, delays }
}
