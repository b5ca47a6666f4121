//! The terminal: taken over at the start, and restored however the program ends.

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::{Attribute, SetAttribute};
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, queue};
use ratatui::Terminal;
use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};
use tokio::sync::mpsc::UnboundedSender;

use super::diff_backend::DiffBackend;
use crate::console::model::message::Message;
use crate::console::model::state::State;
use crate::console::view;

/// Whether some mode is set that must be undone.
static ACQUIRED: AtomicBool = AtomicBool::new(false);

/// Reports of buttons and of the wheel, at any column. Motion is not requested: it would wake the program at every
/// cell that the mouse crosses.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";
/// Modes that a crashed program may have left on: other key encodings, mouse and focus reports.
const LEFT_ON: &[u8] = b"\x1b[?1l\x1b>\x1b[>4m\x1b[?1003l\x1b[?1002l\x1b[?1004l";

/// The terminal while the console uses it. Dropping restores it.
pub struct Screen {
    terminal: Terminal<DiffBackend>,
    mouse: bool,
    /// The terminal's modes when it was released.
    modes: Option<Termios>,
}

impl Screen {
    /// Takes over the terminal. A panic anywhere in the program restores it first, so that the panic can be read, and
    /// is sent as a message: the program must not continue after a panic.
    ///
    /// # Errors
    /// The terminal cannot be set up.
    pub fn acquire(tx: UnboundedSender<Message>) -> io::Result<Self> {
        // The theme handles NO_COLOR; crossterm's own way would remove bold and reverse too.
        crossterm::style::force_color_output(true);
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            restore();
            previous(info);
            let _ = tx.send(Message::Panicked);
        }));
        turn_on(false)?;
        // An error half-way restores the modes set so far.
        let terminal = Terminal::new(DiffBackend::default()).inspect_err(|_| restore())?;
        Ok(Self { terminal, mouse: false, modes: None })
    }

    /// Columns and lines.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Draws changes, in one piece; writes nothing if there are none. While the terminal is released nothing is
    /// drawn.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn draw(&mut self, state: &State) -> io::Result<()> {
        if ACQUIRED.load(Ordering::SeqCst) {
            self.terminal.draw(|frame| view::view(state, frame))?;
        }
        Ok(())
    }

    /// Redraws everything with the next frame.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn clear(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }

    /// Captures the mouse, or releases it.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn capture_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        write_between_frames(if on { MOUSE_ON } else { MOUSE_OFF })
    }

    /// Releases the terminal in its original state, for another program or for the shell.
    pub fn release(&mut self) {
        restore();
        self.modes = tcgetattr(rustix::stdio::stdin()).ok();
    }

    /// Takes over the terminal again, to be redrawn completely.
    ///
    /// # Errors
    /// The terminal cannot be set up.
    pub fn reacquire(&mut self) -> io::Result<()> {
        // Harmless if done twice; after a stop from outside it undoes what the shell did not.
        restore();
        turn_on(self.mouse)?;
        self.clear()
    }

    /// Like [`Screen::reacquire`], after a program that may have left the terminal in any state. Keys typed for it,
    /// and the terminal's responses to it, are dropped.
    ///
    /// # Errors
    /// The terminal cannot be set up.
    pub fn reacquire_from_program(&mut self) -> io::Result<()> {
        let terminal = rustix::stdio::stdin();
        if let Some(modes) = self.modes.take() {
            tcsetattr(terminal, OptionalActions::Now, &modes)?;
        }
        write(MOUSE_OFF)?;
        write(LEFT_ON)?;
        tcflush(terminal, QueueSelector::IFlush)?;
        self.reacquire()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

fn turn_on(mouse: bool) -> io::Result<()> {
    ACQUIRED.store(true, Ordering::SeqCst);
    let on = || {
        enable_raw_mode()?;
        let mut bytes = Vec::new();
        queue!(bytes, EnterAlternateScreen, EnableBracketedPaste)?;
        if mouse {
            bytes.extend_from_slice(MOUSE_ON);
        }
        write(&bytes)
    };
    on().inspect_err(|_: &io::Error| restore())
}

/// Undoes every mode that can be set. Safe to call twice; errors are ignored, since the terminal may be gone.
pub fn restore() {
    if ACQUIRED.swap(false, Ordering::SeqCst) {
        let mut bytes = Vec::new();
        let _ = queue!(bytes, EndSynchronizedUpdate, DisableBracketedPaste);
        bytes.extend_from_slice(MOUSE_OFF);
        let _ = queue!(bytes, SetAttribute(Attribute::Reset), LeaveAlternateScreen, cursor::Show);
        let _ = write(&bytes);
        let _ = disable_raw_mode();
    }
}

/// Writes bytes that draw nothing, such as those that set the clipboard. Each frame is written in one piece, so they
/// cannot end up inside one.
///
/// # Errors
/// The terminal is gone, or released.
pub fn write_between_frames(bytes: &[u8]) -> io::Result<()> {
    if !ACQUIRED.load(Ordering::SeqCst) {
        return Err(io::Error::other("the terminal is given back"));
    }
    write(bytes)
}

#[expect(clippy::disallowed_methods, reason = "controls of the console's own")]
fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
