//! The stream of what happens: accepted deliveries, attempts and changes of profiles, as server-sent events.

mod follow;
mod handler;
mod places;
mod request;
mod text;

use super::{Access, Routes};
pub(super) use places::StreamPlaces;

/// Adds the route.
pub(super) fn add(routes: Routes) -> Routes {
    routes.stream("/v1/{sid}/callback/stream", Access::Read, handler::stream)
}
