//! Pictures of a terminal's screen, drawn as a good terminal draws it, at twice the size for sharp screens.

mod blocks;
mod braille;
mod canvas;
mod colours;
mod decode;
mod encode;
mod glyphs;
mod lines;
mod look;
mod mask;
mod palette;
mod window;

pub use canvas::{Area, Pixel};
pub use decode::{Decoded, decode};
pub use encode::{Frame, encode};
pub use window::Painter;

/// The width of a cell in pixels.
pub const CELL_WIDTH: usize = 18;
/// The height of a cell in pixels.
pub const CELL_HEIGHT: usize = 38;

/// Draws the screen in a window with this title. Returns the bytes of a PNG.
pub fn draw(screen: &vt100::Screen, title: &str) -> Vec<u8> {
    let mut painter = Painter::new(screen, title);
    painter.paint(screen);
    let (width, height) = painter.size();
    let whole = Area { x: 0, y: 0, width, height };
    encode(painter.size(), &[Frame { area: whole, pixels: painter.pixels(whole), shown: None }])
}
