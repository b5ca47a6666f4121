//! Updates of the list of profiles, with incremental search by title.

use crate::console::model::effect::{Effect, Purpose};
use crate::console::model::input::{Input, InputResult};
use crate::console::model::layout;
use crate::console::model::pane::Pane;
use crate::console::model::profiles;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::question::Question;
use crate::console::update::window::overview;
use crate::console::update::{deliveries, pausing, recent};
use crate::keymap::{Action, Key};
use crate::profile::{Choice as _, ProfileId};
use crate::storage::{DeletedProfile, ProfileRow};

/// A key while the search is being typed. `None` if it is not for the search.
pub fn type_search(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    use crossterm::event::KeyCode;
    if !state.profiles.typing {
        return None;
    }
    if key.is(KeyCode::Esc) {
        state.profiles.end_search();
        return Some(show_selected(state));
    }
    if key.is(KeyCode::Enter) || key.is(KeyCode::Down) || key.is(KeyCode::Tab) {
        state.profiles.typing = false;
        return Some(Vec::new());
    }
    let typed = state.profiles.search.as_mut().map_or(InputResult::Ignored, |input| input.key(key));
    if typed == InputResult::Changed {
        state.profiles.list.select(0);
        state.profiles.find();
        return Some(show_selected(state));
    }
    (typed == InputResult::Used).then(Vec::new)
}

/// Text pasted while the search is being typed.
pub fn paste_search(state: &mut State, text: &str) -> Vec<Effect> {
    if let Some(input) = &mut state.profiles.search {
        input.paste(text);
    }
    state.profiles.find();
    show_selected(state)
}

/// Takes a new list, and reports changes by another session to the profile on the screen.
pub fn listed(state: &mut State, rows: Vec<ProfileRow>) -> Vec<Effect> {
    let before = state.profiles.selected().cloned();
    state.profiles.set(rows);
    overview::renamed(state);
    if let Some(before) = before
        && state.profiles.rows.iter().all(|row| row.id != before.id)
    {
        let undo = state.settings.keys.shown("profiles-undo");
        state.notify_error(format!("{} was deleted by another session · {undo} restores it", before.title));
    }
    let mut reload = None;
    if let Some(editor) = &state.editor
        && let Some(row) = state.profiles.rows.iter().find(|row| row.id == *editor.id())
        && editor.seen().is_some_and(|seen| seen.as_millisecond() != row.modified_at.as_millisecond())
    {
        if editor.is_changed() {
            let text = format!("Another session changed {}: saving asks first", row.title);
            state.notify_error(text);
        } else {
            reload = Some(row.id.clone());
        }
    }
    let mut effects = show_selected(state);
    effects.extend(reload.map(|id| Effect::LoadProfile(id, Purpose::Reload)));
    effects
}

/// Loads the selected profile, to show it beside the list; and its deliveries, if only those are shown.
pub fn show_selected(state: &mut State) -> Vec<Effect> {
    let deliveries = deliveries::follow_profile(state);
    let mut effects = load_selected(state);
    effects.extend(deliveries);
    effects.extend(recent::read_new(state));
    effects
}

fn load_selected(state: &mut State) -> Vec<Effect> {
    if let Some(row) = state.profiles.selected() {
        let selected = state.selected_profile.as_ref().filter(|p| p.id == row.id);
        if selected.is_none() {
            state.summary.reset();
        }
        let at = row.modified_at.as_millisecond();
        if selected.is_some_and(|p| p.modified_at.as_millisecond() == at) {
            Vec::new()
        } else {
            vec![Effect::LoadProfile(row.id.clone(), Purpose::Show)]
        }
    } else {
        state.selected_profile = None;
        Vec::new()
    }
}

/// Does an action of this pane.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let length = state.profiles.found.len();
    if state.profiles.list.act(action, length) {
        return show_selected(state);
    }
    let selected = state.profiles.selected().map(|row| (row.id.clone(), row.title.clone()));
    match (action, selected) {
        (Action::Search, _) => {
            state.profiles.typing = true;
            state.profiles.search = Some(Input::line(""));
            state.profiles.find();
            show_selected(state)
        }
        (Action::Leave, _) if state.focus == Pane::Editor => {
            state.focus = Pane::Profiles;
            Vec::new()
        }
        (Action::Leave, _) => {
            state.profiles.end_search();
            show_selected(state)
        }
        (Action::FilterProfile, _) => filter_deliveries(state),
        (Action::Undo, _) => vec![Effect::RestoreLast],
        (Action::Edit, Some((id, _))) => vec![Effect::LoadProfile(id, Purpose::Edit)],
        (Action::EditProfile, Some((id, _))) => vec![Effect::LoadProfile(id, Purpose::EditText)],
        (Action::Snippet, Some((id, _))) => vec![Effect::LoadProfile(id, Purpose::Snippet)],
        (Action::Duplicate, Some((id, _))) => vec![Effect::LoadProfile(id, Purpose::Duplicate)],
        (Action::Enable, Some((id, _))) => vec![Effect::LoadProfile(id, Purpose::Switch)],
        (Action::Pause, Some((id, title))) => pausing::switch(state, id, &title),
        (Action::CopyId, Some((id, _))) => {
            vec![Effect::Copy { text: id.to_string(), what: id.to_string() }]
        }
        (Action::Delete, Some((id, title))) => vec![Effect::AskDelete(id, title)],
        _ => Vec::new(),
    }
}

/// The most columns of a search in a notice.
const SEARCH: usize = 24;

/// Shows only the deliveries of the selected profile, or all again, and reports it: they may not be on the screen.
fn filter_deliveries(state: &mut State) -> Vec<Effect> {
    let effects = deliveries::filter_profile(state);
    let mut what = match &state.deliveries.profile {
        Some((_, title)) => format!("Deliveries: {title} (follows the selection)"),
        None => "Deliveries: all profiles".to_owned(),
    };
    // Other filters stay, and leave fewer than all.
    for filter in state.deliveries.other_filters(SEARCH) {
        what = format!("{what} · {filter}");
    }
    let keys = if layout::shows_deliveries(state) { "" } else { " · {go-deliveries} shows them" };
    state.notify(format!("{what}{}", state.settings.keys.spell(keys)));
    effects
}

/// Selects a profile in the list; clears a search that hides it.
pub fn go_to(state: &mut State, id: &ProfileId) -> Vec<Effect> {
    if state.profiles.place(id).is_none() {
        state.profiles.end_search();
    }
    let Some(row) = state.profiles.place(id) else {
        state.notify_error("It no longer exists: another session deleted it");
        return Vec::new();
    };
    state.focus = Pane::Profiles;
    state.profiles.typing = false;
    state.profiles.list.select(row);
    show_selected(state)
}

/// Selects a row of the list by its index.
pub fn select_row(state: &mut State, row: usize) -> Vec<Effect> {
    state.profiles.typing = false;
    state.profiles.list.select(row.min(state.profiles.found.len().saturating_sub(1)));
    show_selected(state)
}

/// Asks whether to delete a profile.
pub fn ask_delete(state: &mut State, id: ProfileId, title: &str, pending: u64) -> Vec<Effect> {
    let undo = state.settings.keys.shown("profiles-undo");
    state.overlay = Some(Overlay::Question(Question::delete(id, title, pending, &undo)));
    Vec::new()
}

/// A profile was deleted.
pub fn deleted(state: &mut State, id: &ProfileId, title: &str, pending: u64) -> Vec<Effect> {
    state.profiles.remove(id);
    let undo = state.settings.keys.shown("profiles-undo");
    let blocked =
        if pending > 0 { format!(" · {} blocked", profiles::count(pending)) } else { String::new() };
    state.notify(format!("Deleted {title}{blocked} · {undo} restores it"));
    state.profiles.deleted_here = true;
    state.selected_profile = None;
    show_selected(state)
}

/// The most recently deleted profile was restored, if there was one.
pub fn restored(state: &mut State, restored: Option<&DeletedProfile>) -> Vec<Effect> {
    let Some(DeletedProfile { row, pending, .. }) = restored else {
        state.profiles.deleted_here = false;
        state.notify_error("Nothing to undo");
        return Vec::new();
    };
    let blocks = &state.blocks;
    let other = blocks.all().or_else(|| blocks.paused(&row.id)).or_else(|| blocks.disabled(&row.id));
    let resumed = match other {
        _ if *pending == 0 => String::new(),
        Some(block) => format!(" · {} still blocked: {}", profiles::count(*pending), block.why.name()),
        None => format!(" · {} no longer blocked", profiles::count(*pending)),
    };
    let title = row.title.clone();
    state.notify_success(format!("Restored {title}{resumed}"));
    state.profiles.choose(&row.id);
    vec![Effect::LoadProfiles]
}
