//! The request as it would leave, and what became of each variable.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::callback::{Place, Preview, Secrets, Variable, curl_command, plain_text};
use crate::console::find::{Find, Went};
use crate::console::frame;
use crate::console::message::Effect;
use crate::console::scroll::Scroll;
use crate::console::state::{Settings, State};
use crate::console::theme::Theme;
use crate::keymap::Action;
use crate::profile::{Choice as _, Event, Profile};
use crate::text::wrap;

use super::{Overlay, TestWindow};

/// The window.
#[derive(Debug)]
pub struct PreviewWindow {
    title: String,
    /// Where it would go, and for which event.
    to: String,
    preview: Preview,
    secrets: bool,
    scroll: Scroll,
    pub(super) find: Find,
    /// The test that it is the preview of, which comes back.
    below: Option<Box<TestWindow>>,
}

impl PreviewWindow {
    /// The preview of this profile, above the test that it is of, if there is one.
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
            scroll: Scroll::default(),
            find: Find::default(),
            below,
        }
    }

    pub(super) fn has_secrets(&self) -> bool {
        self.preview.has_secrets()
    }

    /// Lines of at most so many columns.
    fn lines(&self, settings: &Settings, width: usize) -> Vec<Line<'static>> {
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
        page.text(&format!("Anew at each sending: {}", self.preview.renewed.join(", ")), theme.dim);
        page.text("", theme.text);
        let count = self.preview.variables.len();
        page.text(&format!("Variables ({count})"), theme.focus);
        for variable in &self.preview.variables {
            self.variable(&mut page, variable, theme);
        }
        page.lines
    }

    fn request(&self, page: &mut Page, settings: &Settings) {
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

    /// Two lines: how it was made fit for its place; from which value to which text.
    fn variable(&self, page: &mut Page, variable: &Variable, theme: &Theme) {
        let used = &variable.used;
        let place = match &used.place {
            Place::Url => "URL".to_owned(),
            Place::Header { name, .. } => format!("header {name}"),
            Place::Body => "body".to_owned(),
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
        // On one line each, whatever stands in it.
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

/// Lines, wrapped as they are written.
struct Page {
    lines: Vec<Line<'static>>,
    width: usize,
}

impl Page {
    fn text(&mut self, text: &str, style: Style) {
        let wrapped = wrap(text, self.width).into_iter();
        self.lines.extend(wrapped.map(|line| Line::styled(line, style)));
    }

    /// A name and what follows, each in its style where both stand on the first line.
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

pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if find(state, action) {
        return Vec::new();
    }
    let Some(Overlay::Preview(window)) = &mut state.overlay else { return Vec::new() };
    let hidden = if window.has_secrets() && !window.secrets { " · secrets hidden" } else { "" };
    match action {
        Action::Leave => {
            let below = window.below.take();
            state.overlay = below.map(Overlay::Test);
        }
        Action::Secrets => window.secrets = !window.secrets,
        Action::CopyCurl => {
            let secrets = if window.secrets { Secrets::Shown } else { Secrets::AsVariables };
            let text = curl_command(&window.preview, secrets);
            let asks = if hidden.is_empty() { "" } else { " · secrets as shell variables" };
            return vec![Effect::Copy { text, what: format!("the request as a curl command{asks}") }];
        }
        Action::CopyRequest => {
            let text = window.preview.text(window.secrets);
            return vec![Effect::Copy { text, what: format!("the request{hidden}") }];
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
    let settings = &state.settings;
    let Some(Overlay::Preview(window)) = &mut state.overlay else { return false };
    let text = if action.is_match() { window.lines(settings, width) } else { Vec::new() };
    let text = || text.iter().map(ToString::to_string).collect();
    match window.find.act(action, window.scroll.top(), text) {
        Went::Elsewhere => return false,
        Went::Done => {}
        Went::To(line) => window.scroll.go_to(line),
        Went::Nowhere(why) => state.complain(why),
    }
    true
}

pub(super) fn draw(state: &State, window: &PreviewWindow, out: &mut Frame<'_>) {
    let screen = frame::room_for_windows(out.area());
    let inner = frame::window(state, &window.title, screen.width.saturating_sub(2), screen.height, out);
    let lines = window.lines(&state.settings, usize::from(inner.width));
    let height = usize::from(inner.height).saturating_sub(usize::from(window.find.is_shown()));
    let length = lines.len();
    let visible = window.scroll.visible(length, height);
    frame::mark_more(state, inner, &visible, length, out);
    for (at, line) in lines.into_iter().skip(visible.start).take(visible.len()).enumerate() {
        out.render_widget(window.find.mark(line, state.settings.theme.marked), frame::row(inner, at));
    }
    if !window.find.draw(state, frame::row(inner, height), out) {
        let here = window.find.line().filter(|line| visible.contains(line));
        let line = frame::row(inner, here.map_or(0, |line| line - visible.start));
        out.set_cursor_position((line.x, line.y));
    }
}
