//! Draws help and palette.

pub mod help;
pub mod lines;
pub mod palette;

use ratatui::Frame;

use crate::console::model::guide::Guide;
use crate::console::model::mouse::ClickTarget;
use crate::console::model::state::State;

/// Draws the help or the palette.
pub fn draw(state: &State, out: &mut Frame<'_>) {
    if state.guide.is_some() {
        // Clicks do not reach what is beneath.
        state.mouse.note(out.area(), ClickTarget::Window);
    }
    match &state.guide {
        Some(Guide::Help(window)) => help::draw(state, window, out),
        Some(Guide::Palette(window)) => palette::draw(state, window, out),
        None => {}
    }
}
