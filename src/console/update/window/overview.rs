//! Updates of the window with the numbers of each profile.

use std::collections::{HashMap, HashSet};

use crate::console::model::effect::Effect;
use crate::console::model::health;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::overview::{OverviewNumbers, OverviewWindow, REFRESH_MS};
use crate::keymap::Action;

/// Opens the window.
pub(in crate::console) fn open(state: &mut State) -> Vec<Effect> {
    state.overlay = Some(Overlay::Overview(OverviewWindow::default()));
    refresh(state)
}

/// Reads the numbers again while the window is open, once they may have changed.
pub(in crate::console) fn refresh(state: &mut State) -> Vec<Effect> {
    read(state, REFRESH_MS)
}

fn read(state: &mut State, ms: u64) -> Vec<Effect> {
    let Some(Overlay::Overview(window)) = &mut state.overlay else { return Vec::new() };
    window.asks(state.now, ms).map(Effect::LoadOverview).into_iter().collect()
}

/// The numbers were read.
pub(in crate::console) fn taken(state: &mut State, numbers: Result<OverviewNumbers, String>) {
    let keys: HashSet<&str> = match &numbers {
        Ok(numbers) => numbers.stats.rows.iter().map(|row| row.key.as_str()).collect(),
        Err(_) => HashSet::new(),
    };
    let (mut titles, mut failing) = (HashMap::new(), HashSet::new());
    for row in state.profiles.rows.iter().filter(|row| keys.contains(row.id.as_str())) {
        titles.insert(row.id.to_string(), row.title.clone());
        if health::failing(state, &row.id).is_some() {
            failing.insert(row.id.to_string());
        }
    }
    if let Some(Overlay::Overview(window)) = &mut state.overlay {
        window.take(numbers, titles, failing);
    }
}

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::Overview(window)) = &mut state.overlay else { return Vec::new() };
    let rows = window.rows().len();
    if window.list.act(action, rows) {
        // The last hour of another profile is read at once.
        return if window.minutes().is_none() { read(state, 0) } else { Vec::new() };
    }
    match action {
        Action::Left | Action::Right => {
            vec![Effect::LoadOverview(window.turn(action == Action::Right, state.now))]
        }
        Action::Leave => {
            state.overlay = None;
            Vec::new()
        }
        _ => Vec::new(),
    }
}
