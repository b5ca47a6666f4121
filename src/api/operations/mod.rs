//! What operators and their monitoring ask.

mod health;

use super::{Access, Routes};

/// Adds the routes.
pub(super) fn add(routes: Routes) -> Routes {
    routes.get("/healthz", Access::Public, health::alive)
}
