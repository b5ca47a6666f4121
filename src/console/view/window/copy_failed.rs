//! Draws a text that could not be copied: why, and what can be done instead.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use crate::console::model::layout;
use crate::console::model::state::State;
use crate::console::model::window::copy_failed::CopyFailed;
use crate::console::view::frame;
use crate::console::view::put::put;
use crate::text::{chop, cut, escape_lines, wrap};

pub(in crate::console) fn draw(state: &State, window: &CopyFailed, out: &mut Frame<'_>) {
    if window.in_full { draw_in_full(state, window, out) } else { draw_offer(state, window, out) }
}

fn draw_offer(state: &State, window: &CopyFailed, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let width = 64u16.min(out.area().width);
    let reported = format!("{}: not copied.\n\n{}", window.what, window.why);
    let lines = wrap(&reported, usize::from(width).saturating_sub(4));
    let length = lines.len();
    let height = u16::try_from(length).unwrap_or(u16::MAX).saturating_add(4);
    let inner = frame::window(state, "Copy", width, height, out);
    let count = length.min(usize::from(inner.height).saturating_sub(2));
    for (at, line) in lines.into_iter().enumerate().take(count) {
        put(Line::raw(line), frame::row(inner, at), out);
    }
    frame::mark_more(state, inner, &(0..count), length, out);
    let mut spans = Vec::new();
    let ways = [
        ("copy-window-show-in-full", "Show it"),
        ("copy-window-write-file", "Write a file"),
        ("copy-window-pager", "Pager"),
        ("copy-window-leave", "Back"),
    ];
    for (name, label) in ways {
        spans.push(Span::styled(state.settings.keys.shown(name), theme.key));
        spans.push(Span::raw(format!(" {label}   ")));
    }
    let answers = frame::row(inner, count + 1);
    put(Line::from(spans), answers, out);
    out.set_cursor_position((answers.x, answers.y));
}

/// Nothing is left or right of the text, so that the terminal's own selection takes only the text.
fn draw_in_full(state: &State, window: &CopyFailed, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let area = layout::room_for_windows(out.area());
    out.render_widget(Clear, area);
    let title = format!("─ {} ─ select it with the mouse (hold Shift if the mouse is on) ", window.what);
    let rule = |text: &str| {
        let width = usize::from(area.width);
        let text = cut(text, width);
        format!("{text}{}", "─".repeat(width.saturating_sub(unicode_width::UnicodeWidthStr::width(&*text))))
    };
    let text = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area };
    let lines = unbroken(&window.text, usize::from(area.width));
    let length = lines.len();
    let visible = window.scroll.visible(length, usize::from(text.height));
    put(Line::styled(rule(&title), theme.focus), frame::row(area, 0), out);
    for (at, line) in lines.into_iter().skip(visible.start).take(visible.len()).enumerate() {
        put(Line::raw(line), frame::row(text, at), out);
    }
    let last = frame::row(area, usize::from(area.height).saturating_sub(1));
    put(Line::styled(rule(""), theme.focus), last, out);
    frame::mark_more(state, text, &visible, length, out);
    out.set_cursor_position((text.x, text.y));
}

/// Lines cut at the edge of the screen. No word is moved, and control characters are escaped.
fn unbroken(text: &str, width: usize) -> Vec<String> {
    let shown: Vec<String> = text.split('\t').map(escape_lines).collect();
    chop(&shown.join("    "), width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(unbroken("a\u{1b}[2J\n\tb", 80), [r"a\u{1b}[2J", "    b"]);
    }
}
