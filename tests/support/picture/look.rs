//! The appearance of a cell, with all colours and attributes resolved. Cells that look alike are painted alike.

use super::canvas::Pixel;
use super::colours::{self, BACKGROUND, FOREGROUND, mix};
use super::glyphs::Style;

/// How far a dim text goes towards its background.
const DIM: f32 = 0.42;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    Block,
    Bar,
    Underline,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub text: String,
    pub colour: Pixel,
    pub background: Pixel,
    pub style: Style,
    pub underline: bool,
    pub cursor: Option<Cursor>,
    /// 2 for a wide character, 0 for the cell that it covers beside its own.
    pub cells: usize,
}

/// The appearance of all cells, row by row.
pub fn looks(screen: &vt100::Screen) -> Vec<Look> {
    let (rows, cols) = screen.size();
    let cursor = (!screen.hide_cursor()).then(|| screen.cursor_position());
    (0..rows.get())
        .flat_map(|y| (0..cols.get()).map(move |x| (y, x)))
        .filter_map(|at| {
            let here = (cursor == Some(at)).then(|| shape(screen.cursor_style()));
            screen.cell(at.0, at.1).map(|cell| Look::of(cell, here))
        })
        .collect()
}

impl Look {
    fn of(cell: &vt100::Cell, cursor: Option<Cursor>) -> Self {
        let mut colour = colours::pixel(cell.fgcolor(), FOREGROUND);
        let mut background = colours::pixel(cell.bgcolor(), BACKGROUND);
        if cell.inverse() {
            std::mem::swap(&mut colour, &mut background);
        }
        if cell.dim() {
            colour = mix(colour, background, DIM);
        }
        if cursor == Some(Cursor::Block) {
            (colour, background) = (background, colours::CURSOR);
        }
        let cells = match (cell.is_wide(), cell.is_wide_continuation()) {
            (true, _) => 2,
            (_, true) => 0,
            _ => 1,
        };
        Self {
            text: cell.contents().to_owned(),
            colour,
            background,
            style: Style { bold: cell.bold(), italic: cell.italic() },
            underline: cell.underline(),
            cursor,
            cells,
        }
    }
}

fn shape(style: vt100::CursorStyle) -> Cursor {
    use vt100::CursorStyle as Shape;
    match style {
        Shape::Default | Shape::BlinkBlock | Shape::SteadyBlock => Cursor::Block,
        Shape::BlinkVerticalBar | Shape::SteadyVerticalBar => Cursor::Bar,
        Shape::BlinkUnderline | Shape::SteadyUnderline => Cursor::Underline,
    }
}
