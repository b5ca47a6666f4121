//! The profiles that a text names, with what may keep their events from being delivered.

use crate::profile::Profile;
use crate::storage::control::block::Blocks;
use crate::storage::health::failing_profiles::FailingProfiles;

/// The profiles that a text names. One, unless the text is unknown or ambiguous.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedProfiles {
    /// Those that can be read.
    pub profiles: Vec<Profile>,
    /// The profiles that are not well, whatever their name.
    pub failing: FailingProfiles,
    /// What is blocked.
    pub blocks: Blocks,
}
