//! PNG, and APNG if there is more than one frame.

use std::time::Duration;

use png::{BitDepth, BlendOp, ColorType, Compression, DisposeOp, Encoder, Filter};

use super::canvas::{Area, Pixel};
use super::palette::{CLEAR, Palette};

/// A part of the picture that is painted over the previous one. `shown` is how long it is displayed before the next
/// one; a still picture has none.
pub struct Frame {
    pub area: Area,
    pub pixels: Vec<Pixel>,
    pub shown: Option<Duration>,
}

/// Encodes the frames, the first of which is the whole picture, as one file that plays for ever.
pub fn encode(size: (usize, usize), frames: &[Frame]) -> Vec<u8> {
    let palette = Palette::of(frames.iter().map(|frame| frame.pixels.as_slice()));
    let rgb: Vec<u8> =
        palette.colours.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]).collect();
    let opacity: Vec<u8> = palette.colours.iter().map(|colour| colour[3]).collect();

    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, pixels(size.0), pixels(size.1));
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(rgb);
    encoder.set_trns(opacity);
    encoder.set_compression(Compression::High);
    // With a palette, unfiltered rows compress best: neighbours in it are not neighbours in colour.
    encoder.set_filter(Filter::NoFilter);
    if let [first, _, ..] = frames {
        encoder.set_animated(pixels(frames.len()), 0).expect("at least two frames");
        encoder.set_frame_delay(millis(first.shown), 1000).expect("an animation");
        encoder.set_blend_op(BlendOp::Source).expect("an animation");
        encoder.set_dispose_op(DisposeOp::None).expect("an animation");
    }
    let mut writer = encoder.write_header().expect("a header in memory");
    for (i, frame) in frames.iter().enumerate() {
        if i > 0 {
            let Area { x, y, width, height } = frame.area;
            writer.reset_frame_position().expect("an animation");
            writer.set_frame_dimension(pixels(width), pixels(height)).expect("an area of the picture");
            writer.set_frame_position(pixels(x), pixels(y)).expect("an area of the picture");
            writer.set_frame_delay(millis(frame.shown), 1000).expect("an animation");
            writer.set_blend_op(BlendOp::Over).expect("an animation");
        }
        writer.write_image_data(&palette.indices(&frame.pixels)).expect("as many pixels as the area has");
    }
    writer.finish().expect("all frames written");
    debug_assert_eq!(CLEAR, 0, "the place of transparency is the first");
    file
}

fn pixels(count: usize) -> u32 {
    u32::try_from(count).expect("a picture of a size that can be seen")
}

fn millis(shown: Option<Duration>) -> u16 {
    u16::try_from(shown.unwrap_or_default().as_millis()).unwrap_or(u16::MAX)
}
