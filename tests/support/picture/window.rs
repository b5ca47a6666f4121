//! The window around the screen, and the painting of the cells in it.

use super::canvas::{Area, Canvas, Pixel};
use super::colours::{BACKGROUND, BUTTONS, CURSOR, EDGE, TITLE, TITLE_BAR};
use super::glyphs::Glyphs;
use super::look::{Cursor, Look, looks};
use super::mask::Mask;
use super::{CELL_HEIGHT, CELL_WIDTH};

const BAR: usize = 60;
const SIDE: usize = 26;
const TOP: usize = BAR + 18;
const BELOW: usize = 22;
const RADIUS: f32 = 20.0;
const STROKE: usize = 2;

/// Paints one screen after the other into the same window; only what changed is painted again.
pub struct Painter {
    canvas: Canvas,
    glyphs: Glyphs,
    cols: usize,
    painted: Vec<Look>,
}

impl Painter {
    /// An empty window for screens of this size.
    pub fn new(screen: &vt100::Screen, title: &str) -> Self {
        let (rows, cols) = screen.size();
        let (rows, cols) = (usize::from(rows.get()), usize::from(cols.get()));
        let canvas = Canvas::new(2 * SIDE + cols * CELL_WIDTH, TOP + rows * CELL_HEIGHT + BELOW);
        let mut painter = Self { canvas, glyphs: Glyphs::new(), cols, painted: Vec::new() };
        painter.paint_window(title);
        painter
    }

    /// The width and height of the window in pixels.
    pub fn size(&self) -> (usize, usize) {
        (self.canvas.width, self.canvas.height)
    }

    pub fn pixels(&self, area: Area) -> Vec<Pixel> {
        self.canvas.copy(area)
    }

    /// Paints the screen. Returns the area that changed, or nothing if nothing has.
    ///
    /// # Panics
    /// The screen does not have the size that the window was made for.
    pub fn paint(&mut self, screen: &vt100::Screen) -> Option<Area> {
        let cols = screen.size().1;
        assert_eq!(usize::from(cols.get()), self.cols, "the window was made for another width");
        let looks = looks(screen);
        assert!(
            self.painted.is_empty() || self.painted.len() == looks.len(),
            "the window was made for another height"
        );
        let mut changed: Option<Cells> = None;
        for (i, look) in looks.iter().enumerate() {
            if look.cells == 0 || self.painted.get(i) == Some(look) {
                continue;
            }
            let (x, y) = (i % self.cols, i / self.cols);
            self.paint_cell(x, y, look);
            // A wide character at the last column has no second cell.
            let right = (x + look.cells).min(self.cols);
            let cell = Cells { left: x, top: y, right, bottom: y + 1 };
            changed = Some(changed.map_or(cell, |others| others.with(cell)));
        }
        self.painted = looks;
        changed.map(Cells::area)
    }

    fn paint_cell(&mut self, col: usize, row: usize, look: &Look) {
        let cells = look.cells.min(self.cols - col);
        let (x, y) = (SIDE + col * CELL_WIDTH, TOP + row * CELL_HEIGHT);
        let width = cells * CELL_WIDTH;
        self.canvas.fill(Area { x, y, width, height: CELL_HEIGHT }, look.background);
        if !matches!(look.text.as_str(), "" | " ") {
            let mask = self.glyphs.of(&look.text, look.style, cells);
            self.canvas.blend(x, y, &mask, look.colour);
        }
        if look.underline {
            self.canvas.fill(Area { x, y: y + CELL_HEIGHT - 6, width, height: 2 }, look.colour);
        }
        match look.cursor {
            Some(Cursor::Bar) => self.canvas.fill(Area { x, y, width: 3, height: CELL_HEIGHT }, CURSOR),
            Some(Cursor::Underline) => {
                self.canvas.fill(Area { x, y: y + CELL_HEIGHT - 4, width, height: 4 }, CURSOR);
            }
            Some(Cursor::Block) | None => {}
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "a window is a few thousand pixels wide")]
    fn paint_window(&mut self, title: &str) {
        let (width, height) = self.size();
        let window = rounded(width, height, 0.0);
        self.canvas.blend(0, 0, &window, EDGE);
        let inner = rounded(width, height, STROKE as f32);
        self.canvas.blend(0, 0, &inner, BACKGROUND);

        let mut bar = inner;
        bar.clear(0.0, BAR as f32, width as f32, height as f32);
        self.canvas.blend(0, 0, &bar, TITLE_BAR);
        self.canvas.fill(Area { x: STROKE, y: BAR, width: width - 2 * STROKE, height: STROKE }, EDGE);

        for (i, colour) in BUTTONS.into_iter().enumerate() {
            let mut dot = Mask::new(26, 26);
            dot.stroke(24.0, |x, y| (x - 13.0).hypot(y - 13.0));
            self.canvas.blend(22 + i * 40, (BAR - 26) / 2 + 1, &dot.stepped(), colour);
        }
        let text = self.glyphs.line(title, 26.0, 40);
        // A title that does not fit between the buttons and the edge is omitted.
        if text.width + 2 * 150 < width {
            self.canvas.blend((width - text.width) / 2, (BAR - 40) / 2 + 2, &text, TITLE);
        }
    }
}

/// A rectangle of cells, from one up to another that is not part of it.
#[derive(Clone, Copy)]
struct Cells {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Cells {
    fn with(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    fn area(self) -> Area {
        Area {
            x: SIDE + self.left * CELL_WIDTH,
            y: TOP + self.top * CELL_HEIGHT,
            width: (self.right - self.left) * CELL_WIDTH,
            height: (self.bottom - self.top) * CELL_HEIGHT,
        }
    }
}

/// The whole window but its corners, drawn in on every side by `inset`.
#[allow(clippy::cast_precision_loss, reason = "a window is a few thousand pixels wide")]
fn rounded(width: usize, height: usize, inset: f32) -> Mask {
    let mut mask = Mask::new(width, height);
    let (right, bottom) = (width as f32 - inset, height as f32 - inset);
    let radius = RADIUS - inset;
    mask.stroke(0.0, |x, y| {
        // Positive outside the rounded rectangle; the stroke's soft edge lies on the border.
        let dx = (inset + radius - x).max(x - (right - radius));
        let dy = (inset + radius - y).max(y - (bottom - radius));
        dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - radius
    });
    mask.stepped()
}
