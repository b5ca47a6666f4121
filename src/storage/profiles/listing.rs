//! Listings that may have unreadable rows.

/// The listing of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// Profiles that are not deleted.
    Profiles,
    /// Deleted profiles that can be restored.
    DeletedProfiles,
    /// Own variables.
    OwnVariables,
    /// Own named samples.
    OwnSamples,
}
