//! A recording: screens one after the other, as one animated PNG, which all browsers play.

use std::time::Duration;

use super::picture::{Area, Frame, Painter, Pixel, encode};

const CLEAR: Pixel = [0; 4];

/// Draws the screens, each shown for its duration, as an animation that plays for ever. Screens that look like the
/// previous one only extend its duration.
///
/// # Panics
/// There is no screen, or not all have the same size.
pub fn animate(frames: &[(vt100::Screen, Duration)], title: &str) -> Vec<u8> {
    let (first, _) = frames.first().expect("a recording has at least one screen");
    let mut painter = Painter::new(first, title);
    let (width, height) = painter.size();
    let whole = Area { x: 0, y: 0, width, height };
    let mut drawn: Vec<Frame> = Vec::new();
    let mut before = Vec::new();
    for (screen, shown) in frames {
        let changed = painter.paint(screen);
        match (drawn.last_mut(), changed) {
            (None, _) => {
                before = painter.pixels(whole);
                drawn.push(Frame { area: whole, pixels: before.clone(), shown: Some(*shown) });
            }
            (Some(last), None) => last.shown = Some(last.shown.unwrap_or_default() + *shown),
            (Some(_), Some(area)) => {
                let pixels = difference(&mut before, width, area, painter.pixels(area));
                drawn.push(Frame { area, pixels, shown: Some(*shown) });
            }
        }
    }
    encode((width, height), &drawn)
}

/// The new pixels of an area, with unchanged ones made transparent, which compress to nothing. Stores the new pixels
/// in the old picture.
fn difference(before: &mut [Pixel], width: usize, area: Area, mut now: Vec<Pixel>) -> Vec<Pixel> {
    for (y, row) in now.chunks_mut(area.width).enumerate() {
        let start = (area.y + y) * width + area.x;
        for (old, new) in before[start..].iter_mut().zip(row) {
            if *old == *new {
                *new = CLEAR;
            } else {
                *old = *new;
            }
        }
    }
    now
}
