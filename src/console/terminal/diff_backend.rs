//! The backend of ratatui: writes only changes to the terminal, and a frame in one piece.

use std::io::{self, Write as _};

use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use crossterm::{cursor, queue, terminal};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::grid::Grid;

/// Collects a frame and writes it at once. A frame without changes of cells or cursor writes nothing. Never queries
/// the terminal.
#[derive(Debug, Default)]
pub struct DiffBackend {
    bytes: Vec<u8>,
    /// Whether the cursor is visible; unknown at first.
    shown: Option<bool>,
    /// The position of the cursor; unknown after cells were drawn.
    at: Option<Position>,
    grid: Grid,
}

impl DiffBackend {
    fn show(&mut self, shown: bool) -> io::Result<()> {
        if self.shown.replace(shown) == Some(shown) {
            return Ok(());
        }
        if shown { queue!(self.bytes, cursor::Show) } else { queue!(self.bytes, cursor::Hide) }
    }
}

impl Backend for DiffBackend {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let content: Vec<_> = content.collect();
        if content.is_empty() {
            return Ok(());
        }
        self.at = None;
        self.grid.draw(&content, &mut self.bytes)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.show(false)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.show(true)
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // The terminal is not queried: a late response would be taken for keys.
        Ok(self.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.at.replace(position) == Some(position) {
            return Ok(());
        }
        queue!(self.bytes, cursor::MoveTo(position.x, position.y))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        (self.at, self.shown) = (None, None);
        self.grid.clear();
        CrosstermBackend::new(&mut self.bytes).clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        let (width, height) = terminal::size()?;
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        CrosstermBackend::new(&mut self.bytes).window_size()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a frame is drawn text between controls of the console's own"
    )]
    fn flush(&mut self) -> io::Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let mut frame = Vec::with_capacity(self.bytes.len() + 16);
        queue!(frame, BeginSynchronizedUpdate)?;
        frame.append(&mut self.bytes);
        queue!(frame, EndSynchronizedUpdate)?;
        let mut out = io::stdout().lock();
        out.write_all(&frame)?;
        out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of a frame, without writing them.
    fn frame(backend: &mut DiffBackend, cells: &[(u16, u16, &Cell)], cursor: (u16, u16)) -> usize {
        backend.draw(cells.iter().copied()).unwrap();
        backend.show_cursor().unwrap();
        backend.set_cursor_position(cursor).unwrap();
        std::mem::take(&mut backend.bytes).len()
    }

    #[test]
    fn an_unchanged_frame_writes_nothing() {
        let mut backend = DiffBackend::default();
        let cell = Cell::new("x");
        assert!(frame(&mut backend, &[(3, 4, &cell)], (3, 4)) > 0);
        assert_eq!(frame(&mut backend, &[], (3, 4)), 0);
        assert_eq!(frame(&mut backend, &[], (4, 4)), "\x1b[5;5H".len());
        assert_eq!(frame(&mut backend, &[], (4, 4)), 0);
    }

    #[test]
    fn drawing_moves_the_cursor_and_clearing_resets_the_state() {
        let mut backend = DiffBackend::default();
        let cell = Cell::new("x");
        frame(&mut backend, &[], (0, 0));
        let with_cell = frame(&mut backend, &[(9, 9, &cell)], (0, 0));
        assert!(with_cell > "\x1b[1;1H".len(), "the cursor goes back: {with_cell}");
        backend.clear().unwrap();
        assert!(frame(&mut backend, &[], (0, 0)) > 0);
    }
}
