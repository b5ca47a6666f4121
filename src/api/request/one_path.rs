//! The path of one profile or delivery.

use axum::extract::Path;

/// An account id, and the id of a profile or delivery as written.
pub type OnePath = Path<(String, String)>;
