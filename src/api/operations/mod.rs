//! What operators and their monitoring ask.

mod health;
mod metrics;
mod readiness;

use super::{Access, Routes};

pub(super) use metrics::Metrics;
pub(super) use readiness::Readiness;

/// Adds the routes.
pub(super) fn add(routes: Routes) -> Routes {
    routes.get("/healthz", Access::Public, health::alive).get("/readyz", Access::Public, health::ready).get(
        "/metrics",
        Access::Read,
        metrics::metrics,
    )
}
