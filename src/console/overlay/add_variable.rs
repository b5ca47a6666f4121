//! A variable of one's own: a name, a meaning, a sample value.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::callback::{own_variable, plain_text};
use crate::console::frame;
use crate::console::input::{Input, Typed};
use crate::console::input_view::{self, Look};
use crate::console::message::Effect;
use crate::console::state::State;
use crate::keymap::{Action, Key};
use crate::profile::catalogue::{self, NO_EVENT, Variable};
use crate::profile::{Choice as _, Event};
use crate::text::fit;

use super::Overlay;

const LABELS: [&str; 3] = ["Name", "Meaning", "Sample"];

/// The form.
#[derive(Debug)]
pub struct AddVariable {
    event: Option<Event>,
    /// The name of the one that is edited; none for a new one.
    edited: Option<String>,
    fields: [Input; 3],
    at: usize,
    error: Option<String>,
}

impl AddVariable {
    /// A form for this event, or for profiles without one.
    #[must_use]
    pub fn new(event: Option<Event>) -> Self {
        Self { event, edited: None, fields: [(); 3].map(|()| Input::line("")), at: 0, error: None }
    }

    /// The form of a variable that is there.
    #[must_use]
    pub fn edit(event: Option<Event>, variable: Variable) -> Self {
        let Variable { name, meaning, sample, .. } = variable;
        let mut fields = [&*name, &meaning, &plain_text(&sample)].map(Input::line);
        fields.iter_mut().for_each(Input::to_end);
        Self { event, edited: Some(name), fields, at: 0, error: None }
    }

    pub(super) fn key(&mut self, key: Key) -> bool {
        self.error = None;
        self.fields[self.at].key(key) != Typed::Ignored
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.fields[self.at].paste(text);
    }

    fn variable(&self, own: &[(String, Variable)]) -> Result<Variable, String> {
        let [name, meaning, sample] = [0, 1, 2].map(|at| self.fields[at].text().trim().to_owned());
        let mut taken = catalogue::offered(self.event, own);
        taken.retain(|variable| self.edited.as_ref() != Some(&variable.name));
        own_variable(&name, &meaning, &sample, &taken).map_err(|error| error.to_string())
    }
}

pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::AddVariable(form)) = &mut state.overlay else { return Vec::new() };
    let count = form.fields.len();
    match action {
        Action::NextField => form.at = (form.at + 1) % count,
        Action::PreviousField => form.at = (form.at + count - 1) % count,
        Action::Leave => state.overlay = None,
        Action::Accept => match form.variable(&state.own_variables) {
            Ok(variable) => {
                let scope = form.event.map_or(NO_EVENT, |e| e.name()).to_owned();
                let edited = form.edited.take();
                state.overlay = None;
                return vec![match edited {
                    Some(name) => Effect::ChangeVariable(scope, name, variable),
                    None => Effect::AddVariable(scope, variable),
                }];
            }
            Err(error) => form.error = Some(error),
        },
        _ => {}
    }
    Vec::new()
}

pub(super) fn draw(state: &State, form: &AddVariable, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let of = form.event.map_or("profiles without a channel", |e| e.name());
    let (title, does) = match &form.edited {
        Some(name) => (format!("Variable {name} of {of}"), "changes"),
        None => (format!("New variable of {of}"), "adds"),
    };
    let inner = frame::window(state, &title, 64, 7, out);
    for (at, (label, input)) in LABELS.iter().zip(&form.fields).enumerate() {
        let here = at == form.at;
        let area = frame::row(inner, at);
        let style = if here { theme.focus } else { theme.label };
        out.render_widget(Span::styled(fit(label, 10), style), area);
        let field = frame::indent(area, 10);
        let look = Look {
            width: usize::from(field.width),
            height: 1,
            focused: here,
            hidden: false,
            mark: None,
            starts: None,
            theme,
        };
        let (lines, cursor) = input_view::draw(input, &look);
        for line in lines {
            out.render_widget(line, field);
        }
        if let Some((x, _)) = cursor {
            out.set_cursor_position((field.x + x, field.y));
        }
    }
    let hint = if let Some(error) = &form.error {
        Line::styled(format!("✗ {error}"), theme.bad)
    } else {
        let hint = format!("{{form-accept}} {does} · {{form-next-field}} goes on · {{form-leave}} goes back");
        Line::styled(state.settings.keys.spell(&hint), theme.dim)
    };
    out.render_widget(hint, frame::row(inner, 4));
}
