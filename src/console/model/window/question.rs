//! A question with yes and no, and sometimes a third option.

use std::time::Duration;

use jiff::Timestamp;

use crate::console::model::deliveries::bulk::BulkRequest;
use crate::console::model::profiles;
use crate::console::model::program::Subject;
use crate::keymap::{Action, Scope, TABLE};
use crate::profile::{Profile, ProfileId};
use crate::record::DeliveryId;

/// How long a question must have been on the screen before an answer that destroys something counts. A key pressed
/// before the question could be read was meant for something else: the rest of a pasted text that the network split,
/// a key pressed twice.
pub const READ: Duration = Duration::from_millis(250);

/// No frame takes longer than this to draw.
const LONGEST_DRAWING: Duration = Duration::from_secs(10);

/// The question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionKind {
    /// Delete the profile of this title?
    Delete(ProfileId, String),
    /// Remove the variable of this event and name?
    RemoveVariable(String, String),
    /// Close an editor with unsaved changes: save, discard, or stay?
    Leave,
    /// The same, and then open another profile.
    LeaveFor(ProfileId),
    /// Quit with unsaved changes?
    Quit,
    /// Overwrite what another session has saved or deleted meanwhile? This session's profile, and the stored one.
    Conflict(Box<Profile>, Option<Box<Profile>>),
    /// Resend what was delivered?
    Resend(DeliveryId),
    /// Run this bulk change?
    Bulk(Box<BulkRequest>),
    /// Edit the text once more, since it is not a valid profile?
    EditAgain(EditedText),
    /// Accept the text of an editor that failed?
    AcceptText(EditedText),
}

/// The result of an editor. The text may contain secrets, so debug output omits it.
#[derive(Clone, PartialEq, Eq)]
pub struct EditedText(pub(in crate::console) Subject, pub(in crate::console) String);

impl std::fmt::Debug for EditedText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("EditedText").field(&self.0).finish_non_exhaustive()
    }
}

/// A question on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub(in crate::console) kind: QuestionKind,
    pub(in crate::console) text: String,
    /// When it was first on the screen.
    drawn_at: Option<Timestamp>,
}

impl Question {
    fn new(kind: QuestionKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), drawn_at: None }
    }

    /// Before a profile with this many pending deliveries is deleted; `undo` is the key that restores it.
    #[must_use]
    pub fn delete(id: ProfileId, title: &str, pending: u64, undo: &str) -> Self {
        let held = match pending {
            0 => String::new(),
            n => format!("{} will be blocked until it is restored.\n\n", profiles::count(n)),
        };
        let text = format!(
            "Delete {title}?\n\n{held}Its deliveries stay in the log. {undo} restores it within 7 days."
        );
        Self::new(QuestionKind::Delete(id, title.to_owned()), text)
    }

    /// Before an own variable is removed from an event.
    #[must_use]
    pub fn remove_variable(scope: &str, name: &str) -> Self {
        let text = format!("Remove {name} from {scope}?\n\nProfiles that use <{name}> are not changed.");
        Self::new(QuestionKind::RemoveVariable(scope.to_owned(), name.to_owned()), text)
    }

    /// Before an editor with unsaved changes is closed.
    #[must_use]
    pub fn leave() -> Self {
        Self::new(QuestionKind::Leave, "Save changes?")
    }

    /// Before another profile is opened.
    #[must_use]
    pub fn leave_for(id: ProfileId) -> Self {
        Self::new(QuestionKind::LeaveFor(id), "Save changes before opening the other profile?")
    }

    /// Before quitting.
    #[must_use]
    pub fn quit() -> Self {
        let text = "Quit?\n\nUnsaved changes are kept as a draft and restored at the next start.";
        Self::new(QuestionKind::Quit, text)
    }

    /// Before overwriting what another session saved.
    #[must_use]
    pub fn conflict(mine: Box<Profile>, theirs: Option<Box<Profile>>) -> Self {
        let title = &mine.title;
        let text = match &theirs {
            Some(_) => format!("Another session changed {title} since it was opened here.\n\nSave over it?"),
            None => format!("Another session deleted {title}.\n\nSave it anyway?"),
        };
        Self::new(QuestionKind::Conflict(mine, theirs), text)
    }

    /// Before a delivery of the profile of this title is resent that was delivered.
    #[must_use]
    pub fn resend(id: DeliveryId, title: &str) -> Self {
        let text =
            format!("Already delivered. Resend to {title}?\n\nThe endpoint gets the same request once more.");
        Self::new(QuestionKind::Resend(id), text)
    }

    /// Before a bulk change; the deliveries are still to be counted.
    #[must_use]
    pub fn bulk(many: Box<BulkRequest>) -> Self {
        let text = many.question();
        Self::new(QuestionKind::Bulk(many), text)
    }

    /// After an editor wrote a text that is not a valid profile.
    #[must_use]
    pub fn edit_again(subject: Subject, text: String, error: &str) -> Self {
        let prompt = format!("Not applied: {error}\n\nReopen it to fix this?");
        Self::new(QuestionKind::EditAgain(EditedText(subject, text)), prompt)
    }

    /// After an editor failed that had changed its text.
    #[must_use]
    pub fn accept_text(subject: Subject, text: String, trouble: &str) -> Self {
        let prompt = format!("{trouble}. It had saved something before that.\n\nApply it?");
        Self::new(QuestionKind::AcceptText(EditedText(subject, text)), prompt)
    }

    /// The bulk change in question, if it is one.
    #[must_use]
    pub fn about_bulk(&self) -> Option<&BulkRequest> {
        match &self.kind {
            QuestionKind::Bulk(many) => Some(many),
            _ => None,
        }
    }

    /// Why an action does not answer this question; `None` if it does.
    pub(in crate::console) fn why_not(&self, action: Action) -> Option<&'static str> {
        let is_answer = TABLE.iter().any(|entry| entry.scope == Scope::Question && entry.action == action);
        let is_shown = self.answers().iter().any(|(shown, _)| *shown == action);
        match (is_shown || !is_answer, self.is_counting()) {
            (true, _) => None,
            (false, true) => Some("they are still being counted"),
            (false, false) => Some("it does not answer this question"),
        }
    }

    pub(in crate::console) fn is_counting(&self) -> bool {
        self.about_bulk().is_some_and(|many| many.count.is_none())
    }

    /// Notes that it is on the screen.
    pub fn drawn(&mut self, now: Timestamp) {
        self.drawn_at.get_or_insert(now);
    }

    /// How long until an answer that destroys something counts; `None` if it counts now, or if the question was not
    /// drawn yet. The time may be before it was drawn.
    #[must_use]
    pub fn is_new_for(&self, now: Timestamp) -> Option<Duration> {
        let read_at = self.drawn_at?.checked_add(READ).ok()?;
        let rest = Duration::try_from(read_at.duration_since(now)).ok()?;
        // Drawing cannot take that long: the clock was set back.
        (!rest.is_zero() && rest <= READ + LONGEST_DRAWING).then_some(rest)
    }

    /// Whether an action destroys something, and the question is too new for it to be intended.
    #[must_use]
    pub fn is_too_new(&self, action: Action, now: Timestamp) -> bool {
        self.destroys(action) && (self.drawn_at.is_none() || self.is_new_for(now).is_some())
    }

    /// Whether an answer destroys, sends or overwrites something that no key restores.
    fn destroys(&self, action: Action) -> bool {
        match &self.kind {
            QuestionKind::EditAgain(_) | QuestionKind::AcceptText(_) => action == Action::Refuse,
            QuestionKind::Leave
            | QuestionKind::LeaveFor(_)
            | QuestionKind::Quit
            | QuestionKind::Conflict(_, None) => action == Action::Discard,
            QuestionKind::Conflict(_, Some(_)) => matches!(action, Action::Accept | Action::Discard),
            QuestionKind::Delete(..)
            | QuestionKind::RemoveVariable(..)
            | QuestionKind::Resend(_)
            | QuestionKind::Bulk(_) => action == Action::Accept,
        }
    }

    /// The actions that answer it, and the effect of each.
    pub(in crate::console) fn answers(&self) -> &'static [(Action, &'static str)] {
        const YES: Action = Action::Accept;
        const THIRD: Action = Action::Discard;
        const NO: Action = Action::Refuse;
        match self.kind {
            QuestionKind::RemoveVariable(..) => &[(YES, "Remove"), (NO, "Keep")],
            QuestionKind::Delete(..) => &[(YES, "Delete"), (NO, "Keep")],
            QuestionKind::Resend(_) => &[(YES, "Resend"), (NO, "No")],
            QuestionKind::Bulk(_) if self.is_counting() => &[(NO, "Cancel")],
            QuestionKind::Bulk(_) => &[(YES, "Yes"), (NO, "No")],
            QuestionKind::Leave | QuestionKind::LeaveFor(_) | QuestionKind::Conflict(_, None) => {
                &[(YES, "Save"), (THIRD, "Discard"), (NO, "Keep editing")]
            }
            QuestionKind::Conflict(_, Some(_)) => {
                &[(YES, "Save mine"), (THIRD, "Use theirs"), (NO, "Keep editing")]
            }
            QuestionKind::EditAgain(_) => &[(YES, "Reopen"), (NO, "Discard edits")],
            QuestionKind::AcceptText(_) => &[(YES, "Apply"), (NO, "Discard edits")],
            QuestionKind::Quit => &[(YES, "Quit"), (THIRD, "Quit and discard"), (NO, "Stay")],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_new_until_it_was_visible_for_a_while_whatever_caused_the_frame() {
        let at = |ms: i64| Timestamp::from_millisecond(1_000_000_000 + ms).unwrap();
        let mut question = Question::leave();
        assert_eq!(question.is_new_for(at(0)), None, "nothing is on the screen yet");
        assert!(question.is_too_new(Action::Discard, at(0)));
        question.drawn(at(40));
        question.drawn(at(90));
        assert_eq!(
            question.is_new_for(at(0)),
            Some(Duration::from_millis(290)),
            "a frame drawn for 0 is dim"
        );
        assert_eq!(question.is_new_for(at(289)), Some(Duration::from_millis(1)));
        assert!(
            question.is_too_new(Action::Discard, at(289)) && !question.is_too_new(Action::Refuse, at(289))
        );
        assert_eq!(question.is_new_for(at(290)), None);
        assert!(!question.is_too_new(Action::Discard, at(290)));
        assert_eq!(question.is_new_for(at(-3_600_000)), None, "the clock was set back");
    }
}
