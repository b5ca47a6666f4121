//! The target of a key: the one place that decides which part is focused.

use crossterm::event::KeyCode;

use crate::console::model::editor::Editor;
use crate::console::model::guide::Guide;
use crate::console::model::input::Input;
use crate::console::model::pane::Pane;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::keymap::{Action, Key, Meaning, Scope};

/// The target of a key: the topmost open part.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// The help or the palette, above everything else.
    Guide(&'a Guide),
    /// The window above the panes.
    Window(&'a Overlay),
    /// Pane 2, while a profile is being edited.
    Editor(&'a Editor),
    /// Any other pane; pane 2 shows the selected profile then.
    Pane(Pane),
}

impl Target<'_> {
    /// Whether it is a pane, with nothing above it.
    #[must_use]
    pub fn is_pane(self) -> bool {
        matches!(self, Self::Editor(_) | Self::Pane(_))
    }

    /// The scopes whose keys work, in order of precedence.
    #[must_use]
    pub fn scopes(self) -> Vec<Scope> {
        match self {
            Self::Guide(_) => vec![Scope::Guide, Scope::List],
            Self::Window(window) => window.scopes(),
            Self::Editor(_) => vec![Scope::Editor, Scope::Global],
            Self::Pane(Pane::Profiles | Pane::Editor) => vec![Scope::Profiles, Scope::Global, Scope::List],
            Self::Pane(Pane::Variables) => vec![Scope::Variables, Scope::Global, Scope::List],
            Self::Pane(Pane::Deliveries | Pane::Timeline) => {
                vec![Scope::Deliveries, Scope::Global, Scope::List]
            }
        }
    }
}

impl State {
    /// The target of a key.
    #[must_use]
    pub fn target(&self) -> Target<'_> {
        self.guide.as_ref().map_or_else(|| self.target_beneath(), Target::Guide)
    }

    /// The target of a key once help and palette are closed.
    #[must_use]
    pub fn target_beneath(&self) -> Target<'_> {
        self.target_from(self.focus)
    }

    /// The same, as if this pane were focused.
    #[must_use]
    pub fn target_from(&self, pane: Pane) -> Target<'_> {
        match (&self.overlay, &self.editor) {
            (Some(window), _) => Target::Window(window),
            (None, Some(editor)) if pane == Pane::Editor => Target::Editor(editor),
            (None, _) => Target::Pane(pane),
        }
    }

    /// Whether a pane is focused, with nothing above it.
    #[must_use]
    pub fn is_focused(&self, pane: Pane) -> bool {
        self.focus == pane && self.target().is_pane()
    }

    /// The meaning of a key for its target, if it does not type text.
    #[must_use]
    pub fn meaning(&self, key: Key) -> Option<Meaning> {
        let keys = &self.settings.keys;
        let target = self.target();
        keys.resolve(key, &target.scopes()).or_else(|| self.above_windows(target, key).map(Meaning::Does))
    }

    /// The action of a key that works above any window: help, palette, quit. A letter only where none is typed, and
    /// quit not by a letter.
    fn above_windows(&self, target: Target<'_>, key: Key) -> Option<Action> {
        let Some(Meaning::Does(action)) = self.settings.keys.resolve(key, &[Scope::Global]) else {
            return None;
        };
        let fits = !key.is_text() || (!self.is_typing(target) && action != Action::Quit);
        (!target.is_pane() && fits && action.works_above_windows()).then_some(action)
    }

    /// Whether the target is a text being typed.
    fn is_typing(&self, target: Target<'_>) -> bool {
        match target {
            Target::Guide(guide) => guide.is_typing(),
            Target::Window(window) => window.writes_text(),
            Target::Editor(_) => true,
            Target::Pane(Pane::Profiles) => self.profiles.is_typing(),
            Target::Pane(Pane::Variables) => self.variables.is_typing(),
            Target::Pane(Pane::Deliveries | Pane::Timeline) => self.deliveries.is_typing(),
            Target::Pane(Pane::Editor) => false,
        }
    }

    /// Whether a key types text at its target, and so is not an action.
    #[must_use]
    pub fn is_for_text(&self, key: Key) -> bool {
        let target = self.target();
        let edits = key.is_text() || matches!(key.code(), KeyCode::Delete | KeyCode::Backspace);
        // In the search of a pane these keys end it; windows and the editor have actions for them.
        let ends = matches!(target, Target::Pane(_)) && (key.is(KeyCode::Enter) || key.is(KeyCode::Esc));
        ((edits || ends) && self.is_typing(target)) || (self.is_searching() && Input::takes(key))
    }

    /// Whether a search or a filter is being typed: then the keys of a text field take precedence over all actions.
    #[must_use]
    pub fn is_searching(&self) -> bool {
        match self.target() {
            Target::Window(
                Overlay::Details(_) | Overlay::Preview(_) | Overlay::Snippet(_) | Overlay::Request(_),
            )
            | Target::Pane(_) => self.is_typing(self.target()),
            Target::Window(_) | Target::Guide(_) | Target::Editor(_) => false,
        }
    }

    /// The key of the entry with this name, for a sentence about what can be pressed now: never one that would be
    /// typed as text.
    #[must_use]
    pub fn key_here(&self, name: &str) -> String {
        let found = self.settings.keys.entries().find(|(entry, _)| entry.name == name);
        let here = found.and_then(|(_, keys)| keys.iter().find(|key| !self.is_for_text(key.first())));
        here.map_or_else(|| self.settings.keys.shown(name), ToString::to_string)
    }

    /// The name of an action at the focus.
    #[must_use]
    pub fn label(&self, action: Action) -> &'static str {
        let scopes = self.target().scopes();
        let mut entries = self.settings.keys.entries();
        let found = entries.find(|(entry, _)| entry.action == action && scopes.contains(&entry.scope));
        found.map_or("", |(entry, _)| entry.label())
    }
}
