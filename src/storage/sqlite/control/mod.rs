//! What a person does to deliveries: cancel, retry, resend, many at once, and pause.

pub mod blocked;
pub mod bulk;
pub mod pause;
pub mod resend;
pub mod retry_cancel;
