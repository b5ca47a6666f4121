//! The keys that work now, as many as fit: the most useful ones first; unavailable actions are omitted.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::console::model::disabled_reason;
use crate::console::model::state::State;
use crate::console::model::target::Target;
use crate::console::view::put::put;
use crate::keymap::{Action, Chord, Entry, Meaning, Scope};

/// How many of a scope's own keys come before the palette, which leads to all others.
const FIRST: usize = 3;

/// A key and what it does.
struct KeyHint {
    action: Action,
    key: String,
    label: &'static str,
    /// Lower ranks are kept if there is not enough space.
    rank: usize,
}

impl KeyHint {
    /// Its columns, with a blank between and two after it.
    fn columns(&self) -> usize {
        self.key.width() + self.label.width() + 3
    }

    /// The keys of a scope come first, global ones last.
    fn is_last(&self) -> bool {
        matches!(self.action, Action::Test | Action::Receiver | Action::Palette | Action::Help | Action::Quit)
    }
}

/// Draws the footer.
pub fn draw(state: &State, area: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let mut hints = hints(state);
    choose(&mut hints, usize::from(area.width).saturating_sub(1));
    hints.sort_by_key(KeyHint::is_last);
    let mut spans = vec![Span::raw(" ")];
    for hint in hints {
        spans.push(Span::styled(hint.key, theme.key));
        spans.push(Span::styled(format!(" {}  ", hint.label), theme.dim));
    }
    put(Line::from(spans), area, out);
}

/// Keeps the hints that fit into this many columns, the most useful ones first.
fn choose(hints: &mut Vec<KeyHint>, mut room: usize) {
    let mut ranks: Vec<(usize, usize)> = hints.iter().enumerate().map(|(at, w)| (w.rank, at)).collect();
    ranks.sort_unstable();
    let mut fits = vec![false; hints.len()];
    for (_, at) in ranks {
        let columns = hints[at].columns();
        // The blanks after the last one may exceed the edge.
        if columns <= room + 2 {
            fits[at] = true;
            room = room.saturating_sub(columns);
        }
    }
    let mut fits = fits.into_iter();
    hints.retain(|_| fits.next().unwrap_or(false));
}

/// The available actions with a key here, in table order.
fn hints(state: &State) -> Vec<KeyHint> {
    let mut hints = search_hints(state);
    let mut scopes = state.target().scopes();
    if !scopes.contains(&Scope::Global) {
        scopes.push(Scope::Global);
    }
    for scope in scopes {
        for (entry, keys) in state.settings.keys.entries() {
            if entry.scope != scope || entry.short.is_empty() {
                continue;
            }
            let Some(key) = keys.iter().find(|key| does(state, entry, **key)) else { continue };
            let shown = hints.iter().any(|hint| hint.action == entry.action);
            if !shown && disabled_reason::why_not(state, entry.action).is_none() {
                let rank = rank(entry, hints.len());
                hints.push(KeyHint { action: entry.action, key: key.to_string(), label: entry.short, rank });
            }
        }
    }
    hints
}

/// The keys that end a search; they are not in the table, since they cannot be rebound.
fn search_hints(state: &State) -> Vec<KeyHint> {
    let hint = |action, key: &str, label| KeyHint { action, key: key.to_owned(), label, rank: 1 };
    match state.target() {
        Target::Pane(_) if state.is_searching() => {
            vec![hint(Action::Accept, "Enter", "Done"), hint(Action::Leave, "Esc", "Clear")]
        }
        _ if state.is_searching() => vec![hint(Action::Accept, "Enter", "Find")],
        _ => Vec::new(),
    }
}

/// Whether this key runs the entry at the focus.
fn does(state: &State, entry: &Entry, key: Chord) -> bool {
    let first = key.first();
    let meaning = if key.is(first) { Meaning::Does(entry.action) } else { Meaning::Begins };
    !state.is_for_text(first) && state.meaning(first) == Some(meaning)
}

/// Help and the ways out are for people who are lost, and Test is the purpose of the program: they are kept at any
/// width. The filters of a list, and the way from the first screen to what failed, are looked for in the footer.
fn rank(entry: &Entry, place: usize) -> usize {
    match (entry.action, entry.scope) {
        (Action::Help, _) => 0,
        (Action::Quit | Action::Leave | Action::Test, _) => 1,
        (Action::Search, Scope::Deliveries) => 2,
        (Action::FilterProfile, Scope::Deliveries) => 3,
        (Action::ShowFailed, _) => FIRST + 2,
        (Action::Palette, _) => FIRST + 3,
        (Action::Receiver, _) => FIRST + 4 + usize::from(u16::MAX),
        _ if place < FIRST => place + 2,
        _ => place + FIRST + 4,
    }
}
