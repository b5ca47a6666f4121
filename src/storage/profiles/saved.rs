//! What came of saving a profile over one that was seen.

use crate::profile::Profile;

/// What came of saving a profile only over the one that was seen.
#[derive(Debug, Clone, PartialEq)]
pub enum Saved {
    /// It is on disk.
    Saved,
    /// Another session saved it meanwhile; nothing was written. What is stored now.
    Changed(Box<Profile>),
    /// Another session deleted it meanwhile; nothing was written.
    Gone,
}
