//! What a terminal does besides drawing: it responds to queries, keeps a title and a clipboard.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use vt100::{Callbacks, Screen};

/// What the program has asked the terminal for.
#[derive(Default)]
pub struct TerminalReplies {
    /// Bytes to be sent back to the program, as if typed.
    pub replies: Vec<u8>,
    /// The window title; empty before the first.
    pub title: String,
    /// The text last copied to the clipboard by OSC 52.
    pub clipboard: Option<String>,
}

impl Callbacks for TerminalReplies {
    fn set_window_title(&mut self, _: &mut Screen, title: &[u8]) {
        self.title = String::from_utf8_lossy(title).into_owned();
    }

    fn copy_to_clipboard(&mut self, _: &mut Screen, _selection: &[u8], data: &[u8]) {
        self.clipboard =
            BASE64_STANDARD.decode(data).ok().map(|text| String::from_utf8_lossy(&text).into_owned());
    }

    fn unhandled_csi(
        &mut self,
        screen: &mut Screen,
        first: Option<u8>,
        _second: Option<u8>,
        params: &[&[u16]],
        last: char,
    ) {
        let number = params.first().and_then(|param| param.first()).copied().unwrap_or(0);
        match (first, last, number) {
            (None, 'n', 5) => self.replies.extend_from_slice(b"\x1b[0n"),
            (None, 'n', 6) => {
                let (row, col) = screen.cursor_position();
                self.replies.extend_from_slice(format!("\x1b[{};{}R", row + 1, col + 1).as_bytes());
            }
            // A VT220 with colours.
            (None, 'c', 0) => self.replies.extend_from_slice(b"\x1b[?62;22c"),
            _ => {}
        }
    }

    fn unhandled_osc(&mut self, _: &mut Screen, params: &[&[u8]]) {
        match params {
            [b"10", b"?"] => self.replies.extend_from_slice(b"\x1b]10;rgb:d5d5/d9d9/e0e0\x1b\\"),
            [b"11", b"?"] => self.replies.extend_from_slice(b"\x1b]11;rgb:1414/1616/1b1b\x1b\\"),
            _ => {}
        }
    }
}
