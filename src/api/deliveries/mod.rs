//! Deliveries: listed, shown, retried, resent and cancelled, one or many.

mod bulk;
mod find;
mod list;
mod merge;
mod steer;

use super::{Access, Routes};

/// Adds the routes.
pub(super) fn add(routes: Routes) -> Routes {
    routes
        .get("/v1/{sid}/callback/deliveries", Access::Read, list::list)
        .post_once("/v1/{sid}/callback/deliveries/bulk", Access::Manage, bulk::bulk)
        .get("/v1/{sid}/callback/deliveries/{id}", Access::Read, find::one)
        .post_once("/v1/{sid}/callback/deliveries/{id}/retry", Access::Manage, steer::retry)
        .post_once("/v1/{sid}/callback/deliveries/{id}/resend", Access::Manage, steer::resend)
        .post_once("/v1/{sid}/callback/deliveries/{id}/cancel", Access::Manage, steer::cancel)
}
