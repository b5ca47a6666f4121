//! Updates of the editor.

pub mod act;
pub mod checking;
pub mod complete;
pub mod files;
pub mod keeping;
pub mod pointed;
pub mod steps;
pub mod written;
