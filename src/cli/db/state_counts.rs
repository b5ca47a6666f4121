//! The states of deliveries with their numbers, as commands print them.

use serde_json::{Map, Value, json};

use crate::storage::Counts;
use crate::text::group_digits;

fn states(counts: &Counts) -> [(&'static str, u64); 5] {
    let Counts { queued, waiting, delivered, failed, cancelled } = *counts;
    [
        ("queued", queued),
        ("waiting", waiting),
        ("delivered", delivered),
        ("failed", failed),
        ("cancelled", cancelled),
    ]
}

/// For people, those that there are: ` (5 queued, 3 delivered)`, or nothing.
pub fn text(counts: &Counts) -> String {
    let some = states(counts).into_iter().filter(|(_, n)| *n > 0);
    let some: Vec<String> = some.map(|(state, n)| format!("{} {state}", group_digits(n))).collect();
    if some.is_empty() { String::new() } else { format!(" ({})", some.join(", ")) }
}

/// All of them, for people: `5 012 deliveries (…)`.
pub fn total_text(counts: &Counts) -> String {
    let total = states(counts).into_iter().fold(0_u64, |sum, (_, n)| sum.saturating_add(n));
    let noun = if total == 1 { "delivery" } else { "deliveries" };
    format!("{} {noun}{}", group_digits(total), text(counts))
}

/// For scripts.
pub fn document(counts: &Counts) -> Value {
    Value::Object(
        states(counts).into_iter().map(|(state, n)| (state.to_owned(), json!(n))).collect::<Map<_, _>>(),
    )
}
