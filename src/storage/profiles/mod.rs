//! Profiles, deleted ones, unsaved drafts, own variables and test values.

pub mod deleted_profile;
pub mod listing;
pub mod profile_row;
pub mod saved;
pub mod unsaved_draft;
