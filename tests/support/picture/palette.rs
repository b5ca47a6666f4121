//! At most 256 colours for a picture: one byte per pixel makes the file a third as big.

use std::collections::HashMap;

use super::canvas::Pixel;

/// The index of full transparency in every palette.
pub const CLEAR: u8 = 0;

/// The colours of a picture, and the index of each.
pub struct Palette {
    pub colours: Vec<Pixel>,
    places: HashMap<Pixel, u8>,
}

impl Palette {
    /// The palette of all these pixels. When they have more than 255 colours, the rare ones, which are
    /// soft edges of letters, become the nearest of the others.
    pub fn of<'a>(pixels: impl IntoIterator<Item = &'a [Pixel]>) -> Self {
        let mut counts: HashMap<Pixel, usize> = HashMap::new();
        for run in pixels.into_iter().flat_map(|pixels| pixels.chunk_by(|a, b| a == b)) {
            *counts.entry(run[0]).or_default() += run.len();
        }
        counts.remove(&[0; 4]);
        let mut by_count: Vec<(Pixel, usize)> = counts.into_iter().collect();
        by_count.sort_unstable_by_key(|(colour, count)| (std::cmp::Reverse(*count), *colour));

        let mut colours = vec![[0; 4]];
        colours.extend(by_count.iter().take(255).map(|(colour, _)| *colour));
        let places = by_count
            .iter()
            .map(|(colour, _)| (*colour, nearest(&colours, *colour)))
            .chain([([0; 4], CLEAR)])
            .collect();
        Self { colours, places }
    }

    pub fn indices(&self, pixels: &[Pixel]) -> Vec<u8> {
        let mut indices = Vec::with_capacity(pixels.len());
        for run in pixels.chunk_by(|a, b| a == b) {
            indices.resize(indices.len() + run.len(), self.places[&run[0]]);
        }
        indices
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a palette has at most 256 places")]
fn nearest(colours: &[Pixel], colour: Pixel) -> u8 {
    let distance = |other: &Pixel| -> u32 {
        other.iter().zip(colour).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    };
    // The first index is never the nearest: it would make a hole.
    let place = (1..colours.len()).min_by_key(|place| distance(&colours[*place]));
    place.unwrap_or(0) as u8
}
