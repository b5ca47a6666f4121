//! The search of a terminal: all bytes that were written to it, and every screen that they made.

use std::num::NonZeroU16;

use super::marks;

/// Where an update of the screen ends.
const END_FRAME: &[u8] = b"\x1b[?2026l";

/// Every screen, in order, as text.
fn screens(output: &[u8], (cols, rows): (u16, u16)) -> Vec<String> {
    let cells = |n: u16| NonZeroU16::new(n).unwrap();
    let mut parser = vt100::Parser::new(cells(rows), cells(cols), 0);
    let mut screens = Vec::new();
    let mut rest = output;
    while let Some(at) = rest.windows(END_FRAME.len()).position(|bytes| bytes == END_FRAME) {
        let (frame, after) = rest.split_at(at + END_FRAME.len());
        parser.process(frame);
        screens.push(parser.screen().contents());
        rest = after;
    }
    parser.process(rest);
    screens.push(parser.screen().contents());
    screens
}

/// Checks that no secret was ever visible, nor written invisibly. Returns the number of screens.
#[track_caller]
pub fn assert_none(output: &[u8], size: (u16, u16)) -> usize {
    marks::assert_none(output, "the bytes written to the terminal");
    let screens = screens(output, size);
    for (at, screen) in screens.iter().enumerate() {
        marks::assert_none(screen.as_bytes(), &format!("screen {at} of {}", screens.len()));
    }
    screens.len()
}

/// The names of the secrets that were ever visible.
pub fn found(output: &[u8], size: (u16, u16)) -> Vec<&'static str> {
    marks::found(screens(output, size).join("\n").as_bytes())
}
