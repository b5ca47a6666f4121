//! Texts for editor and pager, and their results.

use std::fmt::Write as _;

use crate::console::model::effect::Effect;
use crate::console::model::program::{Program, Returned, Subject};
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::question::Question;
use crate::console::update::editor::external_edit;
use crate::console::update::profile_text;
use crate::profile::Choice as _;
use crate::record::Details;
use crate::text::{escape_controls, millis};

/// Shown when an editor changed nothing.
const UNCHANGED: &str = "No changes in the editor";

/// Opens the body of the draft in an editor.
pub fn open_body(state: &State) -> Vec<Effect> {
    let Some(editor) = &state.editor else { return Vec::new() };
    let (subject, text) = (Subject::Body(editor.id().clone()), editor.draft().body.clone());
    vec![Effect::Run(Program::Editor { subject, text })]
}

/// Opens the whole draft in an editor. It contains secrets only while they are shown.
pub fn open_profile(state: &mut State) -> Vec<Effect> {
    let Some(editor) = &state.editor else { return Vec::new() };
    let subject = Subject::Profile(editor.id().clone());
    match profile_text::text(editor.id(), editor.draft(), editor.shows_secrets()) {
        Ok(text) => vec![Effect::Run(Program::Editor { subject, text })],
        Err(why) => {
            state.notify_error(why);
            Vec::new()
        }
    }
}

/// The last response of the selected delivery, in a pager.
pub fn open_response(state: &State) -> Vec<Effect> {
    state.delivery_details().and_then(response).map_or_else(Vec::new, |text| open_text(&text))
}

/// Opens a text in a pager, sanitized for the terminal.
#[must_use]
pub fn open_text(text: &str) -> Vec<Effect> {
    let line = |line: &str| line.split('\t').map(escape_controls).collect::<Vec<_>>().join("\t");
    let text: String = text.lines().map(|l| line(l) + "\n").collect();
    vec![Effect::Run(Program::Pager { text })]
}

fn response(details: &Details) -> Option<String> {
    let last = details.attempts.last()?;
    let status = last.status.map_or_else(|| "no response".to_owned(), |status| format!("status {status}"));
    let mut out = format!(
        "{} · attempt {} · {status} · {}\n",
        details.summary.profile_title,
        last.n,
        millis(last.duration_ms.into())
    );
    if let (Some(error), Some(words)) = (&last.error, last.failure_words()) {
        let _ = writeln!(out, "{words} ({})", error.class.name());
    }
    if let Some(phases) = &last.phases {
        let _ = writeln!(out, "{}", phases.words(last.duration_ms));
    }
    for (name, value) in &last.response_headers {
        let _ = writeln!(out, "{name}: {value}");
    }
    out += "\n";
    out.push_str(&String::from_utf8_lossy(&last.response_body));
    if last.response_cut {
        let _ = writeln!(
            out,
            "\n… the first {} bytes of the body; the rest of the response was not kept",
            last.response_body.len()
        );
    }
    if let Some(why) = &last.response_incomplete {
        let _ = writeln!(out, "\n… incomplete response body: {why}");
    }
    Some(out)
}

/// Takes the result of an editor.
pub fn returned(state: &mut State, returned: Returned) -> Vec<Effect> {
    let Returned { subject, given, written, trouble } = returned;
    let changed = written.filter(|written| *written != given);
    match (trouble, changed) {
        (None, None) => {
            state.notify(UNCHANGED);
            Vec::new()
        }
        (None, Some(text)) => take(state, subject, &text),
        (Some(trouble), None) => {
            state.notify_error(format!("{trouble} · nothing was changed"));
            Vec::new()
        }
        (Some(trouble), Some(text)) => {
            state.overlay = Some(Overlay::Question(Question::accept_text(subject, text, &trouble)));
            Vec::new()
        }
    }
}

/// Takes a text into the editor pane, unsaved; asks what to do if it is invalid.
pub fn take(state: &mut State, subject: Subject, text: &str) -> Vec<Effect> {
    let here = |id| state.editor.as_ref().filter(|editor| editor.id() == id);
    match &subject {
        Subject::Body(id) if here(id).is_some() => {
            state.notify_success(state.settings.keys.spell("Body updated · {editor-save} saves it"));
            external_edit::take_body(state, text)
        }
        Subject::Profile(id) => {
            let Some(editor) = here(id) else { return gone(state) };
            match profile_text::read(text, id, editor.draft(), editor.is_new()) {
                Ok(draft) => {
                    let text = "Profile updated · {editor-save} saves it";
                    state.notify_success(state.settings.keys.spell(text));
                    external_edit::take_draft(state, draft)
                }
                Err(error) => {
                    let text = profile_text::with_error(text, &error);
                    state.overlay = Some(Overlay::Question(Question::edit_again(subject, text, &error)));
                    Vec::new()
                }
            }
        }
        Subject::Body(_) => gone(state),
    }
}

fn gone(state: &mut State) -> Vec<Effect> {
    state.notify_error("Not applied: the profile is no longer open");
    Vec::new()
}

/// Opens the editor on a text again.
#[must_use]
pub fn edit_again(subject: Subject, text: String) -> Vec<Effect> {
    vec![Effect::Run(Program::Editor { subject, text })]
}
