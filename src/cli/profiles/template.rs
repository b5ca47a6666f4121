//! `ringback profiles template`.

use serde_json::{Map, Value, json};

use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print};
use crate::cli::profiles::input::DocumentFormat;
use crate::cli::value_enum::choices;
use crate::profile::catalogue;
use crate::profile::document::{Secrets, write_draft};
use crate::profile::{Channel, Draft};

/// How many variables the body has.
const VARIABLES: usize = 3;

#[derive(Debug, clap::Args)]
pub(super) struct TemplateArgs {
    /// The channel, whose variables the body has
    #[arg(long, value_parser = choices::<Channel>(), ignore_case = true, default_value = "default")]
    channel: Channel,
    /// Print YAML instead of JSON
    #[arg(long)]
    yaml: bool,
}

pub(super) fn run(args: &TemplateArgs) -> Result<(), CommandError> {
    let format = DocumentFormat::yaml_if(args.yaml);
    let document = write_draft(&draft(args.channel, format), Secrets::Shown)
        .map_err(|name| CommandError::Input(format!("two rows are named {name}")))?;
    print(&format.written(&document))?;
    eprint_line("ringback: change title and url, then save it with `ringback profiles apply FILE`");
    Ok(())
}

/// A valid profile with the initial values of the editor, and with the first variables of the channel.
fn draft(channel: Channel, format: DocumentFormat) -> Draft {
    let event = channel.events().first().copied();
    let names = event.map_or(&[][..], catalogue::variables).iter().map(|variable| variable.name.as_str());
    let names: Vec<&str> =
        if event.is_none() { vec!["id", "status"] } else { names.take(VARIABLES).collect() };
    let body: Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!(format!("<{name}>")))).collect();
    let body = Value::Object(body);
    Draft {
        title: "My callback profile".to_owned(),
        endpoint: "https://hooks.example/callbacks".to_owned(),
        // In YAML a body of several lines is readable.
        body: if format == DocumentFormat::Yaml { format!("{body:#}\n") } else { body.to_string() },
        ..Draft::new(channel)
    }
}
