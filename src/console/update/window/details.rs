//! Updates of the details of a delivery.

use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::details_text::{self, Piece};
use crate::console::update::deliveries;
use crate::keymap::Action;

pub(in crate::console) fn act(state: &mut State, action: Action) -> Vec<Effect> {
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
        Action::RetryNow | Action::Cancel | Action::Pager | Action::Original | Action::Resent => {
            deliveries::act(state, action)
        }
        Action::Resend => {
            let effects = deliveries::act(state, action);
            // A question may have taken its place.
            state.overlay.take_if(|open| matches!(open, Overlay::Details(_)));
            effects
        }
        _ => Vec::new(),
    }
}
