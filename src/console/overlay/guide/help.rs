//! What every key does, in the order of the table, place by place; each line can be done from here.

use ratatui::Frame;

use crate::console::frame;
use crate::console::state::State;
use crate::keymap::Scope;

use super::lookup::Lookup;
use super::offer::{self, Offer};
use super::view;

/// The help.
#[derive(Debug)]
pub struct Help {
    pub(super) lookup: Lookup,
}

impl Default for Help {
    fn default() -> Self {
        Self { lookup: Lookup::new(false) }
    }
}

/// A row on the screen.
enum Row {
    Blank,
    Heading(&'static str),
    /// A line that can be chosen, by its place.
    Line(usize),
}

impl Help {
    /// The lines with all the words that are typed, place by place.
    pub fn offers(&self, state: &State) -> Vec<Offer> {
        let words = self.lookup.words();
        let mut offers = offer::entries(state);
        offers.retain(|offer| {
            let text = offer.haystack().to_lowercase();
            words.iter().all(|word| text.contains(word))
        });
        let order = |offer: &Offer| Scope::ALL.iter().position(|scope| offer.is_of(&[*scope]));
        offers.sort_by_key(order);
        offers
    }

    /// Draws the help.
    pub fn draw(&self, state: &State, out: &mut Frame<'_>) {
        let offers = self.offers(state);
        let screen = frame::room_for_windows(out.area());
        let inner = frame::window(state, "Help", 96, screen.height, out);
        let hint = if self.lookup.typing {
            "words of an action, a key, or a name of the settings"
        } else {
            "searches · {guide-accept} does what a line says"
        };
        let (sign, hint) = (state.settings.keys.shown("guide-search"), state.settings.keys.spell(hint));
        view::search(state, &self.lookup, (&sign, &hint), inner, out);
        let area = view::middle(inner);
        let rows = rows(&offers);
        let list = &self.lookup.list;
        let chosen = rows.iter().position(|row| matches!(row, Row::Line(at) if *at == list.selected()));
        let chosen = chosen.unwrap_or(0);
        let height = usize::from(area.height);
        // The heading of the first line of a place comes into sight with it.
        let heading = chosen.saturating_sub(1);
        if height > 1 && matches!(rows.get(heading), Some(Row::Heading(_))) {
            let _ = list.visible_around(heading, rows.len(), height);
        }
        let visible = list.visible_around(chosen, rows.len(), height);
        frame::mark_more(state, inner, &visible, rows.len(), out);
        let start = visible.start;
        for (at, row) in rows.iter().enumerate().skip(start).take(visible.len()) {
            let place = frame::row(area, at - start);
            match row {
                Row::Blank => {}
                Row::Heading(title) => view::heading(state, title, place, out),
                Row::Line(line) => view::help_line(state, &offers[*line], at == chosen, place, out),
            }
        }
        view::cursor(&self.lookup, chosen - start, area, out);
        view::detail(state, offers.get(list.selected()), inner, out);
    }
}

/// The rows on the screen: a heading above the lines of each place.
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
