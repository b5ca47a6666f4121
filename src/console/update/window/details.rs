//! What happens in the details of a delivery.

use crate::console::model::effect::Effect;
use crate::console::model::find::Went;
use crate::console::model::layout;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::details_text::{self, Piece};
use crate::console::update::deliveries;
use crate::keymap::Action;

/// Looks for a text. False when the action is none of a search.
fn find(state: &mut State, action: Action) -> bool {
    let width = layout::room_for_windows(state.screen()).width;
    let Some(Overlay::Details(window)) = &state.overlay else { return false };
    let text = || -> Vec<String> {
        let lines =
            window.details().map(|details| details_text::lines(state, details, layout::width_inside(width)));
        lines.unwrap_or_default().into_iter().map(|(line, _)| line).collect()
    };
    let lines = if action.is_match() { text() } else { Vec::new() };
    let Some(Overlay::Details(window)) = &mut state.overlay else { return false };
    match window.find.act(action, window.scroll.top(), || lines) {
        Went::Elsewhere => return false,
        Went::Done => {}
        Went::To(line) => window.scroll.go_to(line),
        Went::Nowhere(why) => state.complain(why),
    }
    true
}

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if find(state, action) {
        return Vec::new();
    }
    let Some(Overlay::Details(window)) = &mut state.overlay else { return Vec::new() };
    if window.scroll.act(action) {
        return Vec::new();
    }
    match action {
        Action::Leave => {
            state.overlay = None;
            Vec::new()
        }
        Action::CopyDelivery => {
            let Some(Overlay::Details(window)) = &state.overlay else { return Vec::new() };
            let all: Vec<Piece> =
                window.details().map(|d| details_text::pieces(state, d)).unwrap_or_default();
            let text = all.into_iter().map(|(line, _)| line).collect::<Vec<_>>().join("\n");
            vec![Effect::Copy { text, what: "the delivery in full".to_owned() }]
        }
        Action::RetryNow | Action::Cancel | Action::Pager => deliveries::act(state, action),
        Action::SendAgain => {
            let effects = deliveries::act(state, action);
            state.overlay = None;
            effects
        }
        _ => Vec::new(),
    }
}
