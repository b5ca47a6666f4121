//! Updates of the editor.

pub mod act;
pub mod checking;
pub mod complete;
pub mod curl;
pub mod external_edit;
pub mod files;
pub mod mouse;
pub mod saving;
pub mod steps;
