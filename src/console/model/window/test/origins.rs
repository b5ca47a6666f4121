//! Where the values of a test came from, for its preview.

use crate::callback::{ValueOrigin, origins_of};
use crate::console::model::preview_input::PreviewInput;
use crate::console::model::window::test::TestWindow;
use crate::console::model::window::test::source::Source;
use crate::profile::catalogue;

impl TestWindow {
    /// The input of a preview of this test.
    ///
    /// # Errors
    /// As [`TestWindow::typed`] and [`TestWindow::tested`].
    pub fn wanted(&self) -> Result<PreviewInput, String> {
        let profile = Box::new(self.tested()?.clone());
        let (event, values) = self.typed()?;
        let offered = catalogue::offered(event, &self.own);
        let mut origins = origins_of(&offered);
        if let Some(source) = self.sources.get(self.source) {
            let origin = origin(source);
            for (name, value) in source.values() {
                // A value equal to the sample counts as the catalogue's.
                if !offered.iter().any(|variable| variable.name == *name && variable.sample == *value) {
                    origins.insert(name.clone(), origin);
                }
            }
        }
        for row in &self.rows {
            if values.members().get(&row.name) != self.values.members().get(&row.name) {
                origins.insert(row.name.clone(), ValueOrigin::Hand);
            }
        }
        Ok(PreviewInput { profile, event, values, origins })
    }
}

fn origin(source: &Source) -> ValueOrigin {
    match source {
        Source::Sample(_) => ValueOrigin::Catalogue,
        Source::Own(_) => ValueOrigin::Own,
        Source::Last(_) => ValueOrigin::LastTest,
        Source::Delivery(..) => ValueOrigin::Delivery,
        Source::File(..) => ValueOrigin::File,
    }
}
