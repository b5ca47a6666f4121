//! Copies a database into another one, whatever store each of them is.
//!
//! Rows are copied column by column as they are stored: ids, times, attempts, states and requests stay the same to the
//! byte. What differs between stores are numbers that only a store uses, positions and lanes, which are translated.
//!
//! At every moment at most one of the two databases sends:
//!
//! 1. The source gets a mark with the id of the copy and the name of its target. Nothing is refused yet.
//! 2. The target, which must be empty, gets the same id, and is closed to everybody else until the copy has finished.
//!    A file has another name until then.
//! 3. The source is closed: it refuses changes by any process, also by those that have it open. From then on it is one
//!    state, which is read in as many transactions as needed.
//! 4. Settings and log are copied in batches. A batch and the position that it reaches are one transaction of the
//!    target. Pending deliveries are kept apart, where no sender finds them.
//! 5. Both are read again, and compared by the number of rows and a checksum of each table.
//! 6. One transaction of the target makes the pending deliveries claimable, and opens it; a file gets its name.
//! 7. The source is marked as copied, permanently.
//!
//! A copy that has not finished can be abandoned: first the target is emptied, then the source is opened again.
//!
//! After a crash the same command resumes: the ids show that it is the same copy, and the target where it stopped.

mod abandon;
pub mod batch;
mod copied_to;
mod copy;
pub mod datum;
mod error;
mod fingerprint;
pub mod store;
pub mod table;
#[cfg(test)]
mod tests;

pub use abandon::abandon;
pub use copied_to::CopiedTo;
pub use copy::{Copied, CopyProgress, copy};
pub use error::TransferError;
pub use fingerprint::TableSum;
