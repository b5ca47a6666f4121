//! What is listed, and may have rows without meaning.

/// What a command lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// Profiles that are not deleted.
    Profiles,
    /// Deleted profiles that can be restored.
    DeletedProfiles,
    /// Own variables.
    OwnVariables,
}
