//! A preview in lines of text.

use crate::callback::{Preview, PreviewVariable, RequestPart, plain_text};
use crate::cli::table::table;
use crate::profile::{Choice as _, Event, Profile};
use crate::text::{escape_controls, escape_lines, escape_start};

/// How many characters of a value the table shows; the request above contains all of them.
const VALUE_SHOWN: usize = 40;

/// The request as it is sent, the parts that differ each time, and a table of the variables.
pub(super) fn text(profile: &Profile, event: Option<Event>, preview: &Preview, secrets: bool) -> String {
    let title = escape_controls(profile.title.as_str());
    let event = event.map(|event| format!(" · {}", event.name())).unwrap_or_default();
    let mut out =
        format!("Preview of {title}{event} · nothing is sent\nto {}\n\n", profile.endpoint.origin());
    out += &escape_lines(&preview.text(secrets));
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out.extend(["\nRegenerated on every send: ", &preview.renewed.join(", "), "\n"]);
    if preview.has_secrets() && !secrets {
        out += "Secrets are hidden: --secrets shows them\n";
    }
    if preview.variables.is_empty() {
        return out + "\nNo variables\n";
    }
    let rows: Vec<[String; 6]> = preview.variables.iter().map(|v| row(preview, v, secrets)).collect();
    out + "\n" + &table(["VARIABLE", "VALUE", "FROM", "PLACE", "ESCAPING", "SENT AS"], &rows)
}

fn row(preview: &Preview, variable: &PreviewVariable, secrets: bool) -> [String; 6] {
    let used = &variable.used;
    let hidden = variable.is_secret() && !secrets;
    let cut = |text: &str| {
        if hidden { "••••••••".to_owned() } else { escape_start(text, VALUE_SHOWN) }
    };
    let place = match &used.part {
        RequestPart::Url => "URL".to_owned(),
        RequestPart::Header { name, .. } => format!("header {name}"),
        RequestPart::Body => "body".to_owned(),
    };
    let escaping = match preview.algorithm.filter(|_| used.encrypted) {
        Some(algorithm) => format!("{algorithm}, {}", used.escaping.name()),
        None => used.escaping.name().to_owned(),
    };
    [
        used.path.to_string(),
        used.value.as_ref().map_or_else(|| "! no value".to_owned(), |value| cut(&plain_text(value))),
        variable.origin.map_or("-", |origin| origin.label()).to_owned(),
        place,
        escaping,
        cut(&used.sent),
    ]
}
