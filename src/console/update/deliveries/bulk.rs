//! Bulk actions on all matching deliveries: count, ask, then run batch by batch.

use crate::console::model::deliveries::bulk::{self, BulkNews, BulkRequest, Running};
use crate::console::model::effect::Effect;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::model::window::question::Question;
use crate::console::update::bulk_results;
use crate::documents::DeliveryFilter;
use crate::keymap::Action;
use crate::storage::{BulkResult, Change};
use crate::text::group_digits;

/// Opens the question, and counts the deliveries.
pub fn ask(state: &mut State, action: Action) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    let Ok((states, word)) = bulk::about(deliveries.show, action) else { return Vec::new() };
    let change = if action == Action::CancelAll { Change::Cancel } else { Change::Retry };
    let zone = deliveries.zone();
    let profile = deliveries.profile.as_ref();
    let action = deliveries.bulk.as_ref();
    let of = match (profile, action) {
        (Some((_, title)), _) => format!(" of {title}"),
        (None, Some((_, name))) => format!(" of the {name}"),
        (None, None) => " of all profiles".to_owned(),
    };
    let matching = deliveries.search.is_on().then(|| format!(" that match {}", deliveries.search.text()));
    let which = (word, of + &matching.unwrap_or_default());
    let profile = profile.map(|(id, _)| id.clone());
    let bulk = action.map(|(id, _)| *id);
    let given = DeliveryFilter { state: Some(states), profile, bulk, ..DeliveryFilter::default() };
    let filter = given.searching(&deliveries.search.text()).filter_in(state.now, zone);
    deliveries.bulk_questions += 1;
    let many =
        Box::new(BulkRequest { change, filter, count: None, ticket: deliveries.bulk_questions, which });
    state.overlay = Some(Overlay::Question(Question::bulk(many.clone())));
    vec![Effect::CountBulk(many)]
}

/// Starts the bulk change that was confirmed.
pub fn begin(state: &mut State, many: Box<BulkRequest>) -> Vec<Effect> {
    let running = Running { change: many.change, of: many.count.unwrap_or(0) };
    state.notify(going(&running, 0));
    state.deliveries.running = Some(running);
    vec![Effect::StartBulk(many)]
}

fn going(running: &Running, done: u64) -> String {
    let verb = match running.change {
        Change::Retry => "Sending",
        Change::Cancel => "Cancelling",
        Change::Remove => "Removing",
    };
    format!("{verb}: {} of {} · Esc in the deliveries stops it", group_digits(done), group_digits(running.of))
}

/// The open question about a bulk change.
fn open_question(state: &State) -> Option<u64> {
    match &state.overlay {
        Some(Overlay::Question(question)) => question.about_bulk().map(|many| many.ticket),
        _ => None,
    }
}

/// Takes the progress or result of a bulk change.
pub fn progress(state: &mut State, progress: BulkNews) -> Vec<Effect> {
    match progress {
        BulkNews::Counted(counted) => {
            // The question may be closed by now.
            if open_question(state) != Some(counted.ticket) {
                return Vec::new();
            }
            if counted.count == Some(0) {
                state.overlay = None;
                let (states, that) = &counted.which;
                state.notify(format!("There are no {states} deliveries{that}"));
            } else {
                state.overlay = Some(Overlay::Question(Question::bulk(counted)));
            }
        }
        BulkNews::Uncounted { ticket, why } => {
            if open_question(state) == Some(ticket) {
                state.overlay = None;
            }
            state.notify_error(why);
        }
        BulkNews::Goes(did) => {
            let done = did.done() + did.left;
            if let Some(text) = state.deliveries.running.as_ref().map(|running| going(running, done)) {
                state.notify(text);
            }
        }
        BulkNews::Ended { did, bulk, cut } => {
            state.deliveries.running = None;
            if let Some(id) = bulk {
                state.bulk_results.awaits(id);
            }
            match cut {
                Some(why) => state.notify_error(format!("{}: {why}", ended(&did))),
                None => state.notify_success(ended(&did)),
            }
            return vec![bulk_results::load(state)];
        }
    }
    Vec::new()
}

/// The result in words, such as `Cancelled 1 204`.
fn ended(did: &BulkResult) -> String {
    let parts = [
        ("Cancelled", did.cancelled),
        ("Retrying now:", did.due),
        ("Resending:", did.again),
        ("Removed", did.removed.deliveries),
    ];
    let mut message: Vec<String> = parts
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(word, n)| format!("{word} {}", group_digits(*n)))
        .collect();
    if message.is_empty() {
        message.push("Nothing was done".to_owned());
    }
    if did.left > 0 {
        let why = did.why.as_ref().map_or("their state changed meanwhile", String::as_str);
        message.push(format!("unchanged: {} ({why})", group_digits(did.left)));
    }
    message.join(" · ")
}
