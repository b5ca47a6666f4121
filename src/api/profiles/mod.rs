//! Profiles, in the shapes of the platform's own API (public page), and what is done to them.

mod change;
mod find;
mod list;
mod platform;
mod state_changes;
mod test;

use super::{Access, Routes};

/// The path of the collection.
const ALL: &str = "/v1/{sid}/callback/profiles";
/// The path of one.
const ONE: &str = "/v1/{sid}/callback/profiles/{id}";

/// Adds the routes.
pub(super) fn add(routes: Routes) -> Routes {
    routes
        .get(ALL, Access::Read, list::list)
        .post_once(ALL, Access::Manage, change::create)
        .get(ONE, Access::Read, find::one)
        .patch(ONE, Access::Manage, change::update)
        .delete(ONE, Access::Manage, change::delete)
        .post_once("/v1/{sid}/callback/profiles/{id}/test", Access::Manage, test::test)
        .post_once("/v1/{sid}/callback/profiles/{id}/enable", Access::Manage, state_changes::enable)
        .post_once("/v1/{sid}/callback/profiles/{id}/disable", Access::Manage, state_changes::disable)
        .post_once("/v1/{sid}/callback/profiles/{id}/pause", Access::Manage, state_changes::pause)
        .post_once("/v1/{sid}/callback/profiles/{id}/resume", Access::Manage, state_changes::resume)
        .post_once("/v1/{sid}/callback/profiles/{id}/restore", Access::Manage, state_changes::restore)
}
