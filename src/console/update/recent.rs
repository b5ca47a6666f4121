//! Reads what happened to the profiles in the list lately: when they come into sight, and now and then while they are.

use crate::console::model::effect::Effect;
use crate::console::model::layout;
use crate::console::model::recent::{RecentOfProfiles, RecentRequest, rows_around};
use crate::console::model::state::State;
use crate::profile::ProfileId;

/// Reads it again once it may have changed.
pub(in crate::console) fn refresh(state: &mut State) -> Vec<Effect> {
    match state.recent.lasts_ms() {
        Some(ms) if layout::shows_profiles(state) => {
            let profiles = around(state, state.size.1);
            read(state, profiles, ms)
        }
        _ => Vec::new(),
    }
}

/// Reads it if that was not done for all profiles in sight.
pub(in crate::console) fn read_new(state: &mut State) -> Vec<Effect> {
    if state.recent.has_all(&around(state, state.size.1)) {
        return Vec::new();
    }
    // And for those that come next: not one more at each step.
    let profiles = around(state, state.size.1.saturating_mul(2));
    read(state, profiles, 0)
}

fn read(state: &mut State, profiles: Vec<ProfileId>, ms: u64) -> Vec<Effect> {
    let now = state.now;
    let asks = !profiles.is_empty() && state.recent.asks(now, ms);
    asks.then(|| Effect::LoadRecent(RecentRequest { profiles, now })).into_iter().collect()
}

/// It was read; the selection may have moved on meanwhile.
pub(in crate::console) fn taken(state: &mut State, read: Option<RecentOfProfiles>) -> Vec<Effect> {
    let could_be_read = read.is_some();
    state.recent.take(read);
    if could_be_read { read_new(state) } else { Vec::new() }
}

/// Those at most this many rows from the selected one.
fn around(state: &State, rows: u16) -> Vec<ProfileId> {
    let profiles = &state.profiles;
    let rows = rows_around(&profiles.list, profiles.found().len(), rows);
    profiles.found().skip(rows.start).take(rows.len()).map(|row| row.id.clone()).collect()
}
