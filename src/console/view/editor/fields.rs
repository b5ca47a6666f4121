//! Draws the fields of the editor: texts, rows, the body, choices and check boxes.

use crate::console::model::editor::item::{self, Item};
use crate::console::model::editor::rows::Rows;
use crate::console::model::editor::{complete, text};
use crate::console::model::input::Input;
use crate::console::model::{scroll, variable_rows, variables};
use crate::console::view::input::{self, Look, Mark};
use crate::profile::{Channel, Field};
use crate::text::{cut, fit};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use super::{LABELS, Sheet};

impl Sheet<'_> {
    pub(super) fn field(
        &mut self,
        field: Field,
        here: bool,
        width: usize,
        height: usize,
    ) -> (Vec<Line<'static>>, Option<(u16, u16)>) {
        let theme = &self.state.settings.theme;
        let known = variables::known(self.editor, &self.state.own_variables);
        let draft = &self.editor.draft;
        let encrypted = |name: &str| {
            draft.encryption
                && (draft.enc_parameters.is_empty() || draft.enc_parameters.iter().any(|p| p == name))
        };
        let marks = |name: &str| match (known(name), encrypted(name)) {
            (false, _) => Mark::Unknown,
            (true, true) => Mark::Encrypted,
            (true, false) => Mark::Known,
        };
        let hidden = text::is_secret(&self.editor.draft, field) && !self.editor.show_secrets;
        let templated = matches!(field, Field::Endpoint | Field::Body | Field::HeaderValue(_));
        let mark: Option<&dyn Fn(&str) -> Mark> = if templated { Some(&marks) } else { None };
        let starts = self.editor.checked.starts.as_ref().filter(|_| field == Field::Body);
        let look = Look { width, height, focused: here, hidden, mark, starts, theme };
        if let Some(input) = self.editor.inputs.get(&field) {
            input::draw(input, &look)
        } else {
            let value = text::text(&self.editor.draft, field);
            if height > 1 {
                // It was never focused, so it is shown from its start.
                let seen = value.split_inclusive('\n').take(height + 1).collect::<String>();
                return input::draw(&Input::lines(&seen), &look);
            }
            let mut input = Input::line(value);
            if here {
                input.to_end();
            }
            input::draw(&input, &look)
        }
    }

    pub(super) fn text(&mut self, field: Field, item: &Item) {
        let here = self.is_here(item);
        let (lines, cursor) = self.field(field, here, self.width.saturating_sub(LABELS), 1);
        let mut spans = self.label(field.label(), here);
        let theme = &self.state.settings.theme;
        let value = lines.into_iter().next().unwrap_or_default();
        if value.width() == 0 && !here {
            spans.push(Span::styled(item::placeholder(field), theme.dim));
        }
        spans.extend(value.spans);
        if let Some((x, _)) = cursor {
            self.cursor = Some((LABELS + usize::from(x), self.lines.len()));
        }
        self.push(spans, here);
        self.offer(here);
        self.remarks(field);
    }

    /// How many Dynamic Variables are selected, and the button that shows them.
    pub(super) fn variables(&mut self) {
        const LABEL: &str = "Dynamic Variables";
        const VIEW: &str = "[ View ]";
        let here = self.is_here(&Item::Variables);
        let theme = &self.state.settings.theme;
        let mut spans = self.label(LABEL, here);
        if here {
            self.cursor = Some((LABELS + 1, self.lines.len()));
        }
        spans.push(Span::styled(VIEW, if here { theme.selected } else { theme.key }));
        let (selected, all) = variable_rows::tally(self.state);
        let tally = if all == 0 {
            "  any <name> can be typed".to_owned()
        } else {
            format!("  {selected} of {all} selected")
        };
        spans.push(Span::styled(tally, theme.dim));
        self.push(spans, here);
    }

    /// The names that Tab can complete, below the focused field.
    pub(super) fn offer(&mut self, here: bool) {
        if !here {
            return;
        }
        let Some(offer) = complete::offered(self.editor, &self.state.own_variables) else { return };
        let theme = self.state.settings.theme;
        let mut spans = vec![Span::raw(" ".repeat(LABELS)), Span::styled("Tab ", theme.key)];
        let mut room = self.width.saturating_sub(LABELS + 4);
        for (at, name) in offer.names.iter().enumerate() {
            let label = if at == offer.at { format!("[{name}]") } else { format!(" {name} ") };
            room = room.saturating_sub(label.width());
            if room == 0 {
                break;
            }
            let style = if at == offer.at { theme.variable } else { theme.dim };
            spans.push(Span::styled(label, style));
        }
        self.here.1 = self.lines.len();
        self.lines.push(Line::from(spans));
    }

    pub(super) fn row(&mut self, rows: Rows, at: usize) {
        let (name, value) = (rows.name(at), rows.value(at));
        let in_name = self.is_here(&Item::Text(name));
        let in_value = self.is_here(&Item::Text(value));
        let room = self.width.saturating_sub(LABELS + 2);
        let name_room = (room * 2 / 5).clamp(8, 24);
        let value_room = room.saturating_sub(name_room);
        let (name_lines, name_cursor) = self.field(name, in_name, name_room, 1);
        let (value_lines, value_cursor) = self.field(value, in_value, value_room, 1);
        let theme = self.state.settings.theme;
        let mut spans = self.label(if at == 0 { rows.label() } else { "" }, in_name || in_value);
        let name_line = name_lines.into_iter().next().unwrap_or_default();
        let used = name_line.width();
        if used == 0 && !in_name {
            spans.push(Span::styled(fit("name", name_room), theme.dim));
        } else {
            spans.extend(name_line.spans);
            spans.push(Span::raw(" ".repeat(name_room.saturating_sub(used))));
        }
        spans.push(Span::styled(rows.joint(), theme.dim));
        let value_line = value_lines.into_iter().next().unwrap_or_default();
        if value_line.width() == 0 && !in_value {
            spans.push(Span::styled("value", theme.dim));
        }
        spans.extend(value_line.spans);
        let name_at = name_cursor.map(|(x, _)| LABELS + usize::from(x));
        let value_at = value_cursor.map(|(x, _)| LABELS + name_room + 2 + usize::from(x));
        if let Some(x) = name_at.or(value_at) {
            self.cursor = Some((x, self.lines.len()));
        }
        self.push(spans, in_name || in_value);
        let (line, middle) = (self.lines.len() - 1, LABELS + name_room + 1);
        self.spot(line, 0..middle, Item::Text(name));
        self.spot(line, middle..self.width, Item::Text(value));
        self.offer(in_value);
        self.remarks(name);
        self.remarks(value);
    }

    pub(super) fn body(&mut self) {
        let here = self.is_here(&Item::Body);
        let room = self.width.saturating_sub(LABELS);
        let (lines, cursor) = self.field(Field::Body, here, room, self.body_height);
        let start = self.lines.len();
        if let Some((x, y)) = cursor {
            self.cursor = Some((LABELS + usize::from(x), start + usize::from(y)));
        }
        let empty = lines.iter().all(|l| l.width() == 0) && !here;
        let (top, length) = self.editor.body_place();
        let more = scroll::more(&(top..top + lines.len()), length);
        let last = lines.len().saturating_sub(1);
        for (at, line) in lines.into_iter().enumerate() {
            let mut spans = match at {
                0 => self.label(Field::Body.label(), here),
                // Hidden lines are counted beside the last visible line.
                _ if at == last => self.aside(&more, here),
                _ => self.label("", here),
            };
            if empty && at == 0 {
                spans.push(Span::styled(item::placeholder(Field::Body), self.state.settings.theme.dim));
            }
            spans.extend(line.spans);
            self.lines.push(Line::from(spans));
        }
        if here {
            self.here = (start, self.lines.len().saturating_sub(1));
        }
        self.offer(here);
        self.remarks(Field::Body);
    }

    pub(super) fn choice(&mut self, field: Field, item: &Item) {
        let here = self.is_here(item);
        let theme = self.state.settings.theme;
        let options = item::options(field, &self.editor.draft, &self.editor.rules);
        let current = text::text(&self.editor.draft, field);
        let mut spans = self.label(field.label(), here);
        let room = self.width.saturating_sub(LABELS);
        let columns = |gap: usize| options.iter().map(|(_, label)| label.width() + gap).sum::<usize>();
        // Brackets replace the blanks around a label, or take their own space if there is too little.
        let is_wide = columns(2) <= room;
        let mut column = LABELS;
        if is_wide || columns(1) < room {
            for (name, label) in &options {
                let is_current = name == current;
                if is_current && here {
                    self.cursor = Some((column + 1, self.lines.len()));
                }
                let text = match (is_current, is_wide) {
                    (true, _) => format!("[{label}]"),
                    (false, true) => format!(" {label} "),
                    (false, false) => label.clone(),
                };
                let style = match (is_current, here) {
                    (true, true) => theme.selected,
                    (true, false) => theme.selected_unfocused,
                    (false, _) => theme.dim,
                };
                column += text.width();
                spans.push(Span::styled(text, style));
                if !is_wide {
                    column += 1;
                    spans.push(Span::raw(" "));
                }
            }
        } else {
            if here {
                self.cursor = Some((LABELS + 1, self.lines.len()));
            }
            let at = options.iter().position(|(name, _)| name == current);
            let label = at.map_or(current, |at| &options[at].1);
            let style = if here { theme.selected } else { theme.selected_unfocused };
            spans.push(Span::styled(format!("[{label}]"), style));
            let place = format!("  {} of {}", at.map_or(0, |a| a + 1), options.len());
            spans.push(Span::styled(place, theme.dim));
        }
        self.push(spans, here);
        if field == Field::Channel && here {
            let label = self.editor.draft.channel().map_or("", Channel::label);
            self.note(label, theme.dim);
        }
        self.remarks(field);
    }

    pub(super) fn tick(&mut self, label: &str, on: bool, text: &str, item: &Item, remarks: Option<Field>) {
        let here = self.is_here(item);
        let theme = self.state.settings.theme;
        let mut spans = self.label(label, here);
        if here {
            self.cursor = Some((LABELS + 1, self.lines.len()));
        }
        let style = if here { theme.selected } else { theme.text };
        let room = self.width.saturating_sub(LABELS + 4);
        spans.push(Span::styled(format!("[{}] {}", if on { "x" } else { " " }, cut(text, room)), style));
        self.push(spans, here);
        if let Some(field) = remarks {
            self.remarks(field);
        }
    }
}
