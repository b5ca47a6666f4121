//! The layout of the screen, by its size.

use ratatui::layout::Rect;

use crate::console::model::pane::Pane;
use crate::console::model::state::State;

/// From this size on, all panes are side by side.
pub(in crate::console) const WIDE: (u16, u16) = (120, 30);

/// The smallest size that the console works in: columns and lines.
pub const LEAST: (u16, u16) = (60, 16);

/// From this many columns on the top line is complete, and the names of the panes have blanks around them.
pub(in crate::console) const ROOMY: u16 = 70;

/// Whether the terminal is too small for the console.
#[must_use]
pub fn too_small((columns, lines): (u16, u16)) -> bool {
    columns < LEAST.0 || lines < LEAST.1
}

/// Whether all panes are side by side.
pub(in crate::console) fn is_wide((columns, lines): (u16, u16)) -> bool {
    columns >= WIDE.0 && lines >= WIDE.1
}

/// Whether the list of deliveries is on the screen.
#[must_use]
pub fn shows_deliveries(state: &State) -> bool {
    is_wide(state.size) || matches!(state.focus, Pane::Deliveries | Pane::Timeline)
}

/// The screen without the top line, the footer and the notice.
#[must_use]
pub fn room_for_windows(screen: Rect) -> Rect {
    Rect { y: screen.y + 1, height: screen.height.saturating_sub(3), ..screen }
}

/// The columns inside a window that leaves one column free on each side of a screen of this width.
#[must_use]
pub fn width_inside(screen: u16) -> usize {
    usize::from(screen).saturating_sub(6)
}
