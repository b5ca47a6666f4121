//! Own samples in the test window: saved from the values on the screen, and removed.

use serde_json::{Map, Value};

use crate::console::model::window::test::TestWindow;
use crate::console::model::window::test::source::{self, Source};
use crate::profile::Event;
use crate::profile::catalogue::Sample;

/// An own sample to save or to remove.
#[derive(Debug, Clone, PartialEq)]
pub enum SampleChange {
    /// Adds it, or changes the values of the one with this name.
    Save(Sample),
    /// Removes the one with this name.
    Remove(String),
}

/// A change of the own samples of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleChanged {
    /// The event.
    pub event: Option<Event>,
    /// All own samples, each with its scope.
    pub samples: Vec<(String, Sample)>,
    /// The name of the saved one; none if one was removed.
    pub saved: Option<String>,
}

impl TestWindow {
    /// The own sample that is selected.
    pub(in crate::console) fn own_sample(&self) -> Option<&Sample> {
        match self.sources.get(self.source) {
            Some(Source::Own(sample)) => Some(sample),
            _ => None,
        }
    }

    /// The values on the screen as a sample with this name: those of the variables that the profile uses. A sample of that
    /// name keeps its values of others.
    ///
    /// # Errors
    /// As [`TestWindow::typed`].
    pub(in crate::console) fn as_sample(&self, name: &str) -> Result<Sample, String> {
        let (_, typed) = self.typed()?;
        let before = self.sources.iter().find_map(|source| match source {
            Source::Own(sample) if sample.name.eq_ignore_ascii_case(name) => Some(&sample.values),
            _ => None,
        });
        let mut values: Map<String, Value> = before.cloned().unwrap_or_default();
        for row in &self.rows {
            match typed.members().get(&row.name) {
                Some(value) => drop(values.insert(row.name.clone(), value.clone())),
                // It has no value on the screen.
                None => drop(values.shift_remove(&row.name)),
            }
        }
        Ok(Sample { name: name.to_owned(), values })
    }

    /// Offers the own samples as they are now. The saved one is selected; if one was removed, what is on the screen stays,
    /// as values of the sample before it.
    pub(in crate::console) fn take_samples(&mut self, changed: &SampleChanged) {
        self.remembered.samples.clone_from(&changed.samples);
        let selected = self.sources.get(self.source).map(Source::name);
        let remembered = &self.remembered;
        let renew = |sources: &mut Vec<Source>, event: Option<Event>| {
            let at = sources.iter().position(|source| !matches!(source, Source::Sample(_)));
            let at = at.unwrap_or(sources.len());
            sources.retain(|source| !matches!(source, Source::Own(_)));
            sources.splice(at..at, source::own(event, remembered));
        };
        renew(&mut self.sources, self.event);
        for (event, sheet) in &mut self.others {
            let name = sheet.sources.get(sheet.source).map(Source::name);
            renew(&mut sheet.sources, *event);
            let place = sheet.sources.iter().position(|source| Some(source.name()) == name);
            sheet.source = place.unwrap_or_default();
        }
        let wanted = if self.event == changed.event { changed.saved.clone().or(selected) } else { selected };
        let place = self.sources.iter().position(|source| Some(source.name()) == wanted);
        self.source = place.unwrap_or_default();
        if self.event == changed.event && changed.saved.is_some() {
            self.naming = None;
        }
        (self.error, self.removing) = (None, None);
    }
}
