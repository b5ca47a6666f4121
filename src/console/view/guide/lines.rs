//! The shared parts of help and palette: the search above, lines, and the note on the selected one beneath.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::console::model::guide::lookup::Lookup;
use crate::console::model::offer::{Offer, OfferTarget};
use crate::console::model::state::State;
use crate::console::view::frame;
use crate::console::view::input::{self, Look};
use crate::console::view::put::put;
use crate::text::{cut, fit, group_digits};

/// Columns of the keys in the help.
const KEYS: usize = 20;

/// The space between the search and the note on the selected line.
pub fn middle(inner: Rect) -> Rect {
    Rect { y: inner.y + 2, height: inner.height.saturating_sub(4), ..inner }
}

/// Draws the search in the first row; while it is empty, a hint.
pub fn search(state: &State, lookup: &Lookup, (sign, hint): (&str, &str), inner: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let field = frame::indent(frame::row(inner, 0), 2);
    let width = usize::from(field.width);
    put(Span::styled(sign, theme.key), inner, out);
    if lookup.search.text().is_empty() {
        put(Line::styled(cut(hint, width), theme.dim), field, out);
    }
    let look =
        Look { width, height: 1, focused: lookup.typing, hidden: false, mark: None, starts: None, theme };
    let (lines, cursor) = input::draw(&lookup.search, &look);
    if !lookup.search.text().is_empty() {
        for line in lines {
            put(line, field, out);
        }
    }
    if let Some((x, _)) = cursor {
        out.set_cursor_position((field.x + x, field.y));
    }
}

/// The title of the window; with the number of matches while something is searched for.
#[must_use]
pub fn title(name: &str, lookup: &Lookup, found: usize) -> String {
    match found {
        _ if lookup.search.text().is_empty() => name.to_owned(),
        1 => format!("{name} ─ 1 match"),
        n => format!("{name} ─ {} matches", group_digits(n as u64)),
    }
}

/// Puts the cursor on the selected line, this many rows down, while the list is focused.
pub fn cursor(lookup: &Lookup, row: usize, area: Rect, out: &mut Frame<'_>) {
    if !lookup.typing {
        let line = frame::row(area, row);
        out.set_cursor_position((line.x, line.y));
    }
}

/// Draws the name of a scope.
pub fn heading(state: &State, title: &'static str, area: Rect, out: &mut Frame<'_>) {
    put(Line::styled(title, state.settings.theme.focus), area, out);
}

/// A line of the help: keys, what they do, and why not now.
pub fn help_line(state: &State, offer: &Offer, selected: bool, area: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let (marker, style) = marked(state, offer, selected);
    let room = usize::from(area.width).saturating_sub(KEYS + 1);
    let (text, why) = text_and_more(offer, offer.why.as_deref(), room);
    let keys = if selected { Style::new() } else { theme.key };
    let line = vec![
        Span::raw(marker),
        Span::styled(fit(&offer.keys, KEYS), keys),
        Span::styled(text, style),
        Span::styled(why, if selected { Style::new() } else { theme.dim }),
    ];
    draw_line(state, line, selected, area, out);
}

/// A line of the palette: what it does, where or why not now, and the keys on the right.
pub fn palette_line(state: &State, offer: &Offer, selected: bool, area: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let (marker, style) = marked(state, offer, selected);
    let keys = cut(&offer.keys, KEYS);
    let room = usize::from(area.width).saturating_sub(keys.width() + 2);
    let more = offer.why.as_deref().unwrap_or(offer.place);
    let (text, more) = text_and_more(offer, Some(more), room);
    let gap = room.saturating_sub(text.width() + more.width()) + 1;
    let plain = |style: Style| if selected { Style::new() } else { style };
    let line = vec![
        Span::raw(marker),
        Span::styled(text, style),
        Span::styled(more, plain(theme.dim)),
        Span::raw(" ".repeat(gap)),
        Span::styled(keys, plain(theme.key)),
    ];
    draw_line(state, line, selected, area, out);
}

/// Beneath the lines: why the selected one is unavailable, or its name in the settings.
pub fn detail(state: &State, offer: Option<&Offer>, inner: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let width = usize::from(inner.width);
    let line = match offer {
        None => Line::styled("no matches", theme.dim),
        Some(Offer { why: Some(why), .. }) => Line::styled(cut(&format!("✗ {why}"), width), theme.warn),
        Some(offer) => {
            let what = match offer.target {
                OfferTarget::Entry(_) => "in the settings: ",
                OfferTarget::Field(_) => "in the JSON: ",
                OfferTarget::Profile(_) => "",
            };
            Line::styled(cut(&format!("{what}{}", offer.name), width), theme.dim)
        }
    };
    put(line, frame::row(inner, usize::from(inner.height).saturating_sub(1)), out);
}

/// The sign before a line, and the style of its text: struck out if unavailable.
fn marked(state: &State, offer: &Offer, selected: bool) -> (&'static str, Style) {
    let theme = &state.settings.theme;
    let struck = if selected { Style::new() } else { theme.dim }.add_modifier(Modifier::CROSSED_OUT);
    let marker = match (selected, offer.why.is_some()) {
        (true, false) => "▌",
        (_, true) => "✗",
        (false, false) => " ",
    };
    (marker, if offer.why.is_some() { struck } else { Style::new() })
}

/// The text, and the note on it if there is room.
fn text_and_more(offer: &Offer, more: Option<&str>, room: usize) -> (String, String) {
    let text = cut(&offer.text, room);
    let left = room.saturating_sub(text.width());
    match more {
        Some(more) if left > 6 => (text, cut(&format!(" · {more}"), left)),
        _ => (text, String::new()),
    }
}

fn draw_line(state: &State, line: Vec<Span<'static>>, selected: bool, area: Rect, out: &mut Frame<'_>) {
    let style = if selected { state.settings.theme.selected } else { Style::new() };
    let mut line = Line::from(line).style(style);
    // The bar of the selected line extends from edge to edge.
    let rest = usize::from(area.width).saturating_sub(line.width());
    line.push_span(Span::raw(" ".repeat(rest)));
    put(line, area, out);
}
