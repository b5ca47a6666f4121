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

/// From this size on, the numbers of each profile are beneath the selected one.
const WITH_OVERVIEW: (u16, u16) = (160, 40);

/// Whether the numbers of each profile are beneath the selected profile: never while one is edited, which needs the
/// lines.
#[must_use]
pub fn shows_overview(state: &State) -> bool {
    let (columns, lines) = state.size;
    columns >= WITH_OVERVIEW.0
        && lines >= WITH_OVERVIEW.1
        && state.editor.is_none()
        && state.profiles.total() > 0
}

/// The lines of the lower panes, if all panes have this many.
pub(in crate::console) fn lower_height(lines: u16) -> u16 {
    (lines / 3).clamp(9, 24)
}

/// Whether the list of profiles is on the screen.
#[must_use]
pub fn shows_profiles(state: &State) -> bool {
    !too_small(state.size) && (is_wide(state.size) || state.focus == Pane::Profiles)
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
