//! Draws the palette.

use ratatui::Frame;

use crate::console::model::guide::palette::Palette;
use crate::console::model::mouse::ClickTarget;
use crate::console::model::state::State;
use crate::console::model::{layout, offer};
use crate::console::view::frame;
use crate::console::view::guide::lines;
use crate::storage::BoundedCount;

/// Draws the palette.
pub fn draw(state: &State, palette: &Palette, out: &mut Frame<'_>) {
    let offers = offer::of_palette(state, palette);
    let screen = layout::room_for_windows(out.area());
    let height = screen.height.min(24);
    let inner =
        frame::window(state, &lines::title("Palette", &palette.lookup, offers.len()), 96, height, out);
    lines::search(
        state,
        &palette.lookup,
        (":", "a few letters of an action, or of a profile's title"),
        inner,
        out,
    );
    let lines = lines::middle(inner);
    let visible = palette.lookup.list.visible(offers.len(), usize::from(lines.height));
    let length = BoundedCount::exact(offers.len() as u64);
    frame::mark_place(state, inner, &visible, palette.lookup.list.selected(), length, out);
    for (at, offer) in offers.iter().enumerate().skip(visible.start).take(visible.len()) {
        let selected = at == palette.lookup.list.selected();
        let row = frame::row(lines, at - visible.start);
        state.mouse.note(row, ClickTarget::GuideRow(at));
        lines::palette_line(state, offer, selected, row, out);
    }
    let selected = palette.lookup.list.selected().saturating_sub(visible.start);
    lines::cursor(&palette.lookup, selected, lines, out);
    lines::detail(state, offers.get(palette.lookup.list.selected()), inner, out);
}
