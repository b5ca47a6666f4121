//! A question with yes and no, and sometimes a third way.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::console::action::{Action, Entry, Scope, TABLE};
use crate::console::deliveries::many::{self, Many};
use crate::console::editor;
use crate::console::frame;
use crate::console::message::Effect;
use crate::console::opening;
use crate::console::profiles;
use crate::console::programs::{self, Subject};
use crate::console::state::State;
use crate::profile::{Profile, ProfileId};

use super::Overlay;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Delete a profile?
    Delete(ProfileId),
    /// Remove a variable, of this event and name?
    RemoveVariable(String, String),
    /// Close an editor with something unsaved: save it, discard it, or stay?
    Leave,
    /// The same, and then open another profile.
    LeaveFor(ProfileId),
    /// Quit with something unsaved?
    Quit,
    /// Save over what another session saved, or deleted, meanwhile? Mine, and what is stored now.
    Conflict(Box<Profile>, Option<Box<Profile>>),
    /// Do this to many deliveries?
    Many(Box<Many>),
    /// Open the editor on its text once more, since it is no profile?
    EditAgain(Written),
    /// Take what an editor wrote that did not end well?
    TakeIt(Written),
}

/// What came back from an editor. The text may hold secrets, so it is not told.
#[derive(Clone, PartialEq, Eq)]
pub struct Written(Subject, String);

impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Written").field(&self.0).finish_non_exhaustive()
    }
}

/// A question on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    asked: Asked,
    text: String,
}

impl Question {
    /// Before a profile is deleted of which so many deliveries are pending; `undo` is the key that
    /// restores it.
    #[must_use]
    pub fn delete(id: ProfileId, title: &str, pending: u64, undo: &str) -> Self {
        let held = match pending {
            0 => String::new(),
            n => format!("{} will be held until it is restored.\n\n", profiles::count(n)),
        };
        let text = format!("Delete {title}?\n\n{held}Its log stays. {undo} restores it within 7 days.");
        Self { asked: Asked::Delete(id), text }
    }

    /// Before a variable of a person's own is removed from an event.
    #[must_use]
    pub fn remove_variable(scope: &str, name: &str) -> Self {
        let text = format!("Remove {name} from {scope}?\n\nProfiles that use <{name}> stay as they are.");
        Self { asked: Asked::RemoveVariable(scope.to_owned(), name.to_owned()), text }
    }

    /// Before an editor with something unsaved is closed.
    #[must_use]
    pub fn leave() -> Self {
        Self { asked: Asked::Leave, text: "Save what was typed?".to_owned() }
    }

    /// Before another profile is opened.
    #[must_use]
    pub fn leave_for(id: ProfileId) -> Self {
        Self { asked: Asked::LeaveFor(id), text: "Save what was typed, before the other opens?".to_owned() }
    }

    /// Before the end.
    #[must_use]
    pub fn quit() -> Self {
        let text = "Quit? What was typed is not saved as a profile.\n\nIt is kept as a draft, and comes back at the next start.";
        Self { asked: Asked::Quit, text: text.to_owned() }
    }

    /// Before one save takes the place of another session's.
    #[must_use]
    pub fn conflict(mine: Box<Profile>, theirs: Option<Box<Profile>>) -> Self {
        let title = &mine.title;
        let text = match &theirs {
            Some(_) => format!("Another session changed {title} since it was opened here.\n\nSave over it?"),
            None => format!("Another session deleted {title}.\n\nSave it all the same?"),
        };
        Self { text, asked: Asked::Conflict(mine, theirs) }
    }

    /// Before something is done to many deliveries; at first they are still to be counted.
    #[must_use]
    pub fn many(many: Box<Many>) -> Self {
        Self { text: many.question(), asked: Asked::Many(many) }
    }

    /// After an editor left a text that is no profile.
    #[must_use]
    pub fn edit_again(subject: Subject, text: String, error: &str) -> Self {
        let told = format!("Not taken: {error}\n\nOpen it once more, as it was written?");
        Self { asked: Asked::EditAgain(Written(subject, text)), text: told }
    }

    /// After an editor failed that had changed its text.
    #[must_use]
    pub fn take_it(subject: Subject, text: String, trouble: &str) -> Self {
        let told = format!("{trouble}. It had written something by then.\n\nTake that?");
        Self { asked: Asked::TakeIt(Written(subject, text)), text: told }
    }

    /// What is asked about many deliveries, if that is what is asked.
    #[must_use]
    pub fn about_many(&self) -> Option<&Many> {
        match &self.asked {
            Asked::Many(many) => Some(many),
            _ => None,
        }
    }

    /// Why an action is no answer to this question; `None` where it is among those that are shown.
    pub(super) fn why_not(&self, action: Action) -> Option<&'static str> {
        let shown = |entry: &Entry| self.answers().iter().any(|(name, _)| *name == entry.name());
        let mut answers = TABLE.iter().filter(|entry| entry.scope == Scope::Question);
        let is_answer = |entry: &&Entry| entry.action == action;
        match answers.find(is_answer) {
            Some(entry) if !shown(entry) && self.is_counting() => Some("they are still being counted"),
            Some(entry) if !shown(entry) => Some("it is no answer to this question"),
            _ => None,
        }
    }

    pub(super) fn is_counting(&self) -> bool {
        self.about_many().is_some_and(|many| many.count.is_none())
    }

    /// The names of the actions, and what each would do.
    fn answers(&self) -> &'static [(&'static str, &'static str)] {
        const YES: &str = "question-accept";
        const THIRD: &str = "question-discard";
        const NO: &str = "question-refuse";
        match self.asked {
            Asked::RemoveVariable(..) => &[(YES, "Remove"), (NO, "Keep")],
            Asked::Delete(_) => &[(YES, "Delete"), (NO, "Keep")],
            Asked::Many(_) if self.is_counting() => &[(NO, "Leave them")],
            Asked::Many(_) => &[(YES, "Do it"), (NO, "Leave them")],
            Asked::Leave | Asked::LeaveFor(_) | Asked::Conflict(_, None) => {
                &[(YES, "Save"), (THIRD, "Discard"), (NO, "Go on typing")]
            }
            Asked::Conflict(_, Some(_)) => {
                &[(YES, "Save mine"), (THIRD, "Take theirs"), (NO, "Go on typing")]
            }
            Asked::EditAgain(_) => &[(YES, "Edit again"), (NO, "Leave it as it was")],
            Asked::TakeIt(_) => &[(YES, "Take it"), (NO, "Leave it as it was")],
            Asked::Quit => &[(YES, "Quit"), (THIRD, "Quit and discard"), (NO, "Stay")],
        }
    }
}

pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::Question(question)) = &state.overlay else { return Vec::new() };
    let asked = question.asked.clone();
    state.overlay = None;
    match (action, asked) {
        (Action::Accept, Asked::Delete(id)) => vec![Effect::DeleteProfile(id)],
        (Action::Accept, Asked::RemoveVariable(scope, name)) => vec![Effect::RemoveVariable(scope, name)],
        (Action::Accept, asked @ (Asked::Leave | Asked::LeaveFor(_))) => {
            let effects = editor::save(state);
            state.leave_after_save = !effects.is_empty();
            state.open_after_save = match asked {
                Asked::LeaveFor(id) if state.leave_after_save => Some(id),
                _ => None,
            };
            effects
        }
        (Action::Discard, Asked::Leave) => editor::close(state),
        (Action::Discard, Asked::LeaveFor(id)) => {
            let mut effects = editor::close(state);
            effects.push(Effect::LoadProfile(id, crate::console::message::Purpose::Edit));
            effects
        }
        (Action::Accept, Asked::Conflict(mine, _)) => vec![Effect::OverwriteProfile(mine)],
        (Action::Discard, Asked::Conflict(_, theirs)) => {
            let effects = editor::close(state);
            if let Some(theirs) = theirs {
                opening::open_stored(state, &theirs);
            }
            effects
        }
        (Action::Accept, Asked::Many(many)) => many::begin(state, many),
        (Action::Accept, Asked::EditAgain(Written(subject, text))) => programs::edit_again(subject, text),
        (Action::Accept, Asked::TakeIt(Written(subject, text))) => programs::take(state, subject, &text),
        (Action::Accept, Asked::Quit) => vec![Effect::Quit],
        (Action::Discard, Asked::Quit) => {
            let mut effects = editor::close(state);
            effects.push(Effect::Quit);
            effects
        }
        _ => Vec::new(),
    }
}

pub(super) fn draw(state: &State, question: &Question, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let width = 56u16.min(out.area().width);
    let lines = frame::wrap(&question.text, usize::from(width).saturating_sub(4));
    let length = lines.len();
    let height = u16::try_from(length).unwrap_or(u16::MAX).saturating_add(4);
    let inner = frame::window(state, "Question", width, height, out);
    // However long the question is, its answers are in sight.
    let count = length.min(usize::from(inner.height).saturating_sub(2));
    for (at, line) in lines.into_iter().enumerate().take(count) {
        out.render_widget(Line::raw(line), frame::row(inner, at));
    }
    frame::mark_more(state, inner, &(0..count), length, out);
    let mut spans = Vec::new();
    for (name, label) in question.answers() {
        spans.push(Span::styled(state.settings.keys.shown(name), theme.key));
        spans.push(Span::raw(format!(" {label}   ")));
    }
    let answers = frame::row(inner, count + 1);
    out.render_widget(Line::from(spans), answers);
    out.set_cursor_position((answers.x, answers.y));
}
