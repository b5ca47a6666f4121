//! A receiver for a profile, as a program in one of several languages.

use crate::console::model::window::text_view::TextView;
use crate::profile::{Choice as _, Profile};
use crate::snippet::{DEFAULT_LISTEN, Language, receiver};
use crate::text::wrap;

/// The window.
#[derive(Debug)]
pub struct SnippetWindow {
    profile: Box<Profile>,
    pub(in crate::console) language: Language,
    /// The program, which listens on the usual address.
    pub(in crate::console) code: String,
    pub(in crate::console) reading: TextView,
}

impl SnippetWindow {
    /// A receiver for this profile, in the first language.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        let language = Language::ALL[0];
        let code = receiver(&profile, language, DEFAULT_LISTEN);
        Self { profile: Box::new(profile), language, code, reading: TextView::default() }
    }

    /// Goes to the next language, or to the one before.
    pub fn turn(&mut self, forward: bool) {
        let count = Language::ALL.len();
        let step = if forward { 1 } else { count - 1 };
        self.language = Language::ALL[(self.place() + step) % count];
        self.code = receiver(&self.profile, self.language, DEFAULT_LISTEN);
        self.reading = TextView::default();
    }

    /// Among the languages, from 0.
    fn place(&self) -> usize {
        Language::ALL.iter().position(|language| *language == self.language).unwrap_or(0)
    }

    pub(in crate::console) fn title(&self) -> String {
        let (place, count) = (self.place() + 1, Language::ALL.len());
        format!("{} · {} {place} of {count}", self.profile.title, self.language.label())
    }

    /// The lines, wrapped to this width.
    pub(in crate::console) fn lines(&self, width: usize) -> Vec<String> {
        self.code.lines().flat_map(|line| wrap(line, width)).collect()
    }
}
