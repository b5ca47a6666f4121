//! The lines of an input, numbered, read in bounded memory.

use std::io::{self, BufRead as _, BufReader, Read};

/// The longest line, in bytes without its line feed (our decision): a longer one is reported and skipped.
pub const LONGEST_LINE: usize = 1024 * 1024;

/// How many bytes are read without finding a line feed (our decision): a longer input, such as `/dev/zero`, has no
/// lines.
pub const LONGEST_READ: u64 = 64 << 20;

/// Bytes read at a time.
const BUFFER: usize = 128 * 1024;

/// Some editors put a byte order mark first.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads lines. Blank ones are counted and skipped.
pub struct Lines<R> {
    from: BufReader<R>,
    /// The number of the current line; 0 before the first.
    number: u64,
    /// Bytes read so far.
    bytes: u64,
    /// The start of the current line, up to the limit.
    line: Vec<u8>,
    /// No more input is read.
    ended: bool,
}

/// A line that is not blank.
#[derive(Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// Without the line end.
    Text(&'a [u8]),
    /// Longer than [`LONGEST_LINE`].
    TooLong,
    /// Longer than [`LONGEST_READ`]: it ends the input.
    Endless,
}

/// The length of a line.
#[derive(PartialEq, Eq)]
enum Length {
    Good,
    TooLong,
    Endless,
}

impl<R: Read> Lines<R> {
    pub fn new(from: R) -> Self {
        let from = BufReader::with_capacity(BUFFER, from);
        Self { from, number: 0, bytes: 0, line: Vec::new(), ended: false }
    }

    /// The number of the current line, from 1; blank ones count.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether a complete line is available without waiting for the input.
    pub fn has_buffered_line(&self) -> bool {
        self.from.buffer().contains(&b'\n')
    }

    /// The next line that is not blank; none at the end.
    ///
    /// # Errors
    /// The input cannot be read.
    pub fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        while !self.ended
            && let Some(length) = self.read()?
        {
            match length {
                Length::Good if self.line.trim_ascii().is_empty() => {}
                Length::Good => return Ok(Some(Line::Text(self.line.trim_ascii()))),
                Length::TooLong => return Ok(Some(Line::TooLong)),
                Length::Endless => {
                    self.ended = true;
                    return Ok(Some(Line::Endless));
                }
            }
        }
        Ok(None)
    }

    /// Reads one line, and keeps no more of it than the limit; none at the end.
    fn read(&mut self) -> io::Result<Option<Length>> {
        self.line.clear();
        let (mut begun, mut too_long) = (false, false);
        let before = self.bytes;
        loop {
            let buffer = match self.from.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let end = buffer.iter().position(|byte| *byte == b'\n');
            if buffer.is_empty() && !begun {
                return Ok(None);
            }
            begun = true;
            let part = &buffer[..end.unwrap_or(buffer.len())];
            // One more for the carriage return that some programs write before the line feed.
            too_long |= self.line.len() + part.len() > LONGEST_LINE + 1;
            if !too_long {
                self.line.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.from.consume(used);
            self.bytes += used as u64;
            if end.is_some() || used == 0 {
                break;
            }
            if self.bytes - before > LONGEST_READ {
                self.number += 1;
                return Ok(Some(Length::Endless));
            }
        }
        self.number += 1;
        if self.number == 1 && self.line.starts_with(MARK) {
            self.line.drain(..MARK.len());
        }
        too_long |= self.line.trim_ascii_end().len() > LONGEST_LINE;
        Ok(Some(if too_long { Length::TooLong } else { Length::Good }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &[u8]) -> Vec<(u64, Option<String>)> {
        let mut lines = Lines::new(text);
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            let text = match line {
                Line::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
                Line::TooLong | Line::Endless => None,
            };
            all.push((lines.number(), text));
        }
        assert_eq!(lines.bytes(), text.len() as u64);
        all
    }

    fn line(number: u64, text: &str) -> (u64, Option<String>) {
        (number, Some(text.to_owned()))
    }

    #[test]
    fn blank_lines_are_counted_and_the_last_line_needs_no_line_feed() {
        assert_eq!(all(b"a\n\n  \r\nb\r\nc"), [line(1, "a"), line(4, "b"), line(5, "c")]);
        assert_eq!(all(b"\xEF\xBB\xBFa\n"), [line(1, "a")]);
        assert_eq!(all(b""), []);
        assert_eq!(all(b"\n\n"), []);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_in_bounded_memory() {
        let longest = "x".repeat(LONGEST_LINE);
        assert_eq!(all(format!("{longest}\r\nb").as_bytes()), [line(1, &longest), line(2, "b")]);
        let text = format!("a\n{longest}x\n{}\nb\n", "y".repeat(LONGEST_LINE * 4));
        assert_eq!(all(text.as_bytes()), [line(1, "a"), (2, None), (3, None), line(4, "b")]);
        let mut lines = Lines::new(text.as_bytes());
        while lines.next().unwrap().is_some() {
            assert!(lines.line.capacity() <= 2 * (LONGEST_LINE + BUFFER), "{}", lines.line.capacity());
        }
    }

    #[test]
    fn an_input_without_lines_is_not_read_to_its_end() {
        let text = b"a\n".chain(io::repeat(0));
        let mut lines = Lines::new(text);
        assert_eq!(lines.next().unwrap(), Some(Line::Text(b"a")));
        assert_eq!(lines.next().unwrap(), Some(Line::Endless));
        assert_eq!((lines.number(), lines.next().unwrap()), (2, None));
        assert!(lines.bytes() <= LONGEST_READ + 2 * BUFFER as u64);
        let longest = io::repeat(b'x').take(LONGEST_READ - 2).chain(&b"\nb"[..]);
        let mut lines = Lines::new(longest);
        assert_eq!(lines.next().unwrap(), Some(Line::TooLong));
        assert_eq!(lines.next().unwrap(), Some(Line::Text(b"b")));
    }

    #[test]
    fn available_lines_are_detected() {
        let mut lines = Lines::new(&b"a\nb\nc"[..]);
        assert!(!lines.has_buffered_line(), "nothing was read yet");
        lines.next().unwrap();
        assert!(lines.has_buffered_line());
        lines.next().unwrap();
        assert!(!lines.has_buffered_line(), "the third may go on");
    }

    proptest! {
        #[test]
        fn any_split_of_the_input_yields_the_same_lines(text in "[a\\r\\n ]{0,60}", at_a_time in 1_usize..9) {
            let expected: Vec<_> = text
                .split('\n')
                .enumerate()
                .map(|(at, text)| line(at as u64 + 1, text.trim_ascii()))
                .filter(|(_, text)| text.as_deref() != Some(""))
                .collect();
            prop_assert_eq!(all(text.as_bytes()), expected.clone());
            let mut lines = Lines::new(text.as_bytes());
            lines.from = BufReader::with_capacity(at_a_time, text.as_bytes());
            let mut found = 0;
            while lines.next().unwrap().is_some() {
                found += 1;
            }
            prop_assert_eq!(found, expected.len());
        }
    }
}
