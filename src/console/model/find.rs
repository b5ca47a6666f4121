//! Search in a text window: `/` opens it, `n` and `N` go to the next and the previous match.

use crate::console::model::input::{Input, InputResult};
use crate::keymap::{Action, Key};

/// The search in a window.
#[derive(Debug, Default)]
pub struct Find {
    input: Option<Box<Input>>,
    typing: bool,
    /// Whether the text was given at the start rather than typed here; then Esc closes the window at once.
    given: bool,
    /// The line of the current match.
    at: Option<usize>,
}

/// The result of an action.
#[derive(Debug, PartialEq, Eq)]
pub enum FindResult {
    /// Not an action of a search.
    Elsewhere,
    /// The search was opened or closed.
    Done,
    /// Scroll to this line.
    To(usize),
    /// No line contains the text.
    Nowhere(String),
}

/// The result of a key while the text is being typed.
#[derive(Debug, PartialEq, Eq)]
pub enum FindKey {
    /// Not a key for text.
    Elsewhere,
    /// The text was edited.
    Wrote,
    /// The text is complete.
    Entered,
}

impl Find {
    /// Searches for a text that was typed elsewhere.
    #[must_use]
    pub fn given(text: &str) -> Self {
        Self { input: Some(Box::new(Input::line(text))), typing: false, given: true, at: None }
    }

    /// Whether keys are written into the search.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.typing
    }

    /// Whether the search needs a line on the screen.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.input.is_some()
    }

    /// Why a search action cannot be done now; `None` if it can.
    #[must_use]
    pub fn why_not(&self, action: Action) -> Option<&'static str> {
        (action.is_match() && self.wanted().is_none())
            .then_some("nothing to search for: {reading-search} starts a search")
    }

    /// The search text, in lower case.
    #[must_use]
    pub fn wanted(&self) -> Option<String> {
        self.input.as_ref().map(|input| input.text().to_lowercase()).filter(|text| !text.is_empty())
    }

    /// A key while the text is being typed.
    pub fn key(&mut self, key: Key) -> FindKey {
        let Some(input) = self.input.as_mut().filter(|_| self.typing) else { return FindKey::Elsewhere };
        if key.is(crossterm::event::KeyCode::Enter) {
            self.typing = false;
            return FindKey::Entered;
        }
        match input.key(key) {
            InputResult::Ignored => FindKey::Elsewhere,
            InputResult::Changed | InputResult::Used => FindKey::Wrote,
        }
    }

    /// Text pasted while the text is being typed.
    pub fn paste(&mut self, text: &str) {
        if let Some(input) = self.input.as_mut().filter(|_| self.typing) {
            input.paste(text);
        }
    }

    /// Runs an action in a text of these lines; `top` is the first visible one.
    pub fn act<L: AsRef<[String]>>(
        &mut self,
        action: Action,
        top: usize,
        lines: impl FnOnce() -> L,
    ) -> FindResult {
        match action {
            Action::Search => {
                *self = Self { input: Some(Box::new(Input::line(""))), typing: true, ..Self::default() };
                FindResult::Done
            }
            Action::Leave if self.input.is_some() && !self.given => {
                *self = Self::default();
                FindResult::Done
            }
            Action::NextMatch | Action::PreviousMatch => match self.wanted() {
                Some(wanted) => self.go(&wanted, action == Action::NextMatch, top, lines().as_ref()),
                None => FindResult::Done,
            },
            _ => FindResult::Elsewhere,
        }
    }

    /// The next or the previous matching line; wraps around at the end.
    fn go(&mut self, wanted: &str, forward: bool, top: usize, lines: &[String]) -> FindResult {
        let found = lines.iter().enumerate().filter(|(_, line)| line.to_lowercase().contains(wanted));
        let found: Vec<usize> = found.map(|(at, _)| at).collect();
        let next = match (forward, self.at) {
            (true, Some(at)) => found.iter().find(|line| **line > at),
            (true, None) => found.iter().find(|line| **line >= top),
            (false, at) => found.iter().rev().find(|line| **line < at.unwrap_or(top)),
        };
        let other_end = if forward { found.first() } else { found.last() };
        match next.or(other_end) {
            Some(line) => {
                self.at = Some(*line);
                FindResult::To(*line)
            }
            None => FindResult::Nowhere(format!("{wanted}: not found")),
        }
    }

    /// The field of the search, if there is one.
    #[must_use]
    pub fn input(&self) -> Option<&Input> {
        self.input.as_deref()
    }

    /// The line of the current match.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> Find {
        let mut find = Find::default();
        assert_eq!(find.act(Action::Search, 0, Vec::new), FindResult::Done);
        find.paste(text);
        assert_eq!(find.key(Key::parse("enter").unwrap()), FindKey::Entered);
        find
    }

    fn lines() -> Vec<String> {
        ["Alpha", "beta", "ALPHA beta", "gamma"].map(str::to_owned).to_vec()
    }

    #[test]
    fn next_and_previous_match_wrap_around() {
        let mut find = find("alpha");
        let mut go = |action| find.act(action, 1, lines);
        assert_eq!(go(Action::NextMatch), FindResult::To(2), "the first in sight");
        assert_eq!(go(Action::NextMatch), FindResult::To(0));
        assert_eq!(go(Action::PreviousMatch), FindResult::To(2));
        assert_eq!(go(Action::PreviousMatch), FindResult::To(0));
        assert_eq!(go(Action::Down), FindResult::Elsewhere);
        assert_eq!(go(Action::Leave), FindResult::Done);
        assert_eq!(go(Action::Leave), FindResult::Elsewhere);
    }

    #[test]
    fn a_text_without_a_match_is_reported() {
        let went = find("delta").act(Action::NextMatch, 0, lines);
        assert_eq!(went, FindResult::Nowhere("delta: not found".to_owned()));
    }
}
