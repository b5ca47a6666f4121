//! Mouse reports: in the requested SGR form, and in the older one of terminals without it.

use crate::console::model::mouse::{MouseAction, Pointer};

/// Bytes of a report in the older form: button, column and line, each 32 higher.
pub const REPORT_BYTES: usize = 3;

/// The meaning of `ESC [ < report last`, if it is used here.
pub fn sgr(report: &[u8], last: u8) -> Option<Pointer> {
    let text = std::str::from_utf8(report).ok()?;
    let mut numbers = text.split(';').map(|number| number.parse::<u16>().ok());
    let (button, column, line) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let action = action(button).filter(|action| last == b'M' || *action != MouseAction::Click)?;
    Some(Pointer { action, at: (column.saturating_sub(1), line.saturating_sub(1)) })
}

/// The meaning of `ESC [ M` and these bytes, if it is used here.
pub fn plain([button, column, line]: [u8; REPORT_BYTES]) -> Option<Pointer> {
    let cell = |byte: u8| u16::from(byte.saturating_sub(33));
    let action = action(u16::from(button.saturating_sub(32)))?;
    Some(Pointer { action, at: (cell(column), cell(line)) })
}

/// The action of a button, with any modifiers (bits 4, 8 and 16).
fn action(button: u16) -> Option<MouseAction> {
    match button & !(4 | 8 | 16) {
        0 => Some(MouseAction::Click),
        64 => Some(MouseAction::WheelUp),
        65 => Some(MouseAction::WheelDown),
        // Other buttons, motion (32), and in the older form a release (3).
        _ => None,
    }
}
