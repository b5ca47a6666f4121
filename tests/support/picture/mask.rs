//! How much of each pixel of a cell a shape covers.

/// Steps of coverage between none and full. Few steps make few colours, and so a small file; more are not visible.
const STEPS: f32 = 15.0;

/// The coverage of one cell, or of the two cells of a wide character, row by row, from 0 to 1.
#[derive(Debug, Clone)]
pub struct Mask {
    pub width: usize,
    pub height: usize,
    coverage: Vec<f32>,
}

impl Mask {
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, coverage: vec![0.0; width * height] }
    }

    pub fn row(&self, y: usize) -> &[f32] {
        &self.coverage[y * self.width..(y + 1) * self.width]
    }

    /// Adds coverage at a pixel; what falls outside is cut off.
    pub fn add(&mut self, x: i32, y: i32, coverage: f32) {
        if let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y))
            && x < self.width
            && y < self.height
        {
            let pixel = &mut self.coverage[y * self.width + x];
            *pixel = (*pixel + coverage).min(1.0);
        }
    }

    /// Fills a rectangle from its upper left to its lower right corner; edges between pixels are soft.
    pub fn fill(&mut self, left: f32, top: f32, right: f32, bottom: f32) {
        self.each(|x, y, pixel| {
            let covered = overlap(x, left, right) * overlap(y, top, bottom);
            *pixel = (*pixel + covered).min(1.0);
        });
    }

    /// Clears a rectangle.
    pub fn clear(&mut self, left: f32, top: f32, right: f32, bottom: f32) {
        self.each(|x, y, pixel| *pixel *= 1.0 - overlap(x, left, right) * overlap(y, top, bottom));
    }

    /// Fills everything within half a stroke's width of a line, given by its distance from a point.
    pub fn stroke(&mut self, width: f32, distance: impl Fn(f32, f32) -> f32) {
        self.each(|x, y, pixel| {
            let inside = width / 2.0 + 0.5 - distance(x + 0.5, y + 0.5);
            *pixel = pixel.max(inside.clamp(0.0, 1.0));
        });
    }

    /// Covers every pixel alike.
    pub fn shade(&mut self, coverage: f32) {
        self.coverage.fill(coverage);
    }

    /// The mask with its coverage in few steps.
    pub fn stepped(mut self) -> Self {
        for pixel in &mut self.coverage {
            *pixel = (*pixel * STEPS).round() / STEPS;
        }
        self
    }

    #[allow(clippy::cast_precision_loss, reason = "a cell is a few dozen pixels wide")]
    fn each(&mut self, mut change: impl FnMut(f32, f32, &mut f32)) {
        for (i, pixel) in self.coverage.iter_mut().enumerate() {
            change((i % self.width) as f32, (i / self.width) as f32, pixel);
        }
    }
}

/// How much of the pixel that begins at `at` lies between two edges.
fn overlap(at: f32, from: f32, to: f32) -> f32 {
    (to.min(at + 1.0) - from.max(at)).clamp(0.0, 1.0)
}
