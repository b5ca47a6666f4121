//! Blocks on the screen: the pause of the sender or of one profile, and auto-disabled profiles.

use jiff::Timestamp;

use crate::console::model::deliveries::state_text::{self, StateTone};
use crate::console::model::health;
use crate::console::model::profiles;
use crate::console::model::state::State;
use crate::delivery::SenderRole;
use crate::profile::{Choice as _, Profile, ProfileId, Status};
use crate::record::{DeliveryState, Summary};
use crate::storage::Block;

/// Marks what is paused.
pub const SIGN: &str = "‖";

/// Such as `20 consecutive failures; last: 500 Internal Server Error`; empty without a cause.
pub(in crate::console) fn cause(block: &Block) -> String {
    let text = |cause: &crate::storage::AutoDisableCause| {
        format!("{} consecutive failures; last: {}", cause.failed, cause.message)
    };
    block.cause.as_ref().map_or_else(String::new, text)
}

/// The block of a pending delivery; none while it is being sent.
#[must_use]
pub fn block_of<'a>(state: &'a State, row: &Summary) -> Option<&'a Block> {
    let rests = row.state.is_pending() && !state.sender.in_flight.contains_key(&row.id);
    state.blocks.of(row).filter(|_| rests)
}

/// ` · blocked: paused` if it is blocked, otherwise empty.
#[must_use]
pub fn note(state: &State, row: &Summary) -> String {
    block_of(state, row).map_or_else(String::new, |block| {
        let why = block.why.name();
        let probe = next_probe(state, block).map(|probe| format!(" · {probe}")).unwrap_or_default();
        format!(" · blocked: {why}{probe}")
    })
}

/// When an auto-disabled profile is probed next, such as `next probe 14:02`; none if it is not.
fn next_probe(state: &State, block: &Block) -> Option<String> {
    let at = block.next_probe?;
    // Once it is due, the next event is the probe.
    let is_due = at <= state.now;
    Some(if is_due { "probe due".to_owned() } else { format!("next probe {}", clock(state, at)) })
}

/// The state of a delivery in words: a blocked one has no due time.
#[must_use]
pub fn words(state: &State, row: &Summary) -> (String, StateTone) {
    let note = note(state, row);
    if note.is_empty() {
        return state_text::describe(row, state.sender.in_flight.get(&row.id), state.now);
    }
    if row.state == DeliveryState::Waiting
        && block_of(state, row).is_some_and(|block| block.next_probe.is_some())
    {
        // Its next attempt is a probe, and no retry.
        return (format!("{}{note}", state_text::last(row)), StateTone::Dim);
    }
    let (text, _) = state_text::describe(&Summary { due_at: None, ..row.clone() }, None, state.now);
    let text = if row.state == DeliveryState::Waiting { text.trim_end_matches(" due now") } else { &text };
    (format!("{text}{note}"), StateTone::Dim)
}

/// The text of the top line for a paused sender: never that it runs.
#[must_use]
pub fn sender(state: &State, roomy: bool) -> Option<String> {
    let block = state.blocks.all()?;
    // Errors, and the absence of a sender, take precedence.
    let shown = state.sender.trouble.is_none() && state.sender.role != SenderRole::Stopped;
    let since = if roomy { "since " } else { "" };
    shown.then(|| format!("{SIGN} paused {since}{}", clock(state, block.since)))
}

/// Whether the list marks this profile as paused: a disabled one has its own sign.
#[must_use]
pub fn is_marked(state: &State, id: &ProfileId, status: Status) -> bool {
    status == Status::Active && state.blocks.paused(id).is_some()
}

/// The status of a profile in words, with its block.
#[must_use]
pub fn status(state: &State, profile: &Profile) -> String {
    let (sign, word) = profiles::status_sign(profile.status);
    let mut text = format!("{sign} {word}");
    if let Some(block) = state.blocks.disabled(&profile.id)
        && let Some(why) = &block.cause
    {
        let enables = state.settings.keys.spell("{profiles-enable} enables it");
        let (since, cause) = (clock(state, block.since), cause(block));
        text = format!("{text} since {since} · {cause} (delivery {}) · {enables}", why.delivery);
    }
    if let Some(probe) = state.blocks.disabled(&profile.id).and_then(|block| next_probe(state, block)) {
        text = format!("{text} · {probe}");
    }
    if let Some(failing) = health::words(state, &profile.id) {
        text = format!("{text} · {failing}");
    }
    if let Some(block) = state.blocks.paused(&profile.id) {
        let resumes = state.settings.keys.spell("{profiles-pause} resumes");
        text = format!("{text} · {SIGN} paused since {}, {resumes}", clock(state, block.since));
    }
    text
}

/// The time of day, with the date if it is not today's.
fn clock(state: &State, at: Timestamp) -> String {
    state.settings.clock.to_the_minute(at, state.now)
}
