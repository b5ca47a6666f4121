//! Updates of the numbers of each profile, in the window and in the panel.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::console::model::effect::Effect;
use crate::console::model::layout;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::overview::{
    OverviewNames, OverviewNumbers, OverviewPlace, OverviewWindow,
};
use crate::keymap::Action;
use crate::profile::ProfileId;

/// Opens the window.
pub(in crate::console) fn open(state: &mut State) -> Vec<Effect> {
    state.overlay = Some(Overlay::Overview(OverviewWindow::default()));
    refresh(state)
}

/// Reads the numbers on the screen again, once they may have changed.
pub(in crate::console) fn refresh(state: &mut State) -> Vec<Effect> {
    if let Some(Overlay::Overview(window)) = &state.overlay {
        let ms = window.window_lasts_ms();
        return read(state, ms);
    }
    let shows = layout::shows_overview(state);
    let (now, panel) = ((state.now, state.settings.clock.zone()), &mut state.overview);
    let ms = if panel.numbers.is_none() { Some(0) } else { panel.panel_lasts_ms() };
    let asked = ms.filter(|_| shows).and_then(|ms| panel.asks(OverviewPlace::Panel, now, ms));
    asked.map(Effect::LoadOverview).into_iter().collect()
}

fn read(state: &mut State, ms: u64) -> Vec<Effect> {
    let Some(Overlay::Overview(window)) = &mut state.overlay else { return Vec::new() };
    window
        .asks(OverviewPlace::Window, (state.now, state.settings.clock.zone()), ms)
        .map(Effect::LoadOverview)
        .into_iter()
        .collect()
}

/// The list of profiles was loaded: their titles may be others.
pub(in crate::console) fn renamed(state: &mut State) {
    state.overview.renamed();
    if let Some(Overlay::Overview(window)) = &mut state.overlay {
        window.renamed();
    }
}

/// The numbers were read.
pub(in crate::console) fn taken(
    state: &mut State,
    place: OverviewPlace,
    numbers: Result<OverviewNumbers, String>,
) {
    let keys: Vec<&str> = match &numbers {
        Ok(numbers) => numbers.stats.rows.iter().map(|row| row.key.as_str()).collect(),
        Err(_) => Vec::new(),
    };
    let shown = match (place, &state.overlay) {
        (OverviewPlace::Window, Some(Overlay::Overview(window))) => window,
        _ => &state.overview,
    };
    let names = OverviewNames { titles: titles(state, &keys, shown), failing: failing(state, &keys) };
    match (place, &mut state.overlay) {
        (OverviewPlace::Panel, _) => state.overview.take(numbers, names),
        (OverviewPlace::Window, Some(Overlay::Overview(window))) => window.take(numbers, names),
        (OverviewPlace::Window, _) => {}
    }
}

/// The titles of these profiles. All profiles are looked through only if one of them is not known yet.
fn titles(state: &State, keys: &[&str], shown: &OverviewWindow) -> HashMap<String, String> {
    if let Some(known) = shown.titles().filter(|known| keys.iter().all(|key| known.contains_key(*key))) {
        return known.clone();
    }
    let mut titles: HashMap<String, String> =
        keys.iter().map(|key| ((*key).to_owned(), (*key).to_owned())).collect();
    for row in &state.profiles.rows {
        if let Some(title) = titles.get_mut(row.id.as_str()) {
            title.clone_from(&row.title);
        }
    }
    titles
}

/// Since when those of these profiles that are failing, or were disabled for it, are.
fn failing(state: &State, keys: &[&str]) -> HashMap<String, Timestamp> {
    let since = |key: &&str| {
        let id = ProfileId::parse(key).ok()?;
        Some((id.to_string(), state.failing.of(&id)?.since))
    };
    keys.iter().filter_map(since).collect()
}

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::Overview(window)) = &mut state.overlay else { return Vec::new() };
    let rows = window.rows().len();
    if window.list.act(action, rows) {
        // The last hour of another profile is read at once.
        let is_known = window.selected().is_none_or(|row| window.minutes(row).is_some());
        return if is_known { Vec::new() } else { read(state, 0) };
    }
    match action {
        Action::Left | Action::Right => {
            let now = (state.now, state.settings.clock.zone());
            vec![Effect::LoadOverview(window.turn(action == Action::Right, now))]
        }
        Action::Leave => {
            state.overlay = None;
            Vec::new()
        }
        _ => Vec::new(),
    }
}
