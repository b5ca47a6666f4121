//! `ringback check`: every sample of a profile is sent to its endpoint once.

mod document;
mod junit;
mod text;

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::error::{CommandError, FAILED};
use super::interrupt::Interrupts;
use super::other_endpoint::EndpointArg;
use super::output::{eprint_line, print, print_json};
use super::resolve_profile;
use super::session::Session;
use super::value_enum::choices;
use crate::clock;
use crate::delivery::Transport;
use crate::intake::test_values::tested_event;
use crate::management::{CheckedSample, EndpointCheck, samples_to_check};
use crate::profile::Event;

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// Profile ID, unique ID prefix, or title
    profile: String,
    #[command(flatten)]
    endpoint: EndpointArg,
    /// Only the samples of this event [default: all events of the profile]
    #[arg(long, value_parser = choices::<Event>(), ignore_case = true)]
    event: Option<Event>,
    /// Write the results to this file as JUnit XML, for pipelines
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: &CheckArgs) -> Result<ExitCode, CommandError> {
    let network = session.settings().addresses.for_sending()?;
    let store = session.store_if_there()?;
    let (store, profile) = resolve_profile::profile(store.as_ref(), &args.profile).await?;
    let profile = args.endpoint.of(session, profile)?;
    if args.event.is_some() {
        tested_event(&profile, args.event, None).map_err(CommandError::Input)?;
    }
    let own = store.own_variables().await?;
    let started_at = clock::now();
    // Before anything is sent: a file that cannot be written must not cost the results.
    let mut junit = match &args.junit {
        Some(path) => Some((path, File::create(path).map_err(|error| unwritable(path, error))?)),
        None => None,
    };
    let samples = samples_to_check(&profile, args.event, &store.own_samples().await?);
    let mut check = EndpointCheck::new(profile.clone(), Transport::new(network), own);
    let mut interrupts = Interrupts::watch()?;
    let mut results: Vec<CheckedSample> = Vec::new();
    let lines = text::Lines::new(&profile, &samples, !args.json);
    lines.heading()?;
    for sample in samples {
        let checked = tokio::select! {
            signal = interrupts.next() => return Ok(signal.into()),
            checked = check.send(sample) => checked,
        };
        lines.result(&checked)?;
        results.push(checked);
    }
    let tls = tokio::select! {
        signal = interrupts.next() => return Ok(signal.into()),
        tls = check.tls() => tls,
    };
    if args.json {
        print_json(&document::of(&profile, started_at, &results, tls.as_ref()))?;
    } else {
        print(&text::ending(&results, tls.as_ref()))?;
    }
    if let Some((path, file)) = &mut junit {
        let xml = junit::document(&profile, started_at, &results);
        file.write_all(xml.as_bytes()).map_err(|error| unwritable(path, error))?;
    }
    let passed = results.iter().all(CheckedSample::passed);
    if passed {
        return Ok(ExitCode::SUCCESS);
    }
    if args.json {
        let failed = results.iter().filter(|result| !result.passed()).count();
        eprint_line(&format!("ringback: {failed} of {} failed", results.len()));
    }
    Ok(FAILED.into())
}

fn unwritable(path: &Path, error: io::Error) -> CommandError {
    CommandError::System(
        format!("{}: cannot be written, name another file with --junit", path.display()),
        error,
    )
}
