//! `ringback remote push`.

use std::future::Future;
use std::pin::pin;
use std::process::ExitCode;

use crate::cli::ask::ask;
use crate::cli::error::CommandError;
use crate::cli::interrupt::{Interrupts, again};
use crate::cli::output::eprint_line;
use crate::cli::session::Session;
use crate::remote::{Adopted, ProfileOutcome, Push, PushOptions, dialect, namesakes};
use crate::storage::StoreError;

use super::connect::{AccountArgs, Connected, Pairs};
use super::report::{Heading, report, text};

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(super) struct PushArgs {
    /// Profile IDs, unique ID prefixes, or titles, here or on the account [default: all]
    profiles: Vec<String>,
    /// Report what would be done, with each value, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Overwrite what was changed on the account; create again what was deleted there
    #[arg(long)]
    force: bool,
    /// Delete profiles of the account that were deleted here; with --force also those that were changed there since
    #[arg(long)]
    prune: bool,
    /// Do not ask before writing
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(
    session: &Session,
    account: &AccountArgs,
    args: &PushArgs,
    json: bool,
) -> Result<ExitCode, CommandError> {
    let connected = Connected::new(session, account).await?;
    let check = connected.check(session).await?;
    let pairs = connected.pairs(&args.profiles, Adopted::All, &check).await?;
    let options = PushOptions { force: args.force, prune: args.prune };
    let dialect = dialect(&pairs.all);
    let mut push = Push { store: None, check: &check, client: &connected.client, dialect, options };
    let mut planned = Vec::new();
    for pair in &pairs.chosen {
        planned.push(push.one(pair, &namesakes(&pairs.all, pair.title())).await?);
    }
    let account = connected.client.account().name();
    let writes = planned.iter().filter(|outcome| outcome.result.is_write()).count();
    if args.dry_run {
        return report(&Heading { what: "compared with", account, dry_run: true }, &planned, json);
    }
    if writes > 0 && !args.yes {
        eprint_line(text(&planned, true).trim_end());
        let noun = if writes == 1 { "profile" } else { "profiles" };
        let question = format!("Write {writes} {noun} to {account}?");
        ask(&question, "nothing was pushed", "nothing was pushed")?;
    }
    push.store = connected.store();
    if let Some(store) = push.store {
        pairs.keep_moved(store).await?;
    }
    let (outcomes, ended) = all(&connected, &push, &pairs).await?;
    let code = report(&Heading { what: "pushed to", account, dry_run: false }, &outcomes, json)?;
    ended.map_or(Ok(code), Err)
}

fn interrupted(code: u8) -> CommandError {
    CommandError::Interrupted { code, left: "interrupted: push again to continue".to_owned() }
}

/// Pushes the selected profiles until an interrupt or a failure of the database, which is returned too.
async fn all(
    connected: &Connected,
    push: &Push<'_>,
    pairs: &Pairs,
) -> Result<(Vec<ProfileOutcome>, Option<CommandError>), CommandError> {
    let mut interrupts = Interrupts::watch()?;
    let (mut outcomes, mut ended) = (Vec::new(), None);
    for (at, pair) in pairs.chosen.iter().enumerate() {
        if ended.is_some() {
            outcomes.push(ProfileOutcome::not_done(pair));
            continue;
        }
        connected.progress().draw(|_| format!("{} of {}: {}", at + 1, pairs.chosen.len(), pair.title()));
        let namesakes = namesakes(&pairs.all, pair.title());
        let (done, signal) = finished(push.one(pair, &namesakes), &mut interrupts).await;
        ended = signal.map(interrupted);
        outcomes.push(match done {
            Some(Ok(outcome)) => outcome,
            Some(Err(error)) => {
                let outcome = ProfileOutcome::not_done(pair).failed(error.to_string());
                ended = Some(error.into());
                outcome
            }
            None => {
                let unknown = "interrupted: it is not known whether the account has carried it out";
                ProfileOutcome::not_done(pair).failed(unknown)
            }
        });
    }
    connected.progress().clear();
    Ok((outcomes, ended))
}

/// Waits for a profile. An interrupt ends the command after it; a second one aborts.
async fn finished(
    work: impl Future<Output = Result<ProfileOutcome, StoreError>>,
    interrupts: &mut Interrupts,
) -> (Option<Result<ProfileOutcome, StoreError>>, Option<u8>) {
    let mut work = pin!(work);
    let code = tokio::select! {
        biased;
        code = interrupts.next() => code,
        done = &mut work => return (Some(done), None),
    };
    eprint_line(&format!("ringback: stopping after the profile in progress ({} to abort)", again(code)));
    tokio::select! {
        biased;
        done = &mut work => (Some(done), Some(code)),
        _ = interrupts.next() => (None, Some(code)),
    }
}
