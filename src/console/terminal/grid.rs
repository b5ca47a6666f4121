//! The cells of the terminal as drawn. Terminals disagree on the width of multi-codepoint graphemes (a Devanagari
//! conjunct, a family emoji), so a row that has one, or had one, is cleared and redrawn as a whole: nothing of such a
//! grapheme remains on the screen.

use std::io;

use crossterm::queue;
use crossterm::style::{Attribute, SetAttribute};
use crossterm::{cursor, terminal};
use ratatui::backend::{Backend as _, CrosstermBackend};
use ratatui::buffer::Cell;
use unicode_width::UnicodeWidthStr as _;

/// The cells that were drawn since the terminal was cleared.
#[derive(Debug, Default)]
pub struct Grid {
    rows: Vec<Vec<Cell>>,
}

impl Grid {
    /// The terminal was cleared.
    pub fn clear(&mut self) {
        self.rows.clear();
    }

    /// Writes the bytes that draw these cells, given row by row and from left to right.
    ///
    /// # Errors
    /// Never, since `bytes` is in memory.
    pub fn draw(&mut self, cells: &[(u16, u16, &Cell)], bytes: &mut Vec<u8>) -> io::Result<()> {
        // Rows of certain width are drawn in one piece: each piece ends with a style reset.
        let mut plain = Vec::with_capacity(cells.len());
        let mut uncertain = Vec::new();
        for row in cells.chunk_by(|(_, above, _), (_, y, _)| above == y) {
            let Some((_, y, _)) = row.first() else { continue };
            if self.take(usize::from(*y), row) {
                uncertain.push(*y);
            } else {
                plain.extend_from_slice(row);
            }
        }
        if !plain.is_empty() {
            CrosstermBackend::new(&mut *bytes).draw(plain.into_iter())?;
        }
        for y in uncertain {
            self.draw_row(y, bytes)?;
        }
        Ok(())
    }

    /// Records the cells of a row. Returns whether the row has a grapheme of uncertain width, or had one.
    fn take(&mut self, y: usize, cells: &[(u16, u16, &Cell)]) -> bool {
        if self.rows.len() <= y {
            self.rows.resize_with(y + 1, Vec::new);
        }
        let row = &mut self.rows[y];
        let mut uncertain = has_uncertain(row);
        for (x, _, cell) in cells {
            let x = usize::from(*x);
            let end = x + cell.symbol().width().max(1);
            if row.len() < end {
                row.resize(end, Cell::EMPTY);
            }
            row[x].clone_from(cell);
            // The cells that it covers are blank once it is removed.
            row[x + 1..end].fill(Cell::EMPTY);
            uncertain |= is_uncertain(cell);
        }
        uncertain
    }

    fn draw_row(&self, y: u16, bytes: &mut Vec<u8>) -> io::Result<()> {
        queue!(
            bytes,
            cursor::MoveTo(0, y),
            SetAttribute(Attribute::Reset),
            terminal::Clear(terminal::ClearType::UntilNewLine)
        )?;
        let mut piece: Vec<(u16, u16, &Cell)> = Vec::new();
        let mut covered = 0;
        for (x, cell) in (0u16..).zip(&self.rows[usize::from(y)]) {
            if x < covered {
                continue;
            }
            covered = x.saturating_add(u16::try_from(cell.symbol().width()).unwrap_or(1).max(1));
            piece.push((x, y, cell));
            if is_uncertain(cell) {
                // Each piece starts with a cursor movement.
                CrosstermBackend::new(&mut *bytes).draw(piece.drain(..))?;
            }
        }
        CrosstermBackend::new(&mut *bytes).draw(piece.into_iter())
    }
}

fn has_uncertain(row: &[Cell]) -> bool {
    row.iter().any(is_uncertain)
}

/// Whether terminals may disagree on the width.
fn is_uncertain(cell: &Cell) -> bool {
    let symbol = cell.symbol();
    // No character has more than four bytes, most have one.
    symbol.len() > 2 && symbol.chars().nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    const COLUMNS: u16 = 20;
    const SIGNS: &[&str] = &["a", "│", "日", "क्षि", "👩‍👩‍👧‍👦", "é", " ", "e\u{301}"];

    /// A terminal with its own idea of the width of multi-codepoint graphemes.
    struct Odd {
        cells: Vec<String>,
        at: usize,
        width: usize,
    }

    impl Odd {
        fn read(&mut self, bytes: &[u8]) {
            use unicode_segmentation::UnicodeSegmentation as _;
            let text = std::str::from_utf8(bytes).unwrap();
            let mut rest = text;
            while let Some(sign) = rest.graphemes(true).next() {
                if sign != "\u{1b}" {
                    rest = &rest[sign.len()..];
                    self.print(sign);
                    continue;
                }
                let end = rest[2..].find(|c: char| c.is_ascii_alphabetic()).unwrap() + 2;
                let (parameters, last) = (&rest[2..end], &rest[end..=end]);
                match last {
                    "H" => {
                        let column = parameters.split(';').nth(1).unwrap();
                        self.at = column.parse::<usize>().unwrap() - 1;
                    }
                    "K" => self.cells[self.at..].fill(" ".to_owned()),
                    _ => {}
                }
                rest = &rest[end + 1..];
            }
        }

        fn print(&mut self, sign: &str) {
            let width = if sign.chars().count() > 1 { self.width } else { sign.width() };
            // Overwriting half of a wide character removes all of it.
            let end = self.at + width;
            let halves = self.cells.iter_mut().skip(end).take_while(|cell| cell.is_empty());
            halves.for_each(|cell| *cell = " ".to_owned());
            if width > 0 && self.cells.get(self.at).is_some_and(String::is_empty) {
                let whole = self.cells[..self.at].iter_mut().rev();
                let mut cut = false;
                for cell in whole.take_while(|cell| !std::mem::replace(&mut cut, !cell.is_empty())) {
                    *cell = " ".to_owned();
                }
            }
            for at in self.at..end {
                if let Some(cell) = self.cells.get_mut(at) {
                    *cell = if at == self.at { sign.to_owned() } else { String::new() };
                }
            }
            self.at += width;
        }
    }

    proptest! {
        #[test]
        fn a_disputed_width_does_not_corrupt_the_rest_of_the_row(
            frames in prop::collection::vec(prop::collection::vec(0..SIGNS.len(), 0..12), 1..6),
            width in 0usize..6,
        ) {
            let area = Rect::new(0, 0, COLUMNS, 1);
            let mut odd = Odd { cells: vec![" ".to_owned(); COLUMNS.into()], at: 0, width };
            let (mut grid, mut before) = (Grid::default(), Buffer::empty(area));
            for frame in frames {
                let mut after = Buffer::empty(area);
                let text: String = frame.iter().map(|at| SIGNS[*at]).collect();
                after.set_stringn(0, 0, text, usize::from(COLUMNS) - 2, Style::new());
                after.set_string(COLUMNS - 1, 0, "┃", Style::new());
                let mut bytes = Vec::new();
                grid.draw(&before.diff(&after), &mut bytes).unwrap();
                odd.read(&bytes);
                let mut covered = 0;
                for (x, cell) in after.content.iter().enumerate() {
                    let own = cell.symbol().width().max(1);
                    if x >= covered && !is_uncertain(cell) {
                        prop_assert_eq!(&odd.cells[x], cell.symbol(), "column {} of {:?}", x, odd.cells);
                    }
                    if x >= covered && is_uncertain(cell) && width < own {
                        for rest in x + width.max(1)..x + own {
                            prop_assert_eq!(&odd.cells[rest], " ", "nothing is left behind");
                        }
                    }
                    covered = covered.max(x + own);
                }
                before = after;
            }
        }
    }
}
