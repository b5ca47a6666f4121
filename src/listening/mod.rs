//! What every server of this program has in common: its listening socket, and connections whose peers must read.

mod accept;
mod patient_stream;
mod socket;

pub use accept::accepted;
pub use patient_stream::PatientStream;
pub use socket::{ListenError, listen};
