//! `ringback preview`: the exact request that a test would send, with nothing sent.

mod document;
mod text;

use std::process::ExitCode;

use super::choose;
use super::error::CommandError;
use super::output::{print, print_json, tell};
use super::session::Session;
use super::values::{Chosen, ValueArgs};
use crate::callback::{CurlSecrets, curl_command};
use crate::delivery;

#[derive(Debug, clap::Args)]
pub(super) struct PreviewArgs {
    /// Profile ID, unique ID prefix, or title
    profile: String,
    #[command(flatten)]
    values: ValueArgs,
    /// Print only a curl command that sends the same request
    #[arg(long, conflicts_with = "json")]
    curl: bool,
    /// Show secrets
    #[arg(long)]
    secrets: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: &PreviewArgs) -> Result<ExitCode, CommandError> {
    let store = session.store_if_there()?;
    let (store, profile) = choose::profile(store.as_ref(), &args.profile).await?;
    let Chosen { event, values, origins } = args.values.choose(&*store, &profile).await?;
    let preview = delivery::preview(&profile, &values, &origins)?;
    if args.curl {
        let secrets = if args.secrets { CurlSecrets::Shown } else { CurlSecrets::AsVariables };
        print(&curl_command(&preview, secrets))?;
    } else if args.json {
        print_json(&document::document(&profile, event, &preview, args.secrets))?;
    } else {
        print(&text::text(&profile, event, &preview, args.secrets))?;
    }
    for path in preview.missing() {
        tell(&format!("ringback: note: <{path}> has no value: use --set"));
    }
    if let Err(refused) = delivery::check_address(&preview, &session.settings().addresses.to_judge()) {
        tell(&format!("ringback: note: it would not be sent: {refused}"));
    }
    Ok(ExitCode::SUCCESS)
}
