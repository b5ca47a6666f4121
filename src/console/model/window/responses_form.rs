//! The form for script, headers and body of the receiver's responses, and for the paths that are shown.

use bytes::Bytes;

use crate::console::model::input::{Input, InputResult};
use crate::console::model::window::receiver::ReceiverWindow;
use crate::keymap::Key;
use crate::receiver::{Behaviour, PathFilter, ResponseHeader, Script};

/// The labels of the fields, from top to bottom.
pub(in crate::console) const FIELDS: [&str; 6] = ["Script", "Header", "Header", "Header", "Body", "Paths"];

/// The fields with headers.
const HEADERS: std::ops::Range<usize> = 1..4;

/// The field with the body.
const BODY: usize = 4;

/// The field with the paths.
const PATHS: usize = 5;

/// The form, above the receiver's window.
#[derive(Debug)]
pub struct ResponsesForm {
    pub(in crate::console) fields: [Input; FIELDS.len()],
    /// The focused field.
    pub(in crate::console) at: usize,
    /// The field with an error, and the error.
    pub(in crate::console) error: Option<(usize, String)>,
    /// The receiver's window, which it returns to.
    pub(in crate::console) below: Box<ReceiverWindow>,
}

impl ResponsesForm {
    /// A form with the present responses and paths. Headers beyond those that it has fields for are kept.
    #[must_use]
    pub fn new(behaviour: &Behaviour, paths: &PathFilter, below: Box<ReceiverWindow>) -> Self {
        let mut fields = FIELDS.map(|_| Input::line(""));
        if let Some(script) = &behaviour.script {
            fields[0] = Input::line(&script.to_string());
        }
        for (at, header) in HEADERS.zip(&behaviour.headers) {
            fields[at] = Input::line(&header.to_string());
        }
        if let Some(body) = &behaviour.body {
            fields[BODY] = Input::line(&String::from_utf8_lossy(body));
        }
        fields[PATHS] = Input::line(&paths.to_string());
        Self { fields, at: 0, error: None, below }
    }

    /// A key that types text; false for all others.
    pub(in crate::console) fn key(&mut self, key: Key) -> bool {
        self.error = None;
        self.fields[self.at].key(key) != InputResult::Ignored
    }

    pub(in crate::console) fn paste(&mut self, text: &str) {
        self.error = None;
        self.fields[self.at].paste(text);
    }

    /// The behaviour with what was typed.
    ///
    /// # Errors
    /// The first invalid field, and why.
    pub(in crate::console) fn applied(&self, behaviour: &Behaviour) -> Result<Behaviour, (usize, String)> {
        let text = |at: usize| self.fields[at].text();
        let script = match text(0).trim() {
            "" => None,
            typed => Some(typed.parse::<Script>().map_err(|error| (0, error.to_string()))?),
        };
        let mut headers = Vec::new();
        for at in HEADERS {
            let typed = text(at);
            if !typed.trim().is_empty() {
                let header: Result<ResponseHeader, _> = typed.parse();
                headers.push(header.map_err(|error| (at, error.to_string()))?);
            }
        }
        headers.extend(behaviour.headers.iter().skip(HEADERS.len()).cloned());
        let body = Some(text(BODY)).filter(|body| !body.is_empty()).map(Bytes::from);
        Ok(Behaviour { script, headers, body, ..behaviour.clone() })
    }

    /// The paths that were typed.
    pub(in crate::console) fn paths(&self) -> PathFilter {
        PathFilter::typed(&self.fields[PATHS].text())
    }
}
