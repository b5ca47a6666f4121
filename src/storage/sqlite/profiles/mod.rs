//! Profiles, deleted ones, unsaved drafts, own variables and samples, and test values.

pub mod deleted;
pub mod drafts;
pub mod list;
pub mod purge;
pub mod samples;
pub mod save;
pub mod test_values;
pub mod variables;
