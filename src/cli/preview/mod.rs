//! `ringback preview`: the exact request that a test would send, without sending it.

mod document;
mod text;

use std::process::ExitCode;

use super::error::CommandError;
use super::other_endpoint::EndpointArg;
use super::output::{eprint_line, print, print_json};
use super::resolve_profile;
use super::session::Session;
use super::test_values::{TestValues, ValueArgs};
use crate::callback::{CurlSecrets, curl_command};
use crate::delivery;

#[derive(Debug, clap::Args)]
pub(super) struct PreviewArgs {
    /// Profile ID, unique ID prefix, or title
    profile: String,
    #[command(flatten)]
    endpoint: EndpointArg,
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
    let (store, profile) = resolve_profile::profile(store.as_ref(), &args.profile).await?;
    let profile = args.endpoint.of(session, profile)?;
    let TestValues { event, values, origins } = args.values.choose(&*store, &profile).await?;
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
        eprint_line(&format!("ringback: note: <{path}> has no value: use --set"));
    }
    if let Err(refused) = delivery::check_address(&preview, &session.settings().addresses.for_checks()) {
        eprint_line(&format!("ringback: note: it would not be sent: {refused}"));
    }
    Ok(ExitCode::SUCCESS)
}
