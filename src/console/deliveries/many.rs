//! Actions on all deliveries that the filter leaves: counted first, then asked about, then done a
//! batch at a time.

use crate::console::message::Effect;
use crate::console::overlay::{Overlay, Question};
use crate::console::state::State;
use crate::delivery::State as DeliveryState;
use crate::keymap::Action;
use crate::store::{Change, Did, Filter, StateFilter};
use crate::text::group_digits;

use super::{Deliveries, Show};

/// Something to be done to many deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Many {
    /// What.
    pub change: Change,
    /// To which.
    pub filter: Filter,
    /// How many they are, once they were counted.
    pub count: Option<u64>,
    /// Tells this question from earlier ones.
    pub ticket: u64,
    /// The state, and what else the filter leaves, in words.
    which: (&'static str, String),
}

/// What comes of it.
#[derive(Debug)]
pub enum News {
    /// There are so many, as of this moment.
    Counted(Box<Many>),
    /// They cannot be counted; why.
    Uncounted(String),
    /// So much was done.
    Goes(Box<Did>),
    /// It ended.
    Ended {
        /// What was done.
        did: Box<Did>,
        /// Why not all of it.
        cut: Option<String>,
    },
}

/// Something that is being done.
#[derive(Debug)]
pub struct Running {
    change: Change,
    of: u64,
}

impl Many {
    /// What a person is asked.
    #[must_use]
    pub fn question(&self) -> String {
        let (state, that) = &self.which;
        let verb = match self.change {
            Change::Retry if state == &WAITING => "Retry now",
            Change::Retry => "Send again",
            Change::Cancel => "Cancel",
            Change::Remove => "Remove",
        };
        let Some(count) = self.count else {
            return format!("{verb} all {state} deliveries{that}?\n\nThey are being counted.");
        };
        let noun = if count == 1 { "delivery" } else { "deliveries" };
        let how = match self.change {
            Change::Retry if state == &WAITING => "The next try of each is due at once.",
            Change::Retry => "Each goes out as a new delivery with the same request.",
            Change::Cancel => "No further try is made of them.",
            Change::Remove => "They go out of the log.",
        };
        format!("{verb} {} {state} {noun}{that}?\n\n{how}", group_digits(count))
    }
}

const WAITING: &str = "waiting";

/// The states that an action is about, with what the filter shows; or why it is about none.
fn about(show: Show, action: Action) -> Result<(StateFilter, &'static str), &'static str> {
    let only = |state| StateFilter::Is(state);
    match (action, show) {
        (Action::RetryAll, Show::All | Show::Pending) => Ok((only(DeliveryState::Waiting), WAITING)),
        (Action::CancelAll, Show::All | Show::Pending) => Ok((StateFilter::Pending, "pending")),
        (Action::SendAllAgain, Show::All | Show::Failed) => Ok((only(DeliveryState::Failed), "failed")),
        (Action::SendAllAgain, Show::Cancelled) => Ok((only(DeliveryState::Cancelled), "cancelled")),
        (Action::SendAllAgain, Show::Delivered) => Ok((only(DeliveryState::Delivered), "delivered")),
        (Action::SendAllAgain, Show::Pending) => Err("those shown are still to be sent"),
        _ => Err("those shown have ended: {deliveries-send-all-again} resends them"),
    }
}

/// Why an action on many cannot be done now; `None` when it can.
#[must_use]
pub fn why_not(state: &State, action: Action) -> Option<&'static str> {
    let many = matches!(action, Action::RetryAll | Action::CancelAll | Action::SendAllAgain);
    match &state.deliveries {
        _ if !many => None,
        Deliveries { running: Some(_), .. } => Some("another is under way: Esc stops it"),
        deliveries => about(deliveries.show, action).err(),
    }
}

/// Opens the question, and has the deliveries counted.
pub fn ask(state: &mut State, action: Action) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    let Ok((states, word)) = about(deliveries.show, action) else { return Vec::new() };
    let change = if action == Action::CancelAll { Change::Cancel } else { Change::Retry };
    let text = deliveries.search.is_on().then(|| deliveries.search.text());
    let zone = deliveries.zone();
    let profile = deliveries.profile.as_ref();
    let of = profile.map(|(_, title)| format!(" of {title}")).unwrap_or_default();
    let matching = deliveries.search.is_on().then(|| format!(" that match {}", deliveries.search.text()));
    let which = (word, of + &matching.unwrap_or_default());
    let profile = profile.map(|(id, _)| id.clone());
    let filter = Filter { state: Some(states), profile, text, zone, ..Filter::default() };
    deliveries.asked += 1;
    let many = Box::new(Many { change, filter, count: None, ticket: deliveries.asked, which });
    state.overlay = Some(Overlay::Question(Question::many(many.clone())));
    vec![Effect::CountMany(many)]
}

/// Does what was asked about.
pub fn begin(state: &mut State, many: Box<Many>) -> Vec<Effect> {
    let running = Running { change: many.change, of: many.count.unwrap_or(0) };
    state.say(going(&running, 0));
    state.deliveries.running = Some(running);
    vec![Effect::ChangeMany(many)]
}

fn going(running: &Running, done: u64) -> String {
    let verb = match running.change {
        Change::Retry => "Sending",
        Change::Cancel => "Cancelling",
        Change::Remove => "Removing",
    };
    format!("{verb}: {} of {} · Esc in the deliveries stops it", group_digits(done), group_digits(running.of))
}

/// Takes what came of it.
pub fn news(state: &mut State, news: News) {
    match news {
        News::Counted(counted) => {
            let asked = match &state.overlay {
                Some(Overlay::Question(question)) => question.about_many().map(|many| many.ticket),
                _ => None,
            };
            // The person may have gone on.
            if asked != Some(counted.ticket) {
                return;
            }
            if counted.count == Some(0) {
                state.overlay = None;
                let (states, that) = &counted.which;
                state.say(format!("There are no {states} deliveries{that}"));
            } else {
                state.overlay = Some(Overlay::Question(Question::many(counted)));
            }
        }
        News::Uncounted(why) => {
            if matches!(&state.overlay, Some(Overlay::Question(q)) if q.about_many().is_some()) {
                state.overlay = None;
            }
            state.complain(why);
        }
        News::Goes(did) => {
            let done = did.done() + did.left;
            if let Some(text) = state.deliveries.running.as_ref().map(|running| going(running, done)) {
                state.say(text);
            }
        }
        News::Ended { did, cut } => {
            state.deliveries.running = None;
            match cut {
                Some(why) => state.complain(format!("{}: {why}", ended(&did))),
                None => state.praise(ended(&did)),
            }
        }
    }
}

/// What was done, such as `Cancelled 1 204`.
fn ended(did: &Did) -> String {
    let parts = [
        ("Cancelled", did.cancelled),
        ("Due now:", did.due),
        ("To be sent again:", did.again),
        ("Removed", did.removed.deliveries),
    ];
    let mut said: Vec<String> = parts
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(word, n)| format!("{word} {}", group_digits(*n)))
        .collect();
    if said.is_empty() {
        said.push("Nothing was done".to_owned());
    }
    if did.left > 0 {
        let why = did.why.as_ref().map_or("they have moved on", String::as_str);
        said.push(format!("left as they are: {} ({why})", group_digits(did.left)));
    }
    said.join(" · ")
}
