//! A progress line at the bottom of the terminal.
//!
//! It is written to standard error, and only to a terminal: scripts never see it. It has no colours, as `NO_COLOR`
//! requires.

use std::io::{self, IsTerminal as _, Write as _};

use unicode_width::UnicodeWidthChar as _;

use super::output::eprint_line;
use super::streams::set_progress;
use crate::text::escape_controls;

/// The columns of a terminal that does not report them.
const USUAL_COLUMNS: u16 = 80;

/// The line. Dropping it removes it.
#[derive(Debug)]
pub struct StatusLine {
    on: bool,
    /// The line on the screen.
    text: String,
}

impl StatusLine {
    /// A line that draws only on a terminal with cursor control.
    #[expect(clippy::disallowed_methods, reason = "writes nothing")]
    pub fn new() -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|name| name == "dumb");
        Self { on: io::stderr().is_terminal() && !dumb, text: String::new() }
    }

    /// Whether it is visible.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Shows the text for this many columns, replacing the previous one.
    pub fn draw(&mut self, text: impl FnOnce(usize) -> String) {
        if !self.on {
            return;
        }
        // A character in the last column makes some terminals continue on the next line.
        let columns = crossterm::terminal::size().map_or(USUAL_COLUMNS, |(columns, _)| columns);
        let columns = usize::from(columns).saturating_sub(1);
        let text = cut(&escape_controls(&text(columns)), columns).to_owned();
        let was_shown = set_progress(true);
        if text != self.text || !was_shown {
            write(&format!("\r{text}\x1b[K"));
            self.text = text;
        }
    }

    /// Prints a message on standard error, above the line.
    pub fn print_above(&mut self, text: &str) {
        self.clear();
        eprint_line(text);
    }

    /// Removes the line until it is drawn again.
    pub fn clear(&mut self) {
        self.text.clear();
        if set_progress(false) {
            write("\r\x1b[K");
        }
    }
}

impl Drop for StatusLine {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Errors are ignored: without a terminal nobody can read it.
#[expect(clippy::disallowed_methods, reason = "draws a line again and again, with its own controls")]
fn write(bytes: &str) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(bytes.as_bytes()).and_then(|()| err.flush());
}

/// The part of a text that fits.
fn cut(text: &str, columns: usize) -> &str {
    let mut width = 0;
    for (at, c) in text.char_indices() {
        width += c.width().unwrap_or(0);
        if width > columns {
            return &text[..at];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_never_wraps() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "abc");
        assert_eq!(cut("a日本", 4), "a日");
        assert_eq!(cut("a", 0), "");
    }
}
