//! The feed in the file. The one writer gives positions in the order of the commits.

pub mod position;
pub mod prune;
pub mod read;
pub mod rows;
