//! The result of a conditional save.

use crate::profile::Profile;

/// The result of saving a profile only over the version that was seen.
#[derive(Debug, Clone, PartialEq)]
pub enum Saved {
    /// It was saved.
    Saved,
    /// Another session saved it meanwhile; nothing was written. The stored profile.
    Changed(Box<Profile>),
    /// Another session deleted it meanwhile; nothing was written.
    Gone,
}
