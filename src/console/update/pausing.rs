//! Pauses and resumes, and reports auto-disabled profiles.

use crate::console::model::effect::Effect;
use crate::console::model::pausing;
use crate::console::model::state::State;
use crate::profile::ProfileId;
use crate::storage::{Block, Blocks};

/// Pauses or resumes the sender as a whole.
pub fn switch_all(state: &State) -> Vec<Effect> {
    let on = state.blocks.all().is_none();
    let done = if on {
        "Paused: events stay queued, tests are still sent · {deliveries-pause-all} in Deliveries resumes"
    } else {
        "Resumed: sending queued events"
    };
    vec![Effect::Pause { profile: None, on, done: state.settings.keys.spell(done) }]
}

/// Pauses or resumes a profile.
pub fn switch(state: &State, id: ProfileId, title: &str) -> Vec<Effect> {
    let on = state.blocks.paused(&id).is_none();
    let rest = match (on, state.blocks.all(), state.blocks.disabled(&id)) {
        (true, ..) => "its events stay queued, tests are still sent",
        (false, Some(_), _) => "the sender is still paused",
        (false, None, Some(_)) => "it is still disabled, {profiles-enable} enables it",
        (false, None, None) => "sending its queued events",
    };
    let rest = state.settings.keys.spell(rest);
    let done = format!("{} {title}: {rest}", if on { "Paused" } else { "Resumed" });
    vec![Effect::Pause { profile: Some(id), on, done }]
}

/// Takes the current blocks, and reports profiles that were auto-disabled meanwhile.
pub fn taken(state: &mut State, blocks: Blocks) -> Vec<Effect> {
    let known = |block: &Block| {
        let before = block.profile_id.as_ref().and_then(|id| state.blocks.disabled(id));
        before.is_some_and(|before| before.cause == block.cause)
    };
    let mut new: Vec<&Block> = blocks.iter().filter(|block| block.cause.is_some() && !known(block)).collect();
    new.sort_by_key(|block| block.since);
    let text = new.pop().map(|last| {
        let more = if new.is_empty() { String::new() } else { format!(" · and {} more", new.len()) };
        let enables = state.settings.keys.spell("{profiles-enable} enables it");
        format!("{} was disabled: {} · {enables}{more}", last.title, pausing::cause(last))
    });
    state.blocks = blocks;
    if let Some(text) = text {
        state.notify_error(text);
    }
    Vec::new()
}
