//! Reports profiles that have turned failing or have recovered.

use crate::console::model::effect::Effect;
use crate::console::model::health;
use crate::console::model::state::State;
use crate::profile::ProfileId;
use crate::storage::{FailingProfiles, HealthState};

/// Takes the current health of profiles, and reports each turn once. That a profile was disabled is reported with its
/// block.
pub fn taken(state: &mut State, failing: FailingProfiles) -> Vec<Effect> {
    let before = std::mem::replace(&mut state.failing, failing);
    let title = |id: &ProfileId| {
        let row = state.profiles.rows.iter().find(|row| row.id == *id)?;
        Some(row.title.clone())
    };
    let mut turned: Vec<_> = state.failing.iter().collect();
    turned.retain(|(id, now)| now.state == HealthState::Failing && before.of(id).is_none());
    turned.sort_by_key(|(_, now)| now.since);
    let failed = turned.iter().rev().find_map(|(id, now)| {
        Some(format!("{} is failing: {}{}", title(id)?, health::reason(&now.cause), more(turned.len())))
    });
    let recovered: Vec<String> = before
        .iter()
        .filter(|(id, was)| was.state == HealthState::Failing && state.failing.of(id).is_none())
        .filter_map(|(id, _)| title(id))
        .collect();
    let recovered = recovered.iter().min().map(|title| format!("{title} recovered{}", more(recovered.len())));
    match (failed, recovered) {
        (Some(failed), _) => state.notify_error(failed),
        (None, Some(recovered)) => state.notify_success(recovered),
        (None, None) => {}
    }
    Vec::new()
}

/// Such as ` · and 2 more`.
fn more(all: usize) -> String {
    let more = all.saturating_sub(1);
    if more == 0 { String::new() } else { format!(" · and {more} more") }
}
