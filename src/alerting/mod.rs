//! Alerts on their way to a person: given to a command, and to a callback profile.
//!
//! The process that sends gives them. What it took and did not give, since it ended, is given by the next one, with the
//! same ids: at least once.

mod document;
mod handed_over;
mod sample;
mod targets;
mod task;

pub use document::alert_turn;
pub use handed_over::HandOverError;
pub use sample::sample;
pub use targets::{AlertTargets, Given};
pub use task::{AlertTask, give_pending};
