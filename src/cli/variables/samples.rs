//! `ringback variables --samples`: named values of events.

use serde_json::{Value, json};

use crate::callback::plain_text;
use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::table::table;
use crate::profile::catalogue::{self, NO_EVENT, Sample};
use crate::profile::{Choice as _, Event};
use crate::text::escape_controls;

/// Prints the samples of these events, of the catalogue and a person's own.
pub(super) fn list(
    events: &[Option<Event>],
    own: &[(String, Sample)],
    json: bool,
) -> Result<(), CommandError> {
    let of = |event: &Option<Event>| {
        let scope = event.map_or(NO_EVENT, |event| event.name());
        catalogue::offered_samples(*event, own).into_iter().map(move |sample| (scope, sample))
    };
    let found: Vec<(&str, &Sample)> = events.iter().flat_map(of).collect();
    let is_own = |sample: &Sample| own.iter().any(|(_, one)| std::ptr::eq(one, sample));
    if json {
        return print_json(
            &found.iter().map(|(event, sample)| document(event, sample, is_own(sample))).collect(),
        );
    }
    if found.is_empty() {
        eprint_line("no samples: the default channel has only your own (`ringback variables samples add`)");
        return Ok(());
    }
    let rows: Vec<[String; 4]> = found
        .iter()
        .map(|(event, sample)| {
            let name = escape_controls(&sample.name);
            [(*event).to_owned(), name, origin(is_own(sample)).to_owned(), values(sample)]
        })
        .collect();
    print(&table(["EVENT", "NAME", "ORIGIN", "VALUES"], &rows))
}

fn values(sample: &Sample) -> String {
    if sample.values.is_empty() {
        return "as `ringback variables` lists them".to_owned();
    }
    let value = |(name, value): (&String, &Value)| format!("{name}={}", plain_text(value));
    sample.values.iter().map(value).collect::<Vec<_>>().join(", ")
}

/// A sample and its scope.
pub(super) fn document(event: &str, sample: &Sample, is_own: bool) -> Value {
    let origin = origin(is_own);
    json!({"event": event, "name": sample.name, "origin": origin, "values": sample.values})
}

/// The word for where a sample comes from.
fn origin(is_own: bool) -> &'static str {
    if is_own { "own" } else { "catalogue" }
}
