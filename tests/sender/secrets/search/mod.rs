//! Marked secrets, the profiles that have them, and where they are searched for.

pub mod database;
pub mod endpoints;
pub mod files;
pub mod frames;
pub mod marks;
pub mod profiles;
