//! Which process sends: a lock on a file beside the database, and an epoch in it.

pub mod epoch;
pub mod handover;
pub mod lease;
pub mod lock_file;
pub mod process_identity;
pub mod stall;
