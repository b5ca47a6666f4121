//! Test values from a file.

use std::path::Path;

use crate::callback::Values;
use crate::console::model::message::Message;
use crate::{files, threads};

/// Reads the values in a file. The result may come late, or never.
pub(super) async fn read(file: String) -> Message {
    let path = file.clone();
    let values = threads::blocking(move || read_values(&path)).await;
    Message::FileValues(file, values.unwrap_or_else(|error| Err(error.to_string())))
}

/// A JSON object of values; `~` is the home folder.
fn read_values(file: &str) -> Result<Values, String> {
    let home = std::env::var("HOME").unwrap_or_default();
    let path = match file.trim().strip_prefix("~/") {
        Some(rest) => format!("{home}/{rest}"),
        None => file.trim().to_owned(),
    };
    let text = files::read_text(Path::new(&path), Values::LONGEST_FILE);
    let text = text.map_err(|error| format!("{path}: {error}"))?;
    Values::read(&text).map_err(|error| format!("{path}: {error}"))
}
