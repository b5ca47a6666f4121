//! A database on a server that is copied, or that another one is copied into: see
//! [`transfer`](crate::storage::transfer).

mod contents;
mod finish;
mod others;
mod positions;
mod source;
mod source_mark;
mod target;
mod target_mark;
mod value;
mod write;

pub use source::PgSource;
pub use target::PgTarget;
