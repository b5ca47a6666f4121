//! Decodes the bytes of a terminal into keys, pasted text and mouse events.
//!
//! This is the parser of ECMA-48 control sequences that reads what a terminal *sends*. It knows where a
//! sequence ends even if it does not know the sequence, so unrequested reports and responses are dropped
//! whole, and no byte string can stop the keyboard. `vte` reads what a program sends to a terminal, and
//! cannot distinguish Esc from the start of a sequence; crossterm and termina wait for a final byte that
//! they know.

use std::mem;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::console::model::mouse::Pointer;
use crate::keymap::Key;

use super::csi;
use super::mouse::{self, REPORT_BYTES};

/// How long an Esc may still be the start of a sequence that arrives in pieces.
const AFTER_ESCAPE: Duration = Duration::from_millis(50);
/// How long an unfinished sequence waits for its next byte.
const AFTER_BYTE: Duration = Duration::from_millis(100);
/// How many times [`AFTER_BYTE`] a paste may pause. Slow connections pause in the middle of one.
const PASTE_PAUSES: u8 = 10;
/// The longest sequence of a key. Pasted text that continues after a pause arrives in longer pieces; a person typing
/// into a paste whose end was lost must not keep it open.
const LONGEST_KEY: usize = 8;
/// The end of a bracketed paste.
const PASTE_END: &[u8] = b"\x1b[201~";
/// The longest text delivered as one paste, in bytes; the rest follows as another.
const LONGEST_PASTE: usize = 16 << 20;
/// The longest parameters of a sequence that are kept: no key has as many.
const LONGEST_PARAMETERS: usize = 64;

/// An input of a person at the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// Text was pasted, but its end never arrived.
    CutPaste(String),
    /// A click, or a wheel step.
    Pointer(Pointer),
}

/// An unfinished sequence.
#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    /// The start of a character of several bytes.
    Character(Vec<u8>),
    /// `ESC`.
    Escape,
    /// `ESC O`, and digits of some terminals.
    SingleShift { bare: bool },
    /// `ESC [`, and the bytes up to the final one.
    Sequence { parameters: Vec<u8>, bare: bool },
    /// `ESC [ [`, function keys of the Linux console.
    LinuxFunction,
    /// A mouse report in the form without SGR: this many bytes after `ESC [ M`.
    Report(Vec<u8>),
    /// A control string (OSC, DCS, APC, PM, SOS) up to its terminator. All are dropped.
    Text { introducer: u8, bare: bool },
    /// `ESC` in a control string: half of its terminator, or the start of something else.
    TextEscape,
    Paste {
        text: Vec<u8>,
        pauses: u8,
        /// Nothing has arrived since the last pause.
        paused: bool,
    },
}

/// The parser. It has no clock: the caller waits for [`Decoder::patience`], then calls [`Decoder::expire`].
#[derive(Debug, Default)]
pub struct Decoder {
    state: State,
}

impl Decoder {
    /// Processes the bytes of one read.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Input>) {
        if let State::Paste { pauses, paused, .. } = &mut self.state {
            // After a pause in a paste whose end was lost, a lone Ctrl+C is from a person.
            if mem::take(paused) && bytes.iter().all(|byte| *byte == 0x03) {
                self.cut_paste(out);
            } else if bytes.len() > LONGEST_KEY {
                *pauses = 0;
            }
        }
        for byte in bytes {
            self.byte(*byte, out);
        }
    }

    /// How long to wait for more bytes; `None` if nothing is unfinished.
    pub fn patience(&self) -> Option<Duration> {
        match self.state {
            State::Ground => None,
            State::Escape => Some(AFTER_ESCAPE),
            _ => Some(AFTER_BYTE),
        }
    }

    /// Nothing arrived for that long: the unfinished sequence is dropped. `ESC` alone is the key, and `ESC` with one
    /// character that could start a sequence is two keys pressed by a person.
    pub fn expire(&mut self, out: &mut Vec<Input>) {
        if let State::Paste { pauses, paused, .. } = &mut self.state {
            (*pauses, *paused) = (*pauses + 1, true);
            if *pauses >= PASTE_PAUSES {
                self.cut_paste(out);
            }
            return;
        }
        self.abort(out);
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<Input>) {
        match &mut self.state {
            State::Ground => self.ground(byte, out),
            State::Character(bytes) => match byte {
                0x80..=0xbf => {
                    bytes.push(byte);
                    self.character(out);
                }
                _ => self.reprocess(byte, out),
            },
            State::Escape => self.escape(byte, out),
            State::SingleShift { bare } => match byte {
                b'0'..=b'9' => *bare = false,
                0x20..=0x7e => {
                    self.state = State::Ground;
                    out.extend(csi::single_shift(byte).map(Input::Key));
                }
                _ => self.reprocess(byte, out),
            },
            State::Sequence { parameters, bare } => match byte {
                b'[' if *bare => self.state = State::LinuxFunction,
                0x20..=0x3f => {
                    *bare = false;
                    if parameters.len() < LONGEST_PARAMETERS {
                        parameters.push(byte);
                    }
                }
                0x40..=0x7e => {
                    let parameters = mem::take(parameters);
                    self.state = State::Ground;
                    self.finished(&parameters, byte, out);
                }
                _ => self.reprocess(byte, out),
            },
            State::LinuxFunction => match byte {
                0x20..=0x7e => {
                    self.state = State::Ground;
                    out.extend(csi::linux_function(byte).map(Input::Key));
                }
                _ => self.reprocess(byte, out),
            },
            State::Report(bytes) => match byte {
                0x20.. => {
                    bytes.push(byte);
                    if let Ok(report) = <[u8; REPORT_BYTES]>::try_from(bytes.as_slice()) {
                        self.state = State::Ground;
                        out.extend(mouse::plain(report).map(Input::Pointer));
                    }
                }
                _ => self.reprocess(byte, out),
            },
            State::Text { bare, .. } => match byte {
                0x1b => self.state = State::TextEscape,
                0x07 => self.state = State::Ground,
                0x20.. if byte != 0x7f => *bare = false,
                // No terminal writes these inside a string: its end was lost.
                _ => self.reprocess(byte, out),
            },
            State::TextEscape => {
                // Half of a truncated terminator is not a key; but another sequence may start.
                self.state = introduced(byte, false).unwrap_or_default();
                if matches!(self.state, State::Ground) && byte != b'\\' {
                    self.ground(byte, out);
                }
            }
            State::Paste { text, .. } => {
                text.push(byte);
                if byte == b'~' && text.ends_with(PASTE_END) {
                    text.truncate(text.len() - PASTE_END.len());
                    let text = mem::take(text);
                    self.state = State::Ground;
                    out.push(Input::Paste(decoded(&text)));
                } else if text.len() >= LONGEST_PASTE {
                    let text = mem::take(text);
                    out.push(Input::Paste(decoded(&text)));
                }
            }
        }
    }

    /// Drops the unfinished sequence, and reprocesses the byte as the start of something new.
    fn reprocess(&mut self, byte: u8, out: &mut Vec<Input>) {
        self.abort(out);
        self.ground(byte, out);
    }

    fn abort(&mut self, out: &mut Vec<Input>) {
        let after_escape = match mem::take(&mut self.state) {
            State::Escape => {
                out.push(key(KeyCode::Esc));
                return;
            }
            State::SingleShift { bare: true } => 'O',
            State::Sequence { bare: true, .. } => '[',
            State::Text { introducer, bare: true } => char::from(introducer),
            _ => return,
        };
        out.extend([key(KeyCode::Esc), key(KeyCode::Char(after_escape))]);
    }

    fn ground(&mut self, byte: u8, out: &mut Vec<Input>) {
        match byte {
            0x1b => self.state = State::Escape,
            0x00..=0x1f | 0x7f => out.push(control(byte)),
            0x20..=0x7e => out.push(key(KeyCode::Char(char::from(byte)))),
            0x80..=0x9f => self.state = introduced(byte - 0x40, false).unwrap_or_default(),
            0xc2..=0xf4 => self.state = State::Character(vec![byte]),
            // Not part of any character.
            _ => {}
        }
    }

    /// A multi-byte character, once complete. Invalid ones are dropped.
    fn character(&mut self, out: &mut Vec<Input>) {
        let State::Character(bytes) = &self.state else { return };
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                let character = text.chars().next();
                self.state = State::Ground;
                match character {
                    Some(c @ '\u{80}'..='\u{9f}') => {
                        let byte = u8::try_from(u32::from(c) - 0x40).unwrap_or(0);
                        self.state = introduced(byte, false).unwrap_or_default();
                    }
                    Some(c) => out.push(key(KeyCode::Char(c))),
                    None => {}
                }
            }
            Err(error) if error.error_len().is_some() => self.state = State::Ground,
            // Incomplete.
            Err(_) => {}
        }
    }

    fn escape(&mut self, byte: u8, out: &mut Vec<Input>) {
        if let Some(state) = introduced(byte, true) {
            self.state = state;
            return;
        }
        if byte == 0x7f {
            // Option+Backspace on a Mac; nobody presses Esc and Backspace within one read.
            self.state = State::Ground;
            out.push(Input::Key(KeyEvent::new(KeyCode::Backspace, KeyModifiers::ALT).into()));
            return;
        }
        // Esc, then the key: never Alt, which no action needs.
        self.reprocess(byte, out);
    }

    /// A complete sequence: a key, a click, the start of a paste or of a mouse report; anything else is dropped.
    fn finished(&mut self, parameters: &[u8], last: u8, out: &mut Vec<Input>) {
        match (parameters, last) {
            (b"200", b'~') => self.state = State::Paste { text: Vec::new(), pauses: 0, paused: false },
            (b"", b'M') => self.state = State::Report(Vec::new()),
            ([b'<', report @ ..], b'M' | b'm') => {
                out.extend(mouse::sgr(report, last).map(Input::Pointer));
            }
            _ => out.extend(csi::key(parameters, last).map(Input::Key)),
        }
    }

    fn cut_paste(&mut self, out: &mut Vec<Input>) {
        if let State::Paste { text, .. } = mem::take(&mut self.state) {
            let half = (1..PASTE_END.len()).rev().find(|n| text.ends_with(&PASTE_END[..*n])).unwrap_or(0);
            out.push(Input::CutPaste(decoded(&text[..text.len() - half])));
        }
    }
}

/// The sequence that starts with `ESC` and this byte, or with its eight-bit form.
fn introduced(byte: u8, bare: bool) -> Option<State> {
    match byte {
        b'[' => Some(State::Sequence { parameters: Vec::new(), bare }),
        b'O' => Some(State::SingleShift { bare }),
        // DCS, SOS, OSC, PM, APC.
        b'P' | b'X' | b']' | b'^' | b'_' => Some(State::Text { introducer: byte, bare }),
        _ => None,
    }
}

fn key(code: KeyCode) -> Input {
    Input::Key(KeyEvent::from(code).into())
}

/// The key of a control character.
fn control(byte: u8) -> Input {
    let with_control = |c: u8| KeyEvent::new(KeyCode::Char(char::from(c)), KeyModifiers::CONTROL);
    Input::Key(match byte {
        // A line feed is an Enter that was pressed while a shell had the terminal.
        b'\r' | b'\n' => KeyEvent::from(KeyCode::Enter).into(),
        b'\t' => KeyEvent::from(KeyCode::Tab).into(),
        0x7f => KeyEvent::from(KeyCode::Backspace).into(),
        0x00 => with_control(b' ').into(),
        0x01..=0x1a => with_control(byte - 1 + b'a').into(),
        // Ctrl+4 to Ctrl+7, and the keys with the same bytes: Ctrl+_ and Ctrl+/.
        _ => with_control(byte.saturating_sub(0x1c) + b'4').into(),
    })
}

fn decoded(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
