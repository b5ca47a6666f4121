//! `POST /v1/{sid}/callback/events`: events are accepted, and stored before the response.
//!
//! | file | what it does |
//! |---|---|
//! | `direct` | takes requests without the router |
//! | `handler` | chooses by the type of the body |
//! | `whole` | one event or an array: all in one commit |
//! | `ndjson` | a stream of lines, one commit per chunk of them |
//! | `prepare` | events become deliveries, or have a reason why not |
//! | `outcome` | what became of each event |
//! | `room` | refuses events while too many are queued |

mod direct;
mod handler;
mod ndjson;
mod outcome;
mod prepare;
mod room;
mod whole;

use super::{Access, Routes};

pub(super) use direct::{serve, sid_of};
pub(super) use prepare::Profiles;
pub(super) use room::Room;

/// The most bytes of a body that is read as a whole.
pub(super) const LONGEST_BODY: usize = 16 << 20;
/// The most bytes of an event, as of a line of a file.
pub(super) const MAX_EVENT_BYTES: usize = 1 << 20;
/// The most events of an array: one commit.
pub(super) const MOST_EVENTS: usize = 10_000;

/// The path.
const PATH: &str = "/v1/{sid}/callback/events";
/// What it requires.
const ACCESS: Access = Access::Send;

/// Adds the route.
pub(super) fn add(routes: Routes) -> Routes {
    routes.post(PATH, ACCESS, handler::accept)
}
