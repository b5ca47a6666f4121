//! What handlers read from a request, with errors in the envelope.

mod json_body;
mod new_ids;
mod one_path;
mod query;

pub(super) use json_body::{JsonBody, LONGEST_BODY};
pub(super) use new_ids::NewIds;
pub(super) use one_path::OnePath;
pub(super) use query::{QueryPairs, page_size};
