//! `ringback remote push`.

use std::future::Future;
use std::pin::pin;
use std::process::ExitCode;

use crate::cli::ask::ask;
use crate::cli::error::CommandError;
use crate::cli::interrupt::Interrupts;
use crate::cli::output::eprint_line;
use crate::cli::session::Session;
use crate::remote::{Adopted, Dialect, Pair, ProfileOutcome, ProfileResult, Push, PushOptions, namesakes};
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
    /// Delete profiles of the account that were deleted here
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
    let connected = Connected::new(session, account, false).await?;
    let check = connected.check(session).await?;
    let pairs = connected.pairs(&args.profiles, Adopted::All, &check).await?;
    let options = PushOptions { force: args.force, prune: args.prune, dry_run: true };
    let dialect = dialect(&pairs.all);
    let mut push =
        Push { store: &*connected.store, check: &check, client: &connected.client, dialect, options };
    let mut planned = Vec::new();
    for pair in &pairs.chosen {
        planned.push(push.one(pair, &namesakes(&pairs.all, pair.title())).await?);
    }
    let account = connected.client.account().name();
    let writes = planned.iter().filter(|outcome| is_write(outcome.result)).count();
    if args.dry_run {
        return report(&Heading { what: "compared with", account, dry_run: true }, &planned, json);
    }
    if writes > 0 && !args.yes {
        eprint_line(text(&planned, true).trim_end());
        let question = format!("Write {writes} of these to {account}?");
        ask(&question, "nothing was pushed", "nothing was pushed")?;
    }
    push.options.dry_run = false;
    let (outcomes, stopped) = all(&connected, &push, &pairs).await?;
    let code = report(&Heading { what: "pushed to", account, dry_run: false }, &outcomes, json)?;
    match stopped {
        Some(code) => {
            let left = "interrupted: push again to continue".to_owned();
            Err(CommandError::Interrupted { code, left })
        }
        None => Ok(code),
    }
}

/// Pushes the chosen profiles until an interrupt, and returns its exit code.
async fn all(
    connected: &Connected,
    push: &Push<'_>,
    pairs: &Pairs,
) -> Result<(Vec<ProfileOutcome>, Option<u8>), CommandError> {
    let mut interrupts = Interrupts::watch()?;
    let (mut outcomes, mut stopped) = (Vec::new(), None);
    for (at, pair) in pairs.chosen.iter().enumerate() {
        if stopped.is_some() {
            outcomes.push(not_done(pair));
            continue;
        }
        connected.progress().draw(|_| format!("{} of {}: {}", at + 1, pairs.chosen.len(), pair.title()));
        let namesakes = namesakes(&pairs.all, pair.title());
        let (outcome, signal) = finished(push.one(pair, &namesakes), &mut interrupts).await?;
        stopped = signal;
        let unknown = "interrupted: it is not known whether the account has carried it out";
        outcomes.push(outcome.unwrap_or_else(|| not_done(pair).failed(unknown)));
    }
    connected.progress().clear();
    Ok((outcomes, stopped))
}

/// Waits for a profile. An interrupt ends the command after it, a second one at once.
async fn finished(
    work: impl Future<Output = Result<ProfileOutcome, StoreError>>,
    interrupts: &mut Interrupts,
) -> Result<(Option<ProfileOutcome>, Option<u8>), CommandError> {
    let mut work = pin!(work);
    let code = tokio::select! {
        biased;
        code = interrupts.next() => code,
        done = &mut work => return Ok((Some(done?), None)),
    };
    eprint_line("ringback: stopping after the profile in progress (Ctrl+C again to abort)");
    tokio::select! {
        biased;
        done = &mut work => Ok((Some(done?), Some(code))),
        _ = interrupts.next() => Ok((None, Some(code))),
    }
}

fn not_done(pair: &Pair) -> ProfileOutcome {
    let ids = (pair.id().cloned(), pair.remote_id().cloned());
    ProfileOutcome::new(ids.0, ids.1, pair.title(), ProfileResult::NotDone)
}

fn is_write(result: ProfileResult) -> bool {
    matches!(result, ProfileResult::Created | ProfileResult::Updated | ProfileResult::Deleted)
}

/// What the account carries, as its profiles say.
fn dialect(pairs: &[Pair]) -> Dialect {
    let mut documents = pairs.iter().filter_map(|pair| pair.remote.as_ref());
    let is_ours = documents.any(|remote| Dialect::of(&remote.document) == Dialect::Ringback);
    if is_ours { Dialect::Ringback } else { Dialect::Platform }
}
