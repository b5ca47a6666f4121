//! Opening profiles in the editor, and leaving them.

use crate::console::model::editor::Editor;
use crate::console::model::effect::{AfterSave, Effect, Purpose};
use crate::console::model::message::Unsaved;
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::question::Question;
use crate::console::model::window::snippet::SnippetWindow;
use crate::console::update::editor::saving;
use crate::console::update::{preview, programs, testing, verifying};
use crate::profile::{Choice as _, Draft, Identity, Profile, ProfileId, Status};
use crate::storage::UnsavedDraft;

/// Shown when an earlier session's draft was restored.
const BROUGHT_BACK: &str = "Restored your unsaved draft · {editor-save} saves, {editor-leave} closes";

/// Requests a new profile; asks first if there are unsaved changes.
pub fn new_profile(state: &mut State) -> Vec<Effect> {
    if asks_before_another(state) { Vec::new() } else { vec![Effect::Fresh(Box::default())] }
}

/// Whether unsaved changes are in the way; then asks what to do with them.
fn asks_before_another(state: &mut State) -> bool {
    let unsaved = state.editor.as_ref().is_some_and(Editor::is_changed);
    if unsaved {
        state.overlay = Some(Overlay::Question(Question::leave()));
    }
    unsaved
}

/// Opens a new profile.
pub fn fresh(state: &mut State, draft: Draft, identity: Identity) -> Vec<Effect> {
    if !asks_before_another(state) {
        let editor = Editor::open(draft, identity, true, state.settings.rules.clone());
        open(state, editor);
    }
    Vec::new()
}

fn open(state: &mut State, editor: Editor) {
    state.editor = Some(editor);
    state.variables.clear();
    state.focus = Pane::Editor;
}

/// Takes a profile that was loaded.
pub fn loaded(
    state: &mut State,
    id: &ProfileId,
    profile: Option<Box<Profile>>,
    purpose: Purpose,
) -> Vec<Effect> {
    let Some(mut profile) = profile else {
        if purpose == Purpose::Verify {
            verifying::gone(state);
        }
        state.notify_error(format!("{id} no longer exists: another session deleted it"));
        return vec![Effect::LoadProfiles];
    };
    match purpose {
        Purpose::Show => {
            // Only if it is still the selected one.
            if state.profiles.selected().is_some_and(|row| row.id == *id) {
                state.selected_profile = Some(profile);
            }
            Vec::new()
        }
        Purpose::Edit => edit(state, &profile),
        Purpose::EditText => {
            let mut effects = edit(state, &profile);
            if state.editor.as_ref().is_some_and(|editor| editor.id() == id) {
                effects.extend(programs::open_profile(state));
            }
            effects
        }
        Purpose::Reload => {
            let fits = |e: &Editor| e.id() == id && !e.is_changed();
            if state.editor.as_ref().is_some_and(fits) {
                let rules = state.settings.rules.clone();
                let editor = Editor::open(Draft::from(&*profile), identity(&profile), false, rules);
                state.notify(format!("Another session changed {}: showing the new version", profile.title));
                state.editor = Some(editor);
            }
            Vec::new()
        }
        Purpose::Preview => preview::sample(state, *profile),
        Purpose::Snippet => {
            state.overlay = Some(Overlay::Snippet(Box::new(SnippetWindow::new(*profile))));
            Vec::new()
        }
        Purpose::Test => testing::show(state, *profile),
        Purpose::Switch => {
            profile.status = match profile.status {
                Status::Active => Status::Disabled,
                Status::AutoDisabled | Status::Disabled => Status::Active,
            };
            vec![Effect::SwitchProfile(profile)]
        }
        Purpose::Verify => verifying::loaded(state, &profile),
        Purpose::Duplicate => {
            let mut draft = Draft::from(&*profile);
            draft.title = copy_title(&draft.title);
            Status::Active.name().clone_into(&mut draft.status);
            vec![Effect::Fresh(Box::new(draft))]
        }
    }
}

/// The title of a duplicate, within the maximum length of a title.
fn copy_title(title: &str) -> String {
    const MARK: &str = " - copy";
    let room = crate::profile::Title::MAX - MARK.len();
    format!("{}{MARK}", title.chars().take(room).collect::<String>().trim_end())
}

fn edit(state: &mut State, profile: &Profile) -> Vec<Effect> {
    if let Some(editor) = &state.editor {
        if *editor.id() == profile.id {
            state.focus = Pane::Editor;
            return Vec::new();
        }
        if editor.is_changed() {
            state.overlay = Some(Overlay::Question(Question::leave_for(profile.id.clone())));
            return Vec::new();
        }
    }
    open_stored(state, profile);
    // A session that ended without saving may have left a draft.
    vec![Effect::LoadDraft(profile.id.clone())]
}

/// Opens a profile as it is stored.
pub fn open_stored(state: &mut State, profile: &Profile) {
    open(state, Editor::open(Draft::from(profile), identity(profile), false, state.settings.rules.clone()));
}

/// Restores the draft of an earlier session for the profile that was just opened.
pub fn kept(state: &mut State, draft: UnsavedDraft) -> Vec<Effect> {
    let fits = |e: &&mut Editor| *e.id() == draft.profile_id && !e.is_changed();
    if let Some(editor) = state.editor.as_mut().filter(fits) {
        editor.bring_back(draft.draft);
        state.notify(state.settings.keys.spell(BROUGHT_BACK));
        // From now on it is this session's draft.
        return saving::keep(state);
    }
    Vec::new()
}

fn identity(profile: &Profile) -> Identity {
    Identity { id: profile.id.clone(), created_at: profile.created_at, modified_at: profile.modified_at }
}

/// A profile was saved; does the next step.
pub fn saved(state: &mut State, profile: Profile, after: AfterSave) -> Vec<Effect> {
    let mut effects = vec![Effect::LoadProfiles];
    state.notify_success(format!("Saved {} · {}", profile.title, profile.id));
    state.profiles.choose(&profile.id);
    if let Some(editor) = state.editor.as_mut().filter(|e| *e.id() == profile.id) {
        editor.saved(&profile);
        if !editor.is_changed() {
            effects.push(Effect::DropDraft(profile.id.clone()));
            if after.leave {
                effects.extend(saving::close(state));
            }
        }
        if let Some(next) = after.open {
            effects.push(Effect::LoadProfile(next, Purpose::Edit));
        }
    }
    state.selected_profile = Some(Box::new(profile));
    effects
}

/// Another session has saved or deleted the profile meanwhile: asks what to do. The editor does not show the status,
/// so overwriting neither enables nor disables the profile.
pub fn conflict(state: &mut State, mut mine: Box<Profile>, theirs: Option<Box<Profile>>) -> Vec<Effect> {
    if let Some(theirs) = &theirs {
        mine.status = theirs.status;
    }
    state.overlay = Some(Overlay::Question(Question::conflict(mine, theirs)));
    Vec::new()
}

/// A profile was enabled or disabled in the list; an open editor of it keeps its text.
pub fn switched(state: &mut State, profile: Profile) -> Vec<Effect> {
    let word = if profile.status == Status::Active { "Enabled" } else { "Disabled" };
    let title = profile.title.to_string();
    let effects = saved(state, profile, AfterSave::default());
    state.notify_success(format!("{word} {title}"));
    effects
}

/// Restores the drafts of earlier sessions; the newest one is opened.
pub fn bring_back(state: &mut State, mut drafts: Vec<Unsaved>) -> Vec<Effect> {
    drafts.sort_by_key(|d| d.draft.edited_at);
    let Some(Unsaved { draft, stored }) = drafts.pop() else { return Vec::new() };
    if state.editor.is_some() {
        return Vec::new();
    }
    let rules = state.settings.rules.clone();
    let mut editor = if let Some(profile) = stored {
        Editor::open(Draft::from(&*profile), identity(&profile), false, rules)
    } else {
        let at = draft.edited_at;
        let identity = Identity { id: draft.profile_id, created_at: at, modified_at: at };
        Editor::open(Draft::default(), identity, true, rules)
    };
    editor.bring_back(draft.draft);
    open(state, editor);
    state.notify(state.settings.keys.spell(BROUGHT_BACK));
    // From now on it is this session's draft.
    saving::keep(state)
}
