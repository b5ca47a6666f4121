//! How much is read.

/// The largest input, in bytes (our decision): more than 10 000 profiles of one to three kilobytes.
pub(super) const MAX_BYTES: u64 = 32 << 20;

/// The largest profile among many, in bytes (our decision): a parsed document takes up to thirty times the memory of
/// its text.
pub(super) const LONGEST_PROFILE: usize = 4 << 20;

/// The maximum number of profiles in a document (our decision): empty ones take more memory than their text.
pub(in crate::cli::profiles) const MAX_PROFILES: usize = 100_000;
