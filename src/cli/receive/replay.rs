//! `ringback receive replay`: sends a kept request to another address.

use std::process::ExitCode;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::responses::duration;
use super::stored;
use crate::callback::headers_json;
use crate::cli::error::{CommandError, FAILED};
use crate::cli::interrupt::Interrupts;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::resolve_profile;
use crate::cli::session::Session;
use crate::clock;
use crate::management::{Replayed, left_out, replayed, send_replayed};
use crate::record::random;
use crate::text::escape_controls;

#[derive(Debug, clap::Args)]
pub(super) struct ReplayArgs {
    /// ID of the request or the beginning of it, or `last`
    #[arg(value_name = "REQUEST")]
    request: String,
    /// Where to send it; without a path, that of the request is kept
    #[arg(value_name = "URL")]
    url: String,
    /// Sign it anew, and add the credentials of a profile: ID, unique prefix of an ID, or title. Values of headers
    /// that are secret by name are not kept with a request
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
    /// How long to wait for the response, such as 250ms or 2s
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    timeout: Duration,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

/// Exits with 1 unless the response is 2xx.
pub(super) async fn run(session: &Session, args: &ReplayArgs) -> Result<ExitCode, CommandError> {
    let settings = session.settings();
    let network = settings.addresses.for_sending()?;
    let request = stored::named(&stored::all(session).await?, &args.request)?;
    let profile = match &args.profile {
        None => None,
        Some(name) => {
            let store = session.store_if_there()?;
            Some(resolve_profile::profile(store.as_ref(), name).await?.1)
        }
    };
    let (plain_http, now) = (settings.allow_insecure_http, clock::now());
    let made = replayed(&request, &args.url, plain_http, profile.as_ref(), now, &mut random);
    let made = made.map_err(|error| CommandError::Input(format!("request {}: {error}", request.id)))?;
    let missing = left_out(&request, profile.as_ref());
    if !missing.is_empty() {
        let names = escape_controls(&missing.join(", "));
        let fix = "values of secret headers are not kept; --profile adds those of a profile";
        eprint_line(&format!("ringback: note: sent without {names}: {fix}"));
    }
    let mut interrupts = Interrupts::watch()?;
    let replayed = tokio::select! {
        replayed = send_replayed(&made, profile.as_ref(), network, args.timeout) => replayed,
        code = interrupts.next() => return Ok(ExitCode::from(code)),
    };
    if args.json {
        print_json(&document(&request.id, &replayed))?;
    } else {
        print(&replayed.describe())?;
    }
    Ok(if replayed.is_success() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

fn document(id: &str, replayed: &Replayed) -> Value {
    let Replayed { method, url, took, result } = replayed;
    let response = result.as_ref().ok();
    let mut document = json!({
        "id": id,
        "method": method,
        "url": url,
        "duration_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "status": response.map(|response| response.status),
        "headers": response.map(|response| headers_json(&response.headers)),
        "body": response.map(|response| String::from_utf8_lossy(&response.body)),
        "error": result.as_ref().err(),
    });
    if let Some(response) = response.filter(|response| std::str::from_utf8(&response.body).is_err()) {
        document["body_base64"] = STANDARD.encode(&response.body).into();
    }
    document
}
