//! The colours of the terminal: a dark palette on which every ANSI colour can be read.

use super::canvas::Pixel;

pub const BACKGROUND: Pixel = hex(0x0014_161b);
pub const FOREGROUND: Pixel = hex(0x00d5_d9e0);
pub const CURSOR: Pixel = hex(0x00d5_d9e0);
pub const TITLE_BAR: Pixel = hex(0x001d_2027);
pub const TITLE: Pixel = hex(0x0098_a0ad);
pub const EDGE: Pixel = hex(0x0033_3843);
pub const BUTTONS: [Pixel; 3] = [hex(0x00f0_6c63), hex(0x00f2_be4f), hex(0x0061_c455)];

const ANSI: [Pixel; 16] = [
    hex(0x0024_2831),
    hex(0x00ef_6b73),
    hex(0x0088_cf7e),
    hex(0x00e6_c06a),
    hex(0x006e_a8fe),
    hex(0x00c7_92ea),
    hex(0x0056_c8d0),
    hex(0x00c3_c9d3),
    hex(0x006c_7482),
    hex(0x00ff_9297),
    hex(0x00ac_e39f),
    hex(0x00f7_dc98),
    hex(0x009a_c4ff),
    hex(0x00de_b7f5),
    hex(0x0089_e4ea),
    hex(0x00f5_f7fa),
];

/// The pixel of a colour; `otherwise` is the terminal's default colour here.
pub fn pixel(colour: vt100::Color, otherwise: Pixel) -> Pixel {
    match colour {
        vt100::Color::Default => otherwise,
        vt100::Color::Idx(index) => indexed(index),
        vt100::Color::Rgb(red, green, blue) => [red, green, blue, 255],
    }
}

/// A mix of two colours, 0 being the first.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
pub fn mix(from: Pixel, to: Pixel, share: f32) -> Pixel {
    std::array::from_fn(|i| {
        let (from, to) = (f32::from(from[i]), f32::from(to[i]));
        (from + (to - from) * share).round() as u8
    })
}

/// The 256 colours of xterm: 16 of the palette, a cube of 6 a side, 24 greys.
fn indexed(index: u8) -> Pixel {
    match index {
        0..=15 => ANSI[usize::from(index)],
        16..=231 => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let cube = index - 16;
            [level(cube / 36), level(cube / 6 % 6), level(cube % 6), 255]
        }
        232..=255 => {
            let grey = 8 + 10 * (index - 232);
            [grey, grey, grey, 255]
        }
    }
}

const fn hex(rgb: u32) -> Pixel {
    let [_, red, green, blue] = rgb.to_be_bytes();
    [red, green, blue, 255]
}
