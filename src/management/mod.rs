//! What people and programs do to profiles and deliveries, the same from a command and over the HTTP API: profiles are
//! checked against what is stored, changed, and switched; deliveries are retried, resent and cancelled, one or many.

mod bulk;
mod endpoint_check;
mod profile_check;
mod profile_patch;
mod replay;
mod saved_at;
mod steer;
mod switch;

pub use bulk::{begin_bulk, change_all};
pub use endpoint_check::{CheckResult, CheckedSample, EndpointCheck, SampleToCheck, samples_to_check};
pub use profile_check::{CheckedProfile, DocumentFault, DocumentSource, ProfileCheck};
pub use profile_patch::patched;
pub use replay::{LONGEST_RESPONSE, ReplayError, Replayed, left_out, replayed, send_replayed};
pub use saved_at::{saved_after, saved_at};
pub use steer::{ResendAs, SteerError, Steered, cancel, resend, retry};
pub use switch::{SwitchedStatus, switch};
