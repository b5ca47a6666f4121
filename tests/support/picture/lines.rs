//! Box drawing, U+2500 to U+257F, drawn by code: lines meet those of the next cell without a gap, which no font
//! achieves at every line height.

use super::mask::Mask;

const LIGHT: f32 = 2.0;
const HEAVY: f32 = 6.0;

/// The arms of each character from U+2500 on: up, right, down, left; `0` none, `1` light, `2` heavy,
/// `3` double. Dots stand for arcs and diagonals.
const ARMS: [&str; 8] = [
    "0101 0202 1010 2020 0101 0202 1010 2020 0101 0202 1010 2020 0110 0210 0120 0220",
    "0011 0012 0021 0022 1100 1200 2100 2200 1001 1002 2001 2002 1110 1210 2110 1120",
    "2120 2210 1220 2220 1011 1012 2011 1021 2021 2012 1022 2022 0111 0112 0211 0212",
    "0121 0122 0221 0222 1101 1102 1201 1202 2101 2102 2201 2202 1111 1112 1211 1212",
    "2111 1121 2121 2112 2211 1122 1221 2212 1222 2122 2221 2222 0101 0202 1010 2020",
    "0303 3030 0310 0130 0330 0013 0031 0033 1300 3100 3300 1003 3001 3003 1310 3130",
    "3330 1013 3031 3033 0313 0131 0333 1303 3101 3303 1313 3131 3333 .... .... ....",
    ".... .... .... .... 0001 1000 0100 0010 0002 2000 0200 0020 0201 1020 0102 2010",
];

/// Draws the character into the mask, if it is one of box drawing.
pub fn draw(mask: &mut Mask, character: char) -> bool {
    let Some(index) = (character as usize).checked_sub(0x2500).filter(|index| *index < 128) else {
        return false;
    };
    let frame = Frame::of(mask);
    match character {
        '╭' => frame.arc(mask, 1.0, 1.0),
        '╮' => frame.arc(mask, -1.0, 1.0),
        '╯' => frame.arc(mask, -1.0, -1.0),
        '╰' => frame.arc(mask, 1.0, -1.0),
        '╱' => frame.diagonal(mask, true),
        '╲' => frame.diagonal(mask, false),
        '╳' => {
            frame.diagonal(mask, true);
            frame.diagonal(mask, false);
        }
        _ => {
            let at = index % 16 * 5;
            let arms: Vec<Arm> = ARMS[index / 16][at..at + 4].bytes().map(Arm::of).collect();
            frame.arms(mask, [arms[0], arms[1], arms[2], arms[3]]);
            frame.dashes(mask, character, arms[0] == Arm::None);
        }
    }
    true
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arm {
    None,
    Light,
    Heavy,
    Double,
}

impl Arm {
    fn of(digit: u8) -> Self {
        match digit {
            b'1' => Self::Light,
            b'2' => Self::Heavy,
            b'3' => Self::Double,
            _ => Self::None,
        }
    }

    /// Half the width of the whole arm.
    fn half(self) -> f32 {
        match self {
            Self::None => 0.0,
            Self::Light => LIGHT / 2.0,
            Self::Heavy => HEAVY / 2.0,
            Self::Double => LIGHT * 1.5,
        }
    }
}

/// A cell's edges and middle.
struct Frame {
    right: f32,
    bottom: f32,
    x: f32,
    y: f32,
}

impl Frame {
    #[allow(clippy::cast_precision_loss, reason = "a cell is a few dozen pixels wide")]
    fn of(mask: &Mask) -> Self {
        let (right, bottom) = (mask.width as f32, mask.height as f32);
        Self { right, bottom, x: (right / 2.0).round(), y: (bottom / 2.0).round() }
    }

    fn arms(&self, mask: &mut Mask, arms: [Arm; 4]) {
        let [up, right, down, left] = arms;
        // Each arm extends past the middle by the width of the arms across it, to make a full corner.
        let across = up.half().max(down.half());
        let along = left.half().max(right.half());
        let (x, y) = (self.x, self.y);
        for (arm, top, bottom) in [(up, 0.0, y + along), (down, y - along, self.bottom)] {
            if arm != Arm::None {
                mask.fill(x - arm.half(), top, x + arm.half(), bottom);
            }
        }
        for (arm, from, to) in [(left, 0.0, x + across), (right, x - across, self.right)] {
            if arm != Arm::None {
                mask.fill(from, y - arm.half(), to, y + arm.half());
            }
        }
        self.hollow(mask, arms);
    }

    /// Clears the middle of double arms, and redraws the light lines that cross them.
    fn hollow(&self, mask: &mut Mask, [up, right, down, left]: [Arm; 4]) {
        let (x, y, gap) = (self.x, self.y, LIGHT / 2.0);
        let stops = |a: Arm, b: Arm| if a == Arm::Light || b == Arm::Light { gap } else { -gap };
        let (rows, cols) = (stops(left, right), stops(up, down));
        if up == Arm::Double {
            mask.clear(x - gap, 0.0, x + gap, y - rows);
        }
        if down == Arm::Double {
            mask.clear(x - gap, y + rows, x + gap, self.bottom);
        }
        if left == Arm::Double {
            mask.clear(0.0, y - gap, x - cols, y + gap);
        }
        if right == Arm::Double {
            mask.clear(x + cols, y - gap, self.right, y + gap);
        }
    }

    /// A quarter circle from the middle of one edge to the middle of another, and the straight rest. The signs say to
    /// which sides the arms go: right and down are positive.
    fn arc(&self, mask: &mut Mask, to_x: f32, to_y: f32) {
        let radius = (self.right - self.x).min(self.x);
        let (x, y) = (self.x, self.y);
        mask.stroke(LIGHT, |px, py| {
            // Seen from the middle, with both arms pointing to the positive side.
            let (px, py) = ((px - x) * to_x, (py - y) * to_y);
            if px >= radius {
                py.abs()
            } else if py >= radius {
                px.abs()
            } else {
                ((px - radius).hypot(py - radius) - radius).abs()
            }
        });
    }

    fn diagonal(&self, mask: &mut Mask, rising: bool) {
        let (width, height) = (self.right, self.bottom);
        let length = width.hypot(height);
        mask.stroke(LIGHT, |px, py| {
            let py = if rising { height - py } else { py };
            (px * height - py * width).abs() / length
        });
    }

    /// Cuts a line into dashes, evenly also over the edge of the cell.
    fn dashes(&self, mask: &mut Mask, character: char, level: bool) {
        let count = match character {
            '┄'..='┇' => 3_u8,
            '┈'..='┋' => 4,
            '╌'..='╏' => 2,
            _ => return,
        };
        let length = if level { self.right } else { self.bottom } / f32::from(count);
        let gap = (length / 3.0).max(2.0);
        let mut start = 0.0;
        for _ in 0..count {
            for (from, to) in [(start, start + gap / 2.0), (start + length - gap / 2.0, start + length)] {
                if level {
                    mask.clear(from, 0.0, to, self.bottom);
                } else {
                    mask.clear(0.0, from, self.right, to);
                }
            }
            start += length;
        }
    }
}
