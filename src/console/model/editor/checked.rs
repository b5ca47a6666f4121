//! The check of a draft. A draft is checked once after each change. One with a long body is checked when typing
//! pauses, and outside the event loop, since the check takes longer than handling a key may.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;

use crate::console::model::editor::{Editor, starts};
use crate::profile::{Body, Draft, Field, FieldError, Identity, Rules, Template};

/// Longer bodies are checked when typing pauses.
const LONG: usize = 32 << 10;

/// How long typing must pause before a long body is checked.
const REST: Duration = Duration::from_millis(150);

/// The errors and advice for a draft.
#[derive(Debug, Default)]
pub struct Checked {
    pub(in crate::console) errors: Vec<FieldError>,
    /// Advice, which does not prevent saving.
    pub(in crate::console) advice: Vec<FieldError>,
    /// The variables in use, in order of appearance.
    pub(in crate::console) variables: Vec<String>,
    /// Where the placeholders of the body start, if some of its text only looks like a placeholder.
    pub(in crate::console) starts: Option<HashSet<(usize, usize)>>,
}

/// Whether a check is up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::console) enum Freshness {
    #[default]
    Fresh,
    /// Something has changed.
    Stale,
    /// A long body has changed; it is checked at this time unless it changes again.
    Due(Timestamp),
    /// The check of a long body is awaited.
    Awaited,
}

/// Whether the draft should be checked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::console) enum CheckDue {
    /// Nothing to check.
    No,
    /// Immediately.
    Here,
    /// Outside the event loop.
    Elsewhere,
}

impl Editor {
    /// Notes a change of something that the check depends on.
    pub(in crate::console) fn changed(&mut self) {
        self.freshness = Freshness::Stale;
    }

    /// Whether the draft should be checked now. If elsewhere, the result is awaited from now on.
    pub(in crate::console) fn check_due(&mut self, now: Timestamp) -> CheckDue {
        if self.freshness == Freshness::Stale && self.draft.body.len() > LONG {
            self.freshness = Freshness::Due(now.checked_add(REST).unwrap_or(now));
        }
        match self.freshness {
            Freshness::Stale => CheckDue::Here,
            Freshness::Due(at) if at <= now => {
                self.freshness = Freshness::Awaited;
                CheckDue::Elsewhere
            }
            Freshness::Fresh | Freshness::Due(_) | Freshness::Awaited => CheckDue::No,
        }
    }

    /// How long until a long body is checked; `None` if no check is due.
    #[must_use]
    pub fn check_due_in(&self, now: Timestamp) -> Option<Duration> {
        match self.freshness {
            Freshness::Due(at) => Some(Duration::try_from(at.duration_since(now)).unwrap_or_default()),
            Freshness::Fresh | Freshness::Stale | Freshness::Awaited => None,
        }
    }

    /// Checks the draft; `known` says which variables exist.
    pub(in crate::console) fn check(&mut self, known: &dyn Fn(&str) -> bool) {
        let checked = check(&self.draft, self.rules.clone(), self.identity().clone(), known);
        self.set_checked(checked);
    }

    /// Whether the check of a long body is awaited.
    pub(in crate::console) fn is_awaiting_check(&self) -> bool {
        self.freshness == Freshness::Awaited
    }

    pub(in crate::console) fn set_checked(&mut self, checked: Checked) {
        self.checked = checked;
        self.freshness = Freshness::Fresh;
    }

    /// The error to show beside a field.
    pub(in crate::console) fn error(&self, field: Field) -> Option<&str> {
        if !self.touched.all && !self.touched.fields.contains(&field) {
            return self.file_error(field);
        }
        let typed = self.checked.errors.iter().find(|e| e.field == field).map(|e| e.message.as_str());
        typed.or_else(|| self.file_error(field))
    }

    /// The advice for a field.
    pub(in crate::console) fn advice(&self, field: Field) -> Option<&str> {
        self.checked.advice.iter().find(|advice| advice.field == field).map(|advice| advice.message.as_str())
    }
}

/// Checks a draft; `known` says which variables exist.
pub(in crate::console) fn check(
    draft: &Draft,
    rules: Rules,
    identity: Identity,
    known: &dyn Fn(&str) -> bool,
) -> Checked {
    // A long body is parsed once.
    let (errors, body) = match draft.check(rules, identity) {
        Ok(profile) => (Vec::new(), profile.body),
        Err(errors) => (errors, draft.parsed_body()),
    };
    Checked {
        errors,
        advice: draft.advice_with(&body, known),
        variables: variables(draft, &body),
        starts: starts::of_body(draft, &body),
    }
}

/// The variables that a draft with this body uses, each once.
fn variables(draft: &Draft, body: &Body) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    let mut add = |name: &str| {
        if seen.insert(name.to_owned()) {
            names.push(name.to_owned());
        }
    };
    Template::parse(&draft.endpoint).variables().for_each(|path| add(path.name()));
    body.variables().into_iter().for_each(|path| add(path.name()));
    for header in &draft.headers {
        Template::parse(&header.value).variables().for_each(|path| add(path.name()));
    }
    names
}
