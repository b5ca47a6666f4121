//! `ringback variables --samples`: named values of events.

use serde_json::{Value, json};

use crate::callback::plain_text;
use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::table::table;
use crate::profile::catalogue::{self, Sample};
use crate::profile::{Choice as _, Event};

/// Prints the samples of these events.
pub(super) fn list(events: &[Option<Event>], json: bool) -> Result<(), CommandError> {
    let of = |event: Event| catalogue::samples(event).iter().map(move |sample| (event.name(), sample));
    let found: Vec<(&str, &Sample)> = events.iter().copied().flatten().flat_map(of).collect();
    if json {
        return print_json(&found.iter().map(|(event, sample)| document(event, sample)).collect());
    }
    if found.is_empty() {
        eprint_line("no samples: the default channel has no events");
        return Ok(());
    }
    let rows: Vec<[String; 3]> = found
        .iter()
        .map(|(event, sample)| [(*event).to_owned(), sample.name.clone(), values(sample)])
        .collect();
    print(&table(["EVENT", "NAME", "VALUES"], &rows))
}

fn values(sample: &Sample) -> String {
    if sample.values.is_empty() {
        return "as `ringback variables` lists them".to_owned();
    }
    let value = |(name, value): (&String, &Value)| format!("{name}={}", plain_text(value));
    sample.values.iter().map(value).collect::<Vec<_>>().join(", ")
}

fn document(event: &str, sample: &Sample) -> Value {
    json!({"event": event, "name": sample.name, "values": sample.values})
}
