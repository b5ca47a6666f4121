//! That something has changed, by whichever process.

pub mod revision;
