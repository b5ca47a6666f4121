//! A delivery in full: request and responses with headers and bodies, durations, errors.

use crate::console::model::window::text_view::TextView;
use crate::record::{DeliveryId, Details};

/// The window.
#[derive(Debug)]
pub struct DetailsWindow {
    id: DeliveryId,
    /// Kept here, so that the window stays on its delivery when the list changes.
    pub(in crate::console) details: Option<Box<Details>>,
    pub(in crate::console) reading: TextView,
    /// Whether to scroll to the first match once the details are loaded.
    pub(in crate::console) scroll_pending: bool,
}

impl DetailsWindow {
    /// Details of this delivery, as far as they are loaded; with the text by which it was found.
    #[must_use]
    pub fn new(id: DeliveryId, known: Option<Box<Details>>, sought: Option<String>) -> Self {
        let scroll_pending = sought.is_some();
        let reading = sought.map_or_else(TextView::default, |text| TextView::seeking(&text));
        Self { id, details: known, reading, scroll_pending }
    }

    /// The delivery.
    #[must_use]
    pub fn id(&self) -> DeliveryId {
        self.id
    }

    /// Its details.
    #[must_use]
    pub fn details(&self) -> Option<&Details> {
        self.details.as_deref()
    }

    /// Takes new details, if they are of this delivery.
    pub fn take(&mut self, details: &Details) {
        if details.summary.id == self.id {
            self.details = Some(Box::new(details.clone()));
        }
    }
}
