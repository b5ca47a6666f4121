//! Draws pane 2: the editor, or the selected profile if nothing is being edited.

pub mod fields;
pub mod spots;
pub mod summary;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::console::model::editor::Editor;
use crate::console::model::editor::item::{Button, Item, Step};
use crate::console::model::editor::rows::{Part, Rows};
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::view::editor::spots::Spot;
use crate::console::view::frame;
use crate::console::view::put::put;
use crate::profile::{Channel, Choice as _, Field, attempt_label};
use crate::text::{fit, wrap};

/// Columns of the labels, with the bar before and a blank after them. All labels fit.
const LABELS: usize = 23;

/// Columns of the table of retries.
const TABLE: usize = 39;

/// A pane is roomy from this many columns on.
const ROOMY: usize = 70;

/// Draws the pane.
pub fn draw(state: &State, area: Rect, out: &mut Frame<'_>) {
    let Some(editor) = &state.editor else { return summary::draw(state, area, out) };
    let title = match (editor.draft.title.trim(), editor.is_changed()) {
        ("", _) => "New profile *".to_owned(),
        (title, true) => format!("{title} *"),
        (title, false) => title.to_owned(),
    };
    let step = match editor.step {
        Step::Basics if usize::from(area.width) < ROOMY => "[Basics] Advanced",
        Step::Basics => "[Basics] Advanced Configuration",
        Step::Advanced => "Basics [Advanced Configuration]",
    };
    let inner = frame::pane(state, Pane::Editor, &title, step, area, out);
    spots::note_steps(state, step, area);
    let inner = frame::indent(inner, 1);
    let focused = state.is_focused(Pane::Editor);
    let mut sheet = Sheet::new(state, editor, inner, focused);
    sheet.write();
    sheet.show(inner, out);
}

/// The lines of a step, of which the visible ones are shown.
struct Sheet<'a> {
    state: &'a State,
    editor: &'a Editor,
    focused: bool,
    width: usize,
    body_height: usize,
    lines: Vec<Line<'static>>,
    /// The click targets.
    spots: Vec<Spot>,
    /// First and last line of the focused item.
    here: (usize, usize),
    /// Column and line of the cursor.
    cursor: Option<(usize, usize)>,
}

impl<'a> Sheet<'a> {
    fn new(state: &'a State, editor: &'a Editor, area: Rect, focused: bool) -> Self {
        let width = usize::from(area.width);
        Self {
            state,
            editor,
            focused,
            width,
            body_height: usize::from(area.height).saturating_sub(12).clamp(3, 10),
            lines: Vec::new(),
            spots: Vec::new(),
            here: (0, 0),
            cursor: None,
        }
    }

    fn show(self, area: Rect, out: &mut Frame<'_>) {
        let height = usize::from(area.height);
        let mut top = self.editor.scroll.get().min(self.lines.len().saturating_sub(height));
        top = top.min(self.here.0).max((self.here.1 + 1).saturating_sub(height));
        self.editor.scroll.set(top);
        spots::note(self.state, self.spots, top, area);
        let length = self.lines.len();
        frame::mark_more(self.state, area, &(top..length.min(top + height)), length, out);
        for (at, line) in self.lines.into_iter().skip(top).take(height).enumerate() {
            put(line, frame::row(area, at), out);
        }
        if let Some((x, y)) = self.cursor.filter(|(_, y)| (top..top + height).contains(y)) {
            let column = u16::try_from(x).unwrap_or(0).min(area.width.saturating_sub(1));
            let line = u16::try_from(y - top).unwrap_or(0);
            out.set_cursor_position((area.x + column, area.y + line));
        }
    }

    fn write(&mut self) {
        let items = self.editor.items();
        let mut buttons = Vec::new();
        let mut first_event = true;
        let mut first_parameter = true;
        for item in items {
            let start = self.lines.len();
            match &item {
                Item::Text(field) => match Rows::place(*field) {
                    Some((rows, at, Part::Name)) => self.row(rows, at),
                    // Drawn together with its name.
                    Some((_, _, Part::Value)) => {}
                    None => self.text(*field, &item),
                },
                Item::Variables => self.variables(),
                Item::Body => self.body(),
                Item::Choice(field) => self.choice(*field, &item),
                Item::Event(event) => {
                    let on = self.editor.draft.events.iter().any(|n| n == event.name());
                    let label = if first_event { "Events" } else { "" };
                    self.tick(label, on, event.name(), &item, first_event.then_some(Field::Events));
                    first_event = false;
                }
                Item::Parameter(name) => {
                    let on = self.editor.draft.enc_parameters.contains(name);
                    let label = if first_parameter { Field::EncParameters.label() } else { "" };
                    if first_parameter && self.editor.draft.enc_parameters.is_empty() {
                        self.note("none selected: all values are encrypted", self.state.settings.theme.dim);
                    }
                    self.tick(label, on, name, &item, None);
                    first_parameter = false;
                }
                Item::Switch(Field::EncRandomIv) => {
                    let on = self.editor.draft.enc_random_iv;
                    let text = "fresh for each value";
                    self.tick(Field::EncRandomIv.label(), on, text, &item, None);
                }
                Item::Switch(Field::Http2) => {
                    let on = self.editor.draft.http2;
                    self.tick(Field::Http2.label(), on, "negotiate over TLS", &item, None);
                }
                Item::Switch(Field::Ordered) => {
                    let on = self.editor.draft.ordered;
                    self.tick(Field::Ordered.label(), on, "in the order of acceptance", &item, None);
                    if on {
                        let cost = "A retry holds the rest: while one event fails, none after it is sent.";
                        self.remark('!', cost, self.state.settings.theme.warn);
                    }
                }
                Item::Switch(Field::AutoEnable) => {
                    let on = self.editor.draft.probe;
                    self.tick(Field::AutoEnable.label(), on, "probe while auto-disabled", &item, None);
                }
                Item::Switch(field) => {
                    let on = self.editor.draft.encryption;
                    self.tick(field.label(), on, "encrypt the values", &item, Some(*field));
                }
                Item::Button(button) => buttons.push(*button),
            }
            if spots::has_own_lines(&item) {
                self.spot(start, 0..self.width, item.clone());
            }
            match &item {
                Item::Text(Field::Title) if !self.editor.is_new => {
                    self.profile_id();
                    self.fixed_channel();
                }
                Item::Choice(Field::Channel) => self.single_event(),
                Item::Choice(Field::RetryCount) if self.editor.draft.retry_count == "0" => {}
                Item::Text(Field::RetryTimeout) => self.retry_table(),
                _ => {}
            }
        }
        self.buttons(&buttons);
    }

    /// Notes the place of an item: from this line to the last one so far.
    fn spot(&mut self, start: usize, columns: std::ops::Range<usize>, item: Item) {
        self.spots.push(Spot { lines: start..self.lines.len(), columns, item });
    }

    fn is_here(&self, item: &Item) -> bool {
        self.focused && self.editor.focus == *item
    }

    /// The label of a line, with a bar if it is focused.
    fn label(&self, label: &str, here: bool) -> Vec<Span<'static>> {
        let theme = &self.state.settings.theme;
        let (bar, style) = if here { ("▌", theme.focus) } else { (" ", theme.label) };
        let label = fit(label, LABELS - 2);
        vec![Span::styled(bar, theme.focus), Span::styled(label, style), Span::raw(" ")]
    }

    /// The same column with a note instead of a label.
    fn aside(&self, remark: &str, here: bool) -> Vec<Span<'static>> {
        let mut spans = self.label(remark, here);
        spans[1].style = self.state.settings.theme.dim;
        spans
    }

    fn push(&mut self, spans: Vec<Span<'static>>, here: bool) {
        if here {
            self.here = (self.lines.len(), self.lines.len());
        }
        self.lines.push(Line::from(spans));
    }

    /// A separate line below a field.
    fn note(&mut self, text: &str, style: Style) {
        self.indented(text, style, LABELS);
    }

    fn indented(&mut self, text: &str, style: Style, columns: usize) {
        for line in wrap(text, self.width.saturating_sub(columns)) {
            self.lines.push(Line::from(vec![Span::raw(" ".repeat(columns)), Span::styled(line, style)]));
        }
    }

    /// A text aligned with the values, with a sign before it.
    fn remark(&mut self, sign: char, text: &str, style: Style) {
        for (at, line) in wrap(text, self.width.saturating_sub(LABELS)).into_iter().enumerate() {
            let sign = if at == 0 { sign } else { ' ' };
            let line = Span::styled(format!("{sign} {line}"), style);
            self.lines.push(Line::from(vec![Span::raw(" ".repeat(LABELS - 2)), line]));
        }
    }

    /// The error of a field, or the advice for it.
    fn remarks(&mut self, field: Field) {
        let theme = self.state.settings.theme;
        let before = self.lines.len();
        if let Some(error) = self.editor.error(field).map(str::to_owned) {
            self.remark('✗', &error, theme.bad);
        } else if let Some(advice) = self.editor.advice(field).map(str::to_owned) {
            self.remark('!', &advice, theme.warn);
        }
        // An error below the focused field is visible together with it.
        if self.here.1 + 1 == before {
            self.here.1 = self.lines.len().saturating_sub(1);
        }
    }

    /// The id of a saved profile.
    fn profile_id(&mut self) {
        const LABEL: &str = "Profile id";
        let mut spans = self.label(LABEL, false);
        let id = self.editor.id().as_str();
        // In a narrow pane the id moves towards its label, so that all of it is visible.
        let columns = LABELS.min(self.width.saturating_sub(id.width())).max(LABEL.len() + 2);
        spans[1] = Span::styled(fit(LABEL, columns - 2), self.state.settings.theme.label);
        spans.push(Span::styled(id.to_owned(), self.state.settings.theme.dim));
        self.push(spans, false);
    }

    /// The channel of a saved profile, which cannot change.
    fn fixed_channel(&mut self) {
        let mut spans = self.label(Field::Channel.label(), false);
        spans.push(Span::raw(self.editor.draft.channel.clone()));
        spans.push(Span::styled("  cannot be changed", self.state.settings.theme.dim));
        self.push(spans, false);
        self.remarks(Field::Channel);
        self.single_event();
    }

    fn single_event(&mut self) {
        if let Some([only]) = self.editor.draft.channel().map(Channel::events) {
            let mut spans = self.label("Event", false);
            spans.push(Span::styled(only.name(), self.state.settings.theme.dim));
            self.push(spans, false);
        }
    }

    /// The table of retries for the typed values, as on the platform's page.
    fn retry_table(&mut self) {
        let theme = self.state.settings.theme;
        let Ok(profile) = self.policy() else { return };
        let columns = LABELS.min(self.width.saturating_sub(TABLE));
        let head = format!("{:<11}{:>9}{:>8}{:>11}", "", "earliest", "delay", "cumulative");
        self.indented(&head, theme.dim, columns);
        for row in profile.table() {
            let seconds = |s: u64| format!("{s} s");
            let line = format!(
                "{:<11}{:>9}{:>8}{:>11}",
                attempt_label(row.attempt),
                seconds(row.sent_at_s),
                seconds(row.delay_s),
                seconds(row.cumulative_s)
            );
            self.indented(&line, theme.dim, columns);
        }
        if profile.count() > 0 {
            let text = "A delay follows the attempt of its row; the last one is not used.";
            self.indented(text, theme.dim, columns);
        }
    }

    /// The typed retry policy, if it has no error, regardless of other fields.
    fn policy(&self) -> Result<crate::profile::RetryPolicy, ()> {
        let retry = [Field::RetryCount, Field::RetryInterval, Field::RetryTimeout];
        if self.editor.checked.errors.iter().any(|e| retry.contains(&e.field)) {
            return Err(());
        }
        let draft = &self.editor.draft;
        let number = |text: &str| text.trim().parse::<u32>().map_err(|_| ());
        let count = u8::try_from(number(&draft.retry_count)?).map_err(|_| ())?;
        let backoff = draft.channel().unwrap_or_default().backoff();
        let (interval, timeout) = (number(&draft.retry_interval)?, number(&draft.retry_timeout)?);
        Ok(crate::profile::RetryPolicy::new(count, interval, timeout, backoff))
    }

    fn buttons(&mut self, buttons: &[Button]) {
        let theme = self.state.settings.theme;
        self.lines.push(Line::default());
        let mut spans = vec![Span::raw(" ".repeat(LABELS))];
        let mut column = LABELS;
        let mut any = false;
        for button in buttons {
            let here = self.is_here(&Item::Button(*button));
            if here {
                self.cursor = Some((column + 1, self.lines.len()));
                any = true;
            }
            let label = format!("[ {} ]", button.label());
            let line = self.lines.len();
            self.spots.push(Spot::button(*button, line, column..column + label.width()));
            column += label.width() + 2;
            spans.push(Span::styled(label, if here { theme.selected } else { theme.key }));
            spans.push(Span::raw("  "));
        }
        self.push(spans, any);
    }
}
