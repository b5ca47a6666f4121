//! Keeps received requests over a restart: in a file that only its user can read, and that holds the last ones.

mod error;
mod file;
mod line;

pub use error::KeepError;
pub use file::{KEPT_BYTES, KEPT_REQUESTS, KeptRequests};
