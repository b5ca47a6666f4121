//! The states of deliveries with their numbers, as commands print them.

use serde_json::{Map, Value, json};

use crate::profile::Choice as _;
use crate::record::DeliveryState;
use crate::storage::Counts;
use crate::text::group_digits;

fn states(counts: &Counts) -> impl Iterator<Item = (&'static str, u64)> {
    DeliveryState::ALL.iter().map(|state| (state.name(), counts.get(*state)))
}

/// For people, those that there are: ` (5 queued, 3 delivered)`, or nothing.
pub fn text(counts: &Counts) -> String {
    let some = states(counts).filter(|(_, n)| *n > 0);
    let some: Vec<String> = some.map(|(state, n)| format!("{} {state}", group_digits(n))).collect();
    if some.is_empty() { String::new() } else { format!(" ({})", some.join(", ")) }
}

/// All of them, for people: `5 012 deliveries (…)`.
pub fn total_text(counts: &Counts) -> String {
    let total = counts.all();
    let noun = if total == 1 { "delivery" } else { "deliveries" };
    format!("{} {noun}{}", group_digits(total), text(counts))
}

/// For scripts.
pub fn document(counts: &Counts) -> Value {
    Value::Object(states(counts).map(|(state, n)| (state.to_owned(), json!(n))).collect::<Map<_, _>>())
}
