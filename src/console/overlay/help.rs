//! What every key does, searched while typing.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::console::action::{Action, Scope, TABLE};
use crate::console::frame::{self, fit};
use crate::console::input::{Input, Typed};
use crate::console::input_view::{self, Look};
use crate::console::keys::Key;
use crate::console::list::List;
use crate::console::message::Effect;
use crate::console::state::State;
use crate::console::theme::Theme;

use super::Overlay;

/// The help.
#[derive(Debug)]
pub struct Help {
    list: List,
    search: Input,
}

impl Default for Help {
    fn default() -> Self {
        Self { list: List::default(), search: Input::line("") }
    }
}

impl Help {
    pub(super) fn key(&mut self, key: Key) -> bool {
        // Every character searches; only the arrows and such move.
        let typed = if key.is_text() || key.is(crossterm::event::KeyCode::Backspace) {
            self.search.key(key)
        } else {
            Typed::Ignored
        };
        if typed == Typed::Changed {
            self.list.select(0);
        }
        typed != Typed::Ignored
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.search.paste(text);
    }

    fn lines(&self, theme: &Theme) -> Vec<Line<'static>> {
        let wanted = self.search.text().to_lowercase();
        let mut lines = Vec::new();
        for scope in Scope::ALL {
            let found: Vec<_> = TABLE
                .iter()
                .filter(|e| e.scope == *scope)
                .map(|e| (e.keys().map(|k| k.to_string()).collect::<Vec<_>>().join(" "), e))
                .filter(|(keys, e)| {
                    let all = format!("{} {keys} {} {}", scope.title(), e.short, e.long);
                    all.to_lowercase().contains(&wanted)
                })
                .collect();
            if found.is_empty() {
                continue;
            }
            if !lines.is_empty() {
                lines.push(Line::default());
            }
            lines.push(Line::styled(scope.title(), theme.focus));
            for (keys, entry) in found {
                lines.push(Line::from(vec![Span::styled(fit(&keys, 20), theme.key), Span::raw(entry.long)]));
            }
        }
        lines
    }
}

pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let theme = state.settings.theme;
    let Some(Overlay::Help(help)) = &mut state.overlay else { return Vec::new() };
    let length = help.lines(&theme).len();
    if help.list.act(action, length) {
        return Vec::new();
    }
    if matches!(action, Action::Leave | Action::Help) {
        if help.search.text().is_empty() || action == Action::Help {
            state.overlay = None;
        } else {
            help.search.set("");
        }
    }
    Vec::new()
}

pub(super) fn draw(state: &State, help: &Help, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let screen = frame::room_for_windows(out.area());
    let inner = frame::window(state, "Help ─ type to search", 96, screen.height, out);
    let look = Look {
        width: usize::from(inner.width).saturating_sub(2),
        height: 1,
        focused: true,
        hidden: false,
        mark: None,
        theme,
    };
    let (search, cursor) = input_view::draw(&help.search, &look);
    out.render_widget(Span::styled("/", theme.key), inner);
    let field = frame::indent(frame::row(inner, 0), 2);
    for line in search {
        out.render_widget(line, field);
    }
    if let Some((x, _)) = cursor {
        out.set_cursor_position((field.x + x, field.y));
    }
    let lines = help.lines(theme);
    let height = usize::from(inner.height).saturating_sub(2);
    let visible = help.list.visible(lines.len(), height);
    let (start, marked) = (visible.start, help.list.selected());
    for (at, line) in lines.into_iter().enumerate().skip(start).take(visible.len()) {
        let line = if at == marked { line.style(theme.chosen) } else { line };
        out.render_widget(line, frame::row(inner, at - start + 2));
    }
}
