//! The help: every key in table order, by scope; each line can be run from here.

use ratatui::Frame;

use crate::console::model::guide::help::Help;
use crate::console::model::layout;
use crate::console::model::mouse::ClickTarget;
use crate::console::model::offer::{self, Offer};
use crate::console::model::state::State;
use crate::console::view::frame;
use crate::console::view::guide::lines;

/// A row on the screen.
enum Row {
    Blank,
    Heading(&'static str),
    /// A selectable line, by its index.
    Line(usize),
}

/// Draws the help.
pub fn draw(state: &State, help: &Help, out: &mut Frame<'_>) {
    let offers = offer::of_help(state, help);
    let screen = layout::room_for_windows(out.area());
    let inner =
        frame::window(state, &lines::title("Help", &help.lookup, offers.len()), 96, screen.height, out);
    let hint = if help.lookup.typing {
        "words of an action, a key, or a name of the settings"
    } else {
        "searches · {guide-accept} runs the selected line"
    };
    let (sign, hint) = (state.settings.keys.shown("guide-search"), state.settings.keys.spell(hint));
    lines::search(state, &help.lookup, (&sign, &hint), inner, out);
    let area = lines::middle(inner);
    let rows = rows(&offers);
    let list = &help.lookup.list;
    let selected = rows.iter().position(|row| matches!(row, Row::Line(at) if *at == list.selected()));
    let selected = selected.unwrap_or(0);
    let height = usize::from(area.height);
    // The heading of the first line of a scope becomes visible together with it.
    let heading = selected.saturating_sub(1);
    if height > 1 && matches!(rows.get(heading), Some(Row::Heading(_))) {
        let _ = list.visible_around(heading, rows.len(), height);
    }
    let visible = list.visible_around(selected, rows.len(), height);
    frame::mark_more(state, inner, &visible, rows.len(), out);
    let start = visible.start;
    for (at, row) in rows.iter().enumerate().skip(start).take(visible.len()) {
        let place = frame::row(area, at - start);
        match row {
            Row::Blank => {}
            Row::Heading(title) => lines::heading(state, title, place, out),
            Row::Line(line) => {
                state.mouse.note(place, ClickTarget::GuideRow(*line));
                lines::help_line(state, &offers[*line], at == selected, place, out);
            }
        }
    }
    lines::cursor(&help.lookup, selected - start, area, out);
    lines::detail(state, offers.get(list.selected()), inner, out);
}

/// The rows on the screen: a heading above the lines of each scope.
fn rows(offers: &[Offer]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut place = "";
    for (at, offer) in offers.iter().enumerate() {
        if offer.place != place {
            place = offer.place;
            if at > 0 {
                rows.push(Row::Blank);
            }
            rows.push(Row::Heading(place));
        }
        rows.push(Row::Line(at));
    }
    rows
}
