//! Windows above the panes.

mod add_variable;
mod details;
pub mod guide;
mod preview;
mod question;
mod receiver;
mod request;
mod test_window;
mod uncopied;

pub use add_variable::AddVariable;
pub use details::{DetailsWindow, find_in_details};
pub use guide::Guide;
pub use preview::PreviewWindow;
pub use question::{Asked, Question};
pub use receiver::ReceiverWindow;
pub use request::RequestWindow;
pub use test_window::TestWindow;
pub use uncopied::Uncopied;

use ratatui::Frame;

use crate::keymap::{Action, Key, Scope};

use super::find::Pressed;
use super::message::Effect;
use super::pointer::Place;
use super::state::State;

/// The window that has the keyboard.
#[derive(Debug)]
pub enum Overlay {
    /// A question to be answered.
    Question(Question),
    /// The values of a test.
    Test(Box<TestWindow>),
    /// A request that is not sent.
    Preview(Box<PreviewWindow>),
    /// A delivery in full.
    Details(DetailsWindow),
    /// The built-in endpoint.
    Receiver(ReceiverWindow),
    /// A request that reached the built-in endpoint.
    Request(RequestWindow),
    /// A variable of one's own.
    AddVariable(Box<AddVariable>),
    /// A text that could not be copied.
    Uncopied(Box<Uncopied>),
}

impl Overlay {
    /// The scopes that have the keyboard while the window is open.
    #[must_use]
    pub fn scopes(&self) -> Vec<Scope> {
        match self {
            Self::Question(_) => vec![Scope::Question],
            Self::Test(_) => vec![Scope::TestWindow],
            Self::Preview(_) => vec![Scope::PreviewWindow, Scope::Reading, Scope::List],
            Self::Details(_) => vec![Scope::Reading, Scope::Deliveries, Scope::List],
            Self::Receiver(_) => vec![Scope::ReceiverWindow, Scope::List],
            Self::Request(_) => vec![Scope::RequestWindow, Scope::Reading, Scope::List],
            Self::AddVariable(_) => vec![Scope::Form],
            Self::Uncopied(_) => vec![Scope::CopyWindow, Scope::List],
        }
    }

    /// The receiver's window, where it is open, also beneath a request.
    pub fn receiver(&mut self) -> Option<&mut ReceiverWindow> {
        match self {
            Self::Receiver(window) => Some(window),
            Self::Request(window) => Some(&mut window.below),
            _ => None,
        }
    }

    /// Whether keys with characters are for text in this window.
    #[must_use]
    pub fn writes_text(&self) -> bool {
        match self {
            Self::Test(_) | Self::AddVariable(_) => true,
            Self::Details(window) => window.find.is_typing(),
            Self::Preview(window) => window.find.is_typing(),
            Self::Request(window) => window.find.is_typing(),
            Self::Question(_) | Self::Receiver(_) | Self::Uncopied(_) => false,
        }
    }

    /// Why an action cannot be done in this window; `None` when it can.
    #[must_use]
    pub fn why_not(&self, action: Action) -> Option<&'static str> {
        match self {
            Self::Test(window) => window.why_not(action),
            Self::Preview(window) if action.is_match() => window.find.why_not(action),
            Self::Details(window) if action.is_match() => window.find.why_not(action),
            Self::Request(window) if action.is_match() => window.find.why_not(action),
            Self::Preview(window) if action == Action::Secrets && !window.has_secrets() => {
                Some("there are none")
            }
            Self::Details(_)
                if matches!(
                    action,
                    Action::Details
                        | Action::FilterState
                        | Action::FilterProfile
                        | Action::Follow
                        | Action::RetryAll
                        | Action::CancelAll
                        | Action::SendAllAgain
                        | Action::PauseAll
                ) =>
            {
                Some("{deliveries-leave} goes back to the list first")
            }
            Self::Uncopied(window) if action == Action::ShowInFull && window.is_in_full() => {
                Some("it is shown in full")
            }
            Self::Question(question) => question.why_not(action),
            _ => None,
        }
    }
}

/// A key while a window is open that writes text in it. `None` when it writes nothing.
pub fn key(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    if let Some(effects) = test_window::enter(state, key) {
        return Some(effects);
    }
    let pressed = match state.overlay.as_mut()? {
        Overlay::Test(window) => return window.key(key, &state.settings.keys).then(Vec::new),
        Overlay::AddVariable(form) => return form.key(key).then(Vec::new),
        Overlay::Details(window) => window.find.key(key),
        Overlay::Preview(window) => window.find.key(key),
        Overlay::Request(window) => window.find.key(key),
        _ => return None,
    };
    match pressed {
        Pressed::Elsewhere => None,
        Pressed::Wrote => Some(Vec::new()),
        Pressed::Entered => Some(act(state, Action::NextMatch)),
    }
}

/// Text pasted while a window is open.
pub fn paste(state: &mut State, text: &str) {
    match &mut state.overlay {
        Some(Overlay::Test(window)) => window.paste(text),
        Some(Overlay::AddVariable(form)) => form.paste(text),
        Some(Overlay::Details(window)) => window.find.paste(text),
        Some(Overlay::Preview(window)) => window.find.paste(text),
        Some(Overlay::Request(window)) => window.find.paste(text),
        _ => {}
    }
}

/// Gives the keyboard to a row of the window that was clicked.
pub fn choose_row(state: &mut State, row: usize) {
    if let Some(Overlay::Test(window)) = &mut state.overlay {
        window.choose_row(row);
    }
}

/// Does an action in the window.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match &state.overlay {
        Some(Overlay::Question(_)) => question::act(state, action),
        Some(Overlay::Test(_)) => test_window::act(state, action),
        Some(Overlay::Preview(_)) => preview::act(state, action),
        Some(Overlay::Details(_)) => details::act(state, action),
        Some(Overlay::Receiver(_)) => receiver::act(state, action),
        Some(Overlay::Request(_)) => request::act(state, action),
        Some(Overlay::AddVariable(_)) => add_variable::act(state, action),
        Some(Overlay::Uncopied(_)) => uncopied::act(state, action),
        None => Vec::new(),
    }
}

/// Draws the window.
pub fn draw(state: &State, out: &mut Frame<'_>) {
    if state.overlay.is_some() {
        // What is clicked now is the window's, wherever it is.
        state.mouse.clear();
        state.mouse.note(out.area(), Place::Window);
    }
    match &state.overlay {
        Some(Overlay::Question(question)) => question::draw(state, question, out),
        Some(Overlay::Test(window)) => test_window::draw(state, window, out),
        Some(Overlay::Preview(window)) => preview::draw(state, window, out),
        Some(Overlay::Details(window)) => details::draw(state, window, out),
        Some(Overlay::Receiver(window)) => receiver::draw(state, window, out),
        Some(Overlay::Request(window)) => request::draw(state, window, out),
        Some(Overlay::AddVariable(form)) => add_variable::draw(state, form, out),
        Some(Overlay::Uncopied(window)) => uncopied::draw(state, window, out),
        None => {}
    }
}
