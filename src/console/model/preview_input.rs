//! The input of a preview.

use crate::callback::{Origins, Values};
use crate::profile::{Event, Profile};

/// The input of a preview.
#[derive(Debug, Clone)]
pub struct PreviewInput {
    /// The profile, saved or not.
    pub profile: Box<Profile>,
    /// The event; none with Default.
    pub event: Option<Event>,
    /// The values.
    pub values: Values,
    /// The sources of the values.
    pub origins: Origins,
}
