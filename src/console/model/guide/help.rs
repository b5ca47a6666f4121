//! The help.

use crate::console::model::guide::lookup::Lookup;

/// The help.
#[derive(Debug)]
pub struct Help {
    pub(in crate::console) lookup: Lookup,
}

impl Default for Help {
    fn default() -> Self {
        Self { lookup: Lookup::new(false) }
    }
}
