//! Where a database was copied to, for people.

/// A copy of a database into another one, which has closed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedTo {
    /// The other database, without a password.
    pub target: String,
    /// Whether all of it was copied; otherwise a command copies it, or was interrupted.
    pub is_finished: bool,
}
