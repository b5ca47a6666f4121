//! A request that reached the built-in endpoint, in full.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::console::find::{Find, Went};
use crate::console::frame;
use crate::console::message::Effect;
use crate::console::scroll::Scroll;
use crate::console::state::State;
use crate::keymap::Action;
use crate::text::wrap;

use super::{Overlay, ReceiverWindow};

/// The window.
#[derive(Debug)]
pub struct RequestWindow {
    text: String,
    scroll: Scroll,
    pub(super) find: Find,
    /// The receiver's window, which comes back.
    pub(super) below: Box<ReceiverWindow>,
}

impl RequestWindow {
    /// A request as text, above the receiver's window.
    #[must_use]
    pub fn new(text: String, below: Box<ReceiverWindow>) -> Self {
        Self { text, scroll: Scroll::default(), find: Find::default(), below }
    }

    /// Lines of at most so many columns.
    fn lines(&self, width: usize) -> Vec<String> {
        self.text.lines().flat_map(|line| wrap(line, width)).collect()
    }
}

pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if find(state, action) {
        return Vec::new();
    }
    let Some(Overlay::Request(window)) = &mut state.overlay else { return Vec::new() };
    match action {
        Action::Leave => {
            let below = std::mem::take(&mut *window.below);
            state.overlay = Some(Overlay::Receiver(below));
        }
        Action::CopyRequest => {
            return vec![Effect::Copy { text: window.text.clone(), what: "the request".to_owned() }];
        }
        _ => {
            window.scroll.act(action);
        }
    }
    Vec::new()
}

/// Looks for a text. False when the action is none of a search.
fn find(state: &mut State, action: Action) -> bool {
    let width = frame::width_inside(frame::room_for_windows(state.screen()).width);
    let Some(Overlay::Request(window)) = &mut state.overlay else { return false };
    let lines = if action.is_match() { window.lines(width) } else { Vec::new() };
    match window.find.act(action, window.scroll.top(), || lines) {
        Went::Elsewhere => return false,
        Went::Done => {}
        Went::To(line) => window.scroll.go_to(line),
        Went::Nowhere(why) => state.complain(why),
    }
    true
}

pub(super) fn draw(state: &State, window: &RequestWindow, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let screen = frame::room_for_windows(out.area());
    let inner = frame::window(state, "Request", screen.width.saturating_sub(2), screen.height, out);
    let lines = window.lines(usize::from(inner.width));
    let height = usize::from(inner.height).saturating_sub(usize::from(window.find.is_shown()));
    let length = lines.len();
    let visible = window.scroll.visible(length, height);
    for (at, line) in lines.into_iter().skip(visible.start).take(visible.len()).enumerate() {
        let line = window.find.mark(Line::from(Span::styled(line, theme.text)), theme.marked);
        out.render_widget(line, frame::row(inner, at));
    }
    frame::mark_more(state, inner, &visible, length, out);
    if !window.find.draw(state, frame::row(inner, height), out) {
        let here = window.find.line().filter(|line| visible.contains(line));
        let line = frame::row(inner, here.map_or(0, |line| line - visible.start));
        out.set_cursor_position((line.x, line.y));
    }
}
