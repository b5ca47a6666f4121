//! A file that is copied into another store, or that another one is copied into: see
//! [`transfer`](crate::storage::transfer).

mod contents;
mod part;
pub mod refusal;
mod seal;
mod source;
mod source_mark;
mod target;
mod target_mark;
mod write;

pub use source::FileSource;
pub use target::FileTarget;
