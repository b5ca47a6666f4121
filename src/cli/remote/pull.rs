//! `ringback remote pull`.

use std::process::ExitCode;

use crate::cli::ask::ask;
use crate::cli::error::CommandError;
use crate::cli::interrupt::Interrupts;
use crate::cli::session::Session;
use crate::remote::{Adopted, ProfileOutcome, ProfileResult, Pull, PullOptions};

use super::connect::{AccountArgs, Connected};
use super::report::{Heading, report};

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(super) struct PullArgs {
    /// Profile IDs, unique ID prefixes, or titles, here or on the account [default: all]
    profiles: Vec<String>,
    /// Report what would be done, with each value, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// In a conflict take the account's values; restore what was deleted here
    #[arg(long)]
    force: bool,
    /// Delete profiles here that were deleted on the account
    #[arg(long)]
    prune: bool,
    /// Do not ask before deleting
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(
    session: &Session,
    account: &AccountArgs,
    args: &PullArgs,
    json: bool,
) -> Result<ExitCode, CommandError> {
    let connected = Connected::new(session, account, true).await?;
    let check = connected.check(session).await?;
    let pairs = connected.pairs(&args.profiles, Adopted::Interrupted, &check).await?.chosen;
    let account = connected.client.account().name();
    let options = PullOptions { force: args.force, prune: args.prune, dry_run: args.dry_run };
    let pull = Pull { store: &*connected.store, check: &check, account, options };
    let deleted = pairs.iter().filter(|pair| pull.deletes(pair)).count();
    if deleted > 0 && !args.yes && !args.dry_run {
        let noun = if deleted == 1 { "profile" } else { "profiles" };
        let question = format!("Delete {deleted} {noun} here that the account no longer has?");
        ask(&question, "nothing was pulled", "nothing was pulled")?;
    }
    let mut interrupts = Interrupts::watch()?;
    let mut outcomes = Vec::new();
    let mut stopped = None;
    for pair in &pairs {
        if stopped.is_none() {
            stopped = tokio::select! {
                biased;
                code = interrupts.next() => Some(code),
                () = std::future::ready(()) => None,
            };
        }
        outcomes.push(if stopped.is_none() {
            pull.one(pair).await?
        } else {
            let ids = (pair.id().cloned(), pair.remote_id().cloned());
            ProfileOutcome::new(ids.0, ids.1, pair.title(), ProfileResult::NotDone)
        });
    }
    let heading = Heading { what: "pulled from", account, dry_run: args.dry_run };
    let code = report(&heading, &outcomes, json)?;
    match stopped {
        Some(code) => {
            let left = "interrupted: pull again to continue".to_owned();
            Err(CommandError::Interrupted { code, left })
        }
        None => Ok(code),
    }
}
