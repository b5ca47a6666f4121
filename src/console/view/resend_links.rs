//! The links of a timeline: the delivery that the selected one resends, and its own last resend.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::console::model::pausing;
use crate::console::model::state::State;
use crate::console::view::deliveries::tone_style;
use crate::record::{DeliveryId, Summary};
use crate::text::{cut, fit};

/// So much of an ID says which delivery it is among those of one resend: the time to a fraction of a second.
const ID_COLUMNS: usize = 13;

/// The line above the attempts and the line below them, in this many columns, of which `label` are for the label.
pub fn lines(state: &State, width: usize, label: usize) -> (Option<Line<'static>>, Option<Line<'static>>) {
    let Some(details) = state.deliveries.details() else { return (None, None) };
    let row = &details.summary;
    let of = |word: &str, id: DeliveryId, linked: Option<&Summary>, more: usize| {
        let theme = &state.settings.theme;
        let (words, style) = match linked {
            Some(row) => {
                let (words, tone) = pausing::words(state, row);
                (words, tone_style(theme, tone))
            }
            None => ("no longer in the log".to_owned(), theme.dim),
        };
        let id = cut(&id.to_string(), ID_COLUMNS + 1);
        let more = if more > 0 { format!(" · {more} earlier") } else { String::new() };
        let link = format!("{word} {id} ");
        let room = width.saturating_sub(label + link.width());
        Line::from(vec![
            Span::styled(fit("resent", label), theme.label),
            Span::styled(link, theme.dim),
            Span::styled(cut(&format!("{words}{more}"), room), style),
        ])
    };
    let original = row.resent_from.map(|id| of("from", id, details.original.as_ref(), 0));
    let resend = row.again.map(|id| {
        let last = details.resends.first();
        of("as", last.map_or(id, |last| last.id), last, details.resends.len().saturating_sub(1))
    });
    (original, resend)
}
