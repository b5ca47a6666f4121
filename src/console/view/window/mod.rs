//! Draws the windows above the panes.

pub mod add_variable;
pub mod bulk;
pub mod copy_failed;
pub mod details;
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

use ratatui::Frame;

use crate::console::model::mouse::ClickTarget;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;

/// Draws the window.
pub fn draw(state: &State, out: &mut Frame<'_>) {
    if state.overlay.is_some() {
        // Clicks anywhere belong to the window now.
        state.mouse.clear();
        state.mouse.note(out.area(), ClickTarget::Window);
    }
    match &state.overlay {
        Some(Overlay::Question(question)) => question::draw(state, question, out),
        Some(Overlay::Test(window)) => test::draw(state, window, out),
        Some(Overlay::Preview(window)) => preview::draw(state, window, out),
        Some(Overlay::Snippet(window)) => snippet::draw(state, window, out),
        Some(Overlay::Details(window)) => details::draw(state, window, out),
        Some(Overlay::Receiver(window)) => receiver::draw(state, window, out),
        Some(Overlay::Responses(form)) => responses_form::draw(state, form, out),
        Some(Overlay::Replay(form)) => replay_form::draw(state, form, out),
        Some(Overlay::Request(window)) => request::draw(state, window, out),
        Some(Overlay::Senders(window)) => senders::draw(state, window, out),
        Some(Overlay::Overview(window)) => overview::draw(state, window, out),
        Some(Overlay::Bulk(window)) => bulk::draw(state, window, out),
        Some(Overlay::AddVariable(form)) => add_variable::draw(state, form, out),
        Some(Overlay::CopyFailed(window)) => copy_failed::draw(state, window, out),
        None => {}
    }
}
