//! The health of profiles on the screen.

use crate::console::model::state::State;
use crate::profile::ProfileId;
use crate::storage::{HealthCause, HealthState, ProfileHealth};

/// Marks what is failing.
pub const SIGN: &str = "✗";

/// The health of a profile that is failing; none if it is well, or disabled for it.
#[must_use]
pub fn failing<'a>(state: &'a State, id: &ProfileId) -> Option<&'a ProfileHealth> {
    state.failing.of(id).filter(|health| health.state == HealthState::Failing)
}

/// Such as `20 consecutive failures; last: 500 Internal Server Error`.
pub(in crate::console) fn reason(cause: &HealthCause) -> String {
    format!("{}; last: {}", cause.failures(), cause.message)
}

/// Such as `✗ failing since 14:02 · 20 consecutive failures; last: 500 Internal Server Error (delivery …)`; none if the
/// profile is not failing.
#[must_use]
pub fn words(state: &State, id: &ProfileId) -> Option<String> {
    let ProfileHealth { since, cause, .. } = failing(state, id)?;
    let since = state.settings.clock.to_the_minute(*since, state.now);
    Some(format!("{SIGN} failing since {since} · {} (delivery {})", reason(cause), cause.delivery))
}
