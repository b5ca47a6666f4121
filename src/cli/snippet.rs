//! `ringback snippet`: a receiver for one profile, as a program to start from.

use std::net::SocketAddr;
use std::process::ExitCode;

use serde_json::json;

use super::error::CommandError;
use super::listen_address::listen_address;
use super::output::{print, print_json};
use super::resolve_profile;
use super::session::Session;
use super::value_enum::choices;
use crate::profile::Choice as _;
use crate::snippet::{DEFAULT_LISTEN, Language, receiver};

#[derive(Debug, clap::Args)]
pub(super) struct SnippetArgs {
    /// Profile ID, unique ID prefix, or title
    profile: String,
    /// Language of the program
    #[arg(long, value_parser = choices::<Language>(), ignore_case = true)]
    language: Language,
    /// Address that the program listens on; a port alone is one of this machine
    #[arg(long, value_name = "ADDR:PORT", default_value_t = DEFAULT_LISTEN, value_parser = listen_address)]
    listen: SocketAddr,
    /// Print one JSON object instead of the program
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: &SnippetArgs) -> Result<ExitCode, CommandError> {
    let store = session.store_if_there()?;
    let (_, profile) = resolve_profile::profile(store.as_ref(), &args.profile).await?;
    let code = receiver(&profile, args.language, args.listen);
    if args.json {
        print_json(&json!({
            "profile_id": profile.id.as_str(),
            "language": args.language.name(),
            "file_name": args.language.file_name(),
            "code": code,
        }))?;
    } else {
        print(&code)?;
    }
    Ok(ExitCode::SUCCESS)
}
