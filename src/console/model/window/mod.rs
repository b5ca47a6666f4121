//! Windows above the panes.

pub mod add_variable;
pub mod bulk;
pub mod copy_failed;
pub mod details;
pub mod details_text;
pub mod overview;
pub mod preview;
pub mod question;
pub mod receiver;
pub mod replay_form;
pub mod request;
pub mod responses_form;
pub mod senders;
pub mod snippet;
pub mod test;
pub mod text_view;

use crate::console::model::window::add_variable::AddVariable;
use crate::console::model::window::bulk::BulkWindow;
use crate::console::model::window::copy_failed::CopyFailed;
use crate::console::model::window::details::DetailsWindow;
use crate::console::model::window::overview::OverviewWindow;
use crate::console::model::window::preview::PreviewWindow;
use crate::console::model::window::question::Question;
use crate::console::model::window::receiver::ReceiverWindow;
use crate::console::model::window::replay_form::ReplayForm;
use crate::console::model::window::request::RequestWindow;
use crate::console::model::window::responses_form::ResponsesForm;
use crate::console::model::window::senders::SendersWindow;
use crate::console::model::window::snippet::SnippetWindow;
use crate::console::model::window::test::TestWindow;
use crate::console::model::window::text_view::TextView;
use crate::keymap::{Action, Scope};

/// The focused window.
#[derive(Debug)]
pub enum Overlay {
    /// A question.
    Question(Question),
    /// The values of a test.
    Test(Box<TestWindow>),
    /// The preview of a request.
    Preview(Box<PreviewWindow>),
    /// A receiver for a profile, as a program.
    Snippet(Box<SnippetWindow>),
    /// A delivery in full.
    Details(DetailsWindow),
    /// The built-in endpoint.
    Receiver(ReceiverWindow),
    /// Script, headers and body of its responses.
    Responses(Box<ResponsesForm>),
    /// Where to send a received request again.
    Replay(Box<ReplayForm>),
    /// A request that reached the built-in endpoint.
    Request(RequestWindow),
    /// The processes that send from the database.
    Senders(SendersWindow),
    /// The numbers of each profile.
    Overview(OverviewWindow),
    /// Bulk retries and resends.
    Bulk(BulkWindow),
    /// An own variable.
    AddVariable(Box<AddVariable>),
    /// A text that could not be copied.
    CopyFailed(Box<CopyFailed>),
}

impl Overlay {
    /// The scopes whose keys work while the window is open.
    #[must_use]
    pub fn scopes(&self) -> Vec<Scope> {
        match self {
            Self::Question(_) => vec![Scope::Question],
            Self::Test(_) => vec![Scope::TestWindow],
            Self::Preview(_) => vec![Scope::PreviewWindow, Scope::Reading, Scope::List],
            Self::Snippet(_) => vec![Scope::SnippetWindow, Scope::Reading, Scope::List],
            Self::Details(_) => vec![Scope::Reading, Scope::Deliveries, Scope::List],
            Self::Receiver(_) => vec![Scope::ReceiverWindow, Scope::List],
            Self::Responses(_) => vec![Scope::ResponsesForm],
            Self::Replay(_) => vec![Scope::ReplayForm],
            Self::Request(_) => vec![Scope::RequestWindow, Scope::Reading, Scope::List],
            Self::Senders(_) => vec![Scope::SendersWindow, Scope::List],
            Self::Overview(_) => vec![Scope::OverviewWindow, Scope::List],
            Self::Bulk(_) => vec![Scope::BulkWindow, Scope::List],
            Self::AddVariable(_) => vec![Scope::Form],
            Self::CopyFailed(_) => vec![Scope::CopyWindow, Scope::List],
        }
    }

    /// The receiver's window, if it is open, also beneath a request or a form.
    pub fn receiver(&mut self) -> Option<&mut ReceiverWindow> {
        match self {
            Self::Receiver(window) => Some(window),
            Self::Request(window) => Some(&mut window.below),
            Self::Responses(form) => Some(&mut form.below),
            Self::Replay(form) => Some(&mut form.below),
            _ => None,
        }
    }

    /// The text shown in this window, if it shows one.
    #[must_use]
    pub fn reading(&self) -> Option<&TextView> {
        match self {
            Self::Details(window) => Some(&window.reading),
            Self::Preview(window) => Some(&window.reading),
            Self::Snippet(window) => Some(&window.reading),
            Self::Request(window) => Some(&window.reading),
            _ => None,
        }
    }

    /// The same, to scroll and search it.
    pub fn reading_mut(&mut self) -> Option<&mut TextView> {
        match self {
            Self::Details(window) => Some(&mut window.reading),
            Self::Preview(window) => Some(&mut window.reading),
            Self::Snippet(window) => Some(&mut window.reading),
            Self::Request(window) => Some(&mut window.reading),
            _ => None,
        }
    }

    /// Whether keys with characters type text in this window.
    #[must_use]
    pub fn writes_text(&self) -> bool {
        match self {
            Self::Test(_) | Self::AddVariable(_) | Self::Responses(_) | Self::Replay(_) => true,
            _ => self.reading().is_some_and(|reading| reading.find.is_typing()),
        }
    }

    /// Why an action cannot be done in this window; `None` if it can.
    #[must_use]
    pub fn why_not(&self, action: Action) -> Option<&'static str> {
        if let Some(reading) = self.reading().filter(|_| action.is_match()) {
            return reading.find.why_not(action);
        }
        match self {
            Self::Test(window) => window.why_not(action),
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
                        | Action::ResendAll
                        | Action::PauseAll
                ) =>
            {
                Some("{deliveries-leave} goes back to the list first")
            }
            Self::CopyFailed(window) if action == Action::ShowInFull && window.is_in_full() => {
                Some("it is shown in full")
            }
            Self::Question(question) => question.why_not(action),
            _ => None,
        }
    }
}
