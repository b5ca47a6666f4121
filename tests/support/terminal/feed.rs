//! The program's output: read by one thread, watched by others.

use std::io::{Read, Write as _};
use std::num::NonZeroU16;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::Keyboard;
use super::answers::TerminalReplies;

const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
const END_FRAME: &[u8] = b"\x1b[?2026l";
/// How many of the last bytes are shown when a wait fails.
const TAIL: usize = 2048;

/// The program's output, shared between the thread that reads it and those that wait for it.
pub struct Feed {
    seen: Mutex<Seen>,
    news: Condvar,
}

impl Feed {
    pub fn new(cols: u16, rows: u16) -> Self {
        Self { seen: Mutex::new(Seen::new(cols, rows)), news: Condvar::new() }
    }

    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads to the end, responding to what the program asks its terminal.
    pub fn read_all(&self, output: &mut dyn Read, keyboard: &Keyboard) {
        let mut buffer = vec![0; 64 * 1024];
        // An error means the same as the end: no more output.
        while let Ok(n @ 1..) = output.read(&mut buffer) {
            let replies = {
                let mut seen = self.seen();
                seen.take_in(&buffer[..n]);
                std::mem::take(&mut seen.parser.callbacks_mut().replies)
            };
            self.news.notify_all();
            if !replies.is_empty() {
                keyboard.lock().unwrap_or_else(PoisonError::into_inner).write_all(&replies).ok();
            }
        }
        let mut seen = self.seen();
        seen.flush();
        seen.closed = true;
        self.news.notify_all();
    }

    /// Notes the exit code of the program.
    pub fn ended(&self, code: i32) {
        self.seen().exit = Some(code);
        self.news.notify_all();
    }

    /// Waits until `ready` returns something. None if the deadline has passed, or if the program has ended and all
    /// its output was seen.
    pub fn wait<T>(&self, deadline: Instant, mut ready: impl FnMut(&Seen) -> Option<T>) -> Option<T> {
        let mut seen = self.seen();
        loop {
            if let Some(found) = ready(&seen) {
                return Some(found);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || (seen.closed && seen.exit.is_some()) {
                return None;
            }
            seen = self.news.wait_timeout(seen, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Everything seen of the program so far.
pub struct Seen {
    pub bytes: u64,
    pub last_byte: Instant,
    pub tail: Vec<u8>,
    /// All bytes, for searches.
    pub all: Vec<u8>,
    pub closed: bool,
    pub exit: Option<i32>,
    parser: vt100::Parser<TerminalReplies>,
    /// Bytes not drawn yet: an incomplete synchronized update.
    held: Vec<u8>,
    in_frame: bool,
}

impl Seen {
    fn new(cols: u16, rows: u16) -> Self {
        let parser =
            vt100::Parser::new_with_callbacks(cells(rows), cells(cols), 0, TerminalReplies::default());
        Self {
            bytes: 0,
            last_byte: Instant::now(),
            tail: Vec::new(),
            all: Vec::new(),
            closed: false,
            exit: None,
            parser,
            held: Vec::new(),
            in_frame: false,
        }
    }

    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    pub fn answers(&self) -> &TerminalReplies {
        self.parser.callbacks()
    }

    /// The rows of the screen without trailing blanks.
    pub fn rows(&self) -> Vec<String> {
        let cols = self.screen().size().1.get();
        self.screen().rows(0, cols).map(|row| row.trim_end().to_owned()).collect()
    }

    /// The column and row where the text starts.
    pub fn find(&self, text: &str) -> Option<(u16, u16)> {
        let (rows, cols) = self.screen().size();
        (0..rows.get()).find_map(|y| {
            let mut row = String::new();
            let mut starts = Vec::new();
            for x in 0..cols.get() {
                let Some(cell) = self.screen().cell(y, x).filter(|cell| !cell.is_wide_continuation()) else {
                    continue;
                };
                starts.push((row.len(), x));
                row.push_str(if cell.has_contents() { cell.contents() } else { " " });
            }
            let at = row.find(text)?;
            starts.iter().rev().find(|(start, _)| *start <= at).map(|(_, x)| (*x, y))
        })
    }

    /// True if something has been drawn and no update of the screen is incomplete.
    pub fn is_whole(&self) -> bool {
        self.bytes > 0 && !self.in_frame
    }

    pub fn resize(&mut self, cols: u16, rows: u16) {
        self.parser.set_size(cells(rows), cells(cols));
    }

    fn take_in(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.last_byte = Instant::now();
        self.all.extend_from_slice(bytes);
        self.tail.extend_from_slice(bytes);
        let surplus = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..surplus);
        self.held.extend_from_slice(bytes);
        self.draw_whole_frames();
    }

    /// Draws complete updates. A terminal shows a synchronized update at once or not at all, so an incomplete one
    /// must not be visible here either.
    fn draw_whole_frames(&mut self) {
        loop {
            let mark = if self.in_frame { END_FRAME } else { BEGIN_FRAME };
            let found = self.held.windows(mark.len()).position(|window| window == mark);
            let Some(at) = found else { break };
            let rest = self.held.split_off(at + mark.len());
            self.parser.process(&std::mem::replace(&mut self.held, rest));
            self.in_frame = !self.in_frame;
        }
        if !self.in_frame {
            let begun = (1..BEGIN_FRAME.len()).rev().find(|n| self.held.ends_with(&BEGIN_FRAME[..*n]));
            let rest = self.held.split_off(self.held.len() - begun.unwrap_or(0));
            self.parser.process(&std::mem::replace(&mut self.held, rest));
        }
    }

    fn flush(&mut self) {
        self.parser.process(&std::mem::take(&mut self.held));
        self.in_frame = false;
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("a terminal has at least one row and column")
}
