//! `ringback send`: accepts one event or many; each is on disk before it is reported.

mod intake;
mod line_result;
mod lines;
mod many;
mod one;
mod progress;
mod refusal;
mod report;
mod resume_hint;
mod run_counts;
mod source;

use std::path::PathBuf;
use std::process::ExitCode;

use super::error::CommandError;
use super::interrupt::Interrupts;
use super::resolve_profile;
use super::session::Session;
use super::upkeep::{Upkeep, warn_of_alert};
use many::Options;
use one::EventArgs;
use source::Source;

use crate::alerting::{AlertTargets, give_pending};
use crate::delivery::Transport;
use crate::threads;

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["profile", "from"])))]
pub(super) struct SendArgs {
    /// Profile ID, unique ID prefix, or title
    profile: Option<String>,
    #[command(flatten)]
    event: EventArgs,
    /// Send the events of a file, one JSON object per line; `-` for standard input
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Accept nothing unless every line is valid
    #[arg(long, requires = "from", conflicts_with = "profile")]
    strict: bool,
    /// Accept events without waiting: the active sender delivers them
    #[arg(long)]
    no_wait: bool,
    /// Print one line of JSON per state change
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: SendArgs) -> Result<ExitCode, CommandError> {
    let SendArgs { profile, event, from, strict, no_wait, json } = args;
    let settings = session.settings();
    let transport = if no_wait { None } else { Some(Transport::new(settings.addresses.for_sending()?)) };
    if let Some(file) = from {
        let mut interrupts = Interrupts::watch()?;
        let source = open(file, &mut interrupts).await?;
        let sending = (transport, Upkeep::of(settings));
        let options = Options { strict, json };
        return many::run(session.existing_store()?, source, sending, options, &mut interrupts).await;
    }
    let store = session.store_if_there()?;
    let (store, profile) = resolve_profile::profile(store.as_ref(), &profile.unwrap_or_default()).await?;
    let sends = transport.is_some();
    let ended = one::run(&store, &profile, &event, transport, json).await;
    if let Some(alerts) = AlertTargets::of(settings).filter(|_| sends) {
        give_pending(store.storage(), alerts, warn_of_alert).await;
    }
    ended
}

/// Opens the input. Opening a pipe waits for its writer, and a signal ends the wait.
async fn open(file: PathBuf, interrupts: &mut Interrupts) -> Result<Source, CommandError> {
    tokio::select! {
        biased;
        code = interrupts.next() => {
            Err(CommandError::Interrupted { code, left: "stopped: nothing was accepted".to_owned() })
        }
        source = threads::blocking(move || Source::open(&file)) => source?,
    }
}
