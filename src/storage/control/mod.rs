//! What a person does to deliveries: cancel, retry, resend, many at once, and pause.

pub mod block;
pub mod blocked;
pub mod bulk;
