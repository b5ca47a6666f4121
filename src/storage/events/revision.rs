//! A revision: one counter for each kind of thing.

/// Numbers that grow with every change, by whichever process. Only that one differs means anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Revision {
    /// Of saved profiles.
    pub profiles: i64,
    /// Of own variables.
    pub variables: i64,
    /// Of deliveries and their attempts.
    pub deliveries: i64,
    /// Changes of due deliveries and of blocks.
    pub steering: i64,
}
