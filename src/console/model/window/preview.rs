//! The request as it would be sent, and how each variable was replaced.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::callback::{Preview, PreviewVariable, RequestPart, plain_text};
use crate::console::model::settings::ConsoleSettings;
use crate::console::model::window::test::TestWindow;
use crate::console::model::window::text_view::TextView;
use crate::console::theme::Theme;
use crate::profile::{Choice as _, Event, Profile};
use crate::text::wrap;

/// The window.
#[derive(Debug)]
pub struct PreviewWindow {
    pub(in crate::console) title: String,
    /// Its endpoint and its event.
    to: String,
    pub(in crate::console) preview: Preview,
    pub(in crate::console) secrets: bool,
    pub(in crate::console) reading: TextView,
    /// The test window that it was opened from and returns to.
    pub(in crate::console) below: Option<Box<TestWindow>>,
}

impl PreviewWindow {
    /// The preview of this profile, above the test window that it was opened from.
    #[must_use]
    pub fn new(
        profile: &Profile,
        event: Option<Event>,
        preview: Preview,
        below: Option<Box<TestWindow>>,
    ) -> Self {
        let event = event.map_or("no event", |e| e.name());
        Self {
            title: format!("Preview {}", profile.title),
            to: format!("{event} · to {} · nothing is sent", profile.endpoint.origin()),
            preview,
            secrets: false,
            reading: TextView::default(),
            below,
        }
    }

    pub(in crate::console) fn has_secrets(&self) -> bool {
        self.preview.has_secrets()
    }

    /// The lines, wrapped to this width.
    pub(in crate::console) fn lines(&self, settings: &ConsoleSettings, width: usize) -> Vec<Line<'static>> {
        let theme = &settings.theme;
        let mut page = Page { lines: Vec::new(), width };
        page.text(&self.to, theme.dim);
        let missing = self.preview.missing();
        if !missing.is_empty() {
            page.text(&format!("! no value for <{}>", missing.join(">, <")), theme.bad);
        }
        page.text("", theme.text);
        self.request(&mut page, settings);
        page.text("", theme.text);
        page.text(&format!("Regenerated on every send: {}", self.preview.renewed.join(", ")), theme.dim);
        page.text("", theme.text);
        let count = self.preview.variables.len();
        page.text(&format!("Variables ({count})"), theme.focus);
        for variable in &self.preview.variables {
            self.variable(&mut page, variable, theme);
        }
        page.lines
    }

    fn request(&self, page: &mut Page, settings: &ConsoleSettings) {
        let theme = &settings.theme;
        let shows = settings.keys.shown("preview-window-secrets");
        page.text(&self.preview.request_line(), theme.focus);
        for header in &self.preview.headers {
            let value = header.shown(self.secrets);
            let hidden = header.secret && !header.fetched && !self.secrets;
            let value = if hidden { format!("{value}  {shows} shows it") } else { value.to_owned() };
            page.named(&header.name, &format!(": {value}"), (theme.label, theme.text));
        }
        if !self.preview.callback.body.is_empty() {
            page.text("", theme.text);
            page.text(&self.preview.body_text(), theme.text);
        }
    }

    /// Two lines: how the value was escaped, and the value before and after.
    fn variable(&self, page: &mut Page, variable: &PreviewVariable, theme: &Theme) {
        let used = &variable.used;
        let place = match &used.part {
            RequestPart::Url => "URL".to_owned(),
            RequestPart::Header { name, .. } => format!("header {name}"),
            RequestPart::Body => "body".to_owned(),
        };
        let origin = variable.origin.map_or("no value", |origin| origin.label());
        let encrypted = self.preview.algorithm.filter(|_| used.encrypted);
        let encrypted = encrypted.map(|name| format!(" · encrypted, {name}")).unwrap_or_default();
        let how = format!("  {origin} · {place}{encrypted} · {}", used.escaping.name());
        let style = if variable.is_missing() { theme.unknown } else { theme.variable };
        let how_style = if variable.is_missing() { theme.bad } else { theme.dim };
        page.named(&used.path.to_string(), &how, (style, how_style));
        let hidden = variable.is_secret() && !self.secrets;
        let value = match &used.value {
            _ if hidden => "••••••••".to_owned(),
            Some(value) => plain_text(value),
            None => "no value".to_owned(),
        };
        let sent = if hidden { "••••••••" } else { &used.sent };
        // On one line each, whatever the value contains.
        let one_line = |text: &str| text.replace('\r', "\\r").replace('\n', "\\n");
        let (value, sent) = (one_line(&value), one_line(sent));
        let both = format!("  {value} → {sent}");
        if value == sent {
            page.text(&format!("  {value}"), theme.text);
        } else if both.width() <= page.width {
            page.text(&both, theme.text);
        } else {
            page.text(&format!("  {value}"), theme.text);
            page.text(&format!("  → {sent}"), theme.text);
        }
    }
}

/// Lines, wrapped as they are added.
struct Page {
    lines: Vec<Line<'static>>,
    width: usize,
}

impl Page {
    fn text(&mut self, text: &str, style: Style) {
        let wrapped = wrap(text, self.width).into_iter();
        self.lines.extend(wrapped.map(|line| Line::styled(line, style)));
    }

    /// A name and its value, each in its own style on the first line.
    fn named(&mut self, name: &str, rest: &str, (name_style, rest_style): (Style, Style)) {
        for (at, line) in wrap(&format!("{name}{rest}"), self.width).into_iter().enumerate() {
            self.lines.push(match line.strip_prefix(name).filter(|_| at == 0) {
                Some(after) => Line::from(vec![
                    Span::styled(name.to_owned(), name_style),
                    Span::styled(after.to_owned(), rest_style),
                ]),
                None => Line::styled(line, rest_style),
            });
        }
    }
}
