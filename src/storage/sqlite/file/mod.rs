//! The database file: permissions, opening, identification.

pub mod file_locks;
pub mod hard_links;
pub mod identity;
pub mod inspect;
pub mod moved;
pub mod name_length;
pub mod named_profiles;
pub mod open;
pub mod read_only;
pub mod regular;
pub mod rename_new;
pub mod schema;
pub mod writable;
