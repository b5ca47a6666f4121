//! Control of deliveries: cancel, retry, resend, bulk changes, and pause.

pub mod blocked;
pub mod bulk;
pub mod longest_due;
pub mod pause;
pub mod resend;
pub mod retry_cancel;
