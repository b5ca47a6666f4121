//! `ringback remote pull`.

use std::process::ExitCode;

use crate::cli::ask::ask;
use crate::cli::error::CommandError;
use crate::cli::interrupt::Interrupts;
use crate::cli::output::eprint_line;
use crate::cli::session::Session;
use crate::cli::terminal;
use crate::remote::{Adopted, NOT_THERE, Pair, ProfileOutcome, Pull, PullOptions};
use crate::text::escape_controls;

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
    /// In a conflict use the account's values; restore what was deleted here
    #[arg(long)]
    force: bool,
    /// Delete profiles here that were deleted on the account; with --force also those that were changed here since
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
    let connected = Connected::new(session, account).await?;
    let check = connected.check(session).await?;
    let pairs = connected.pairs(&args.profiles, Adopted::Interrupted, &check).await?;
    let account = connected.client.account().name();
    let options = PullOptions { force: args.force, prune: args.prune };
    let mut pull = Pull { store: None, check: &check, account, options };
    if !args.yes && !args.dry_run {
        confirm(&pairs.chosen.iter().filter(|pair| pull.deletes(pair)).collect::<Vec<_>>())?;
    }
    let created;
    if !args.dry_run {
        pull.store = if let Some(store) = connected.store() {
            Some(store)
        } else {
            // Only now, so that an account that cannot be read leaves nothing behind.
            created = session.store()?;
            Some(&*created)
        };
    }
    if let Some(store) = pull.store {
        pairs.keep_moved(store).await?;
    }
    let mut interrupts = Interrupts::watch()?;
    let (mut outcomes, mut ended) = (Vec::new(), None);
    for pair in &pairs.chosen {
        if ended.is_none() {
            ended = tokio::select! {
                biased;
                code = interrupts.next() => Some(interrupted(code)),
                () = std::future::ready(()) => None,
            };
        }
        if ended.is_some() {
            outcomes.push(ProfileOutcome::not_done(pair));
            continue;
        }
        match pull.one(pair).await {
            Ok(outcome) => outcomes.push(outcome),
            Err(error) => {
                outcomes.push(ProfileOutcome::not_done(pair).failed(error.to_string()));
                ended = Some(error.into());
            }
        }
    }
    let heading = Heading {
        what: if args.dry_run { "compared with" } else { "pulled from" },
        account,
        dry_run: args.dry_run,
    };
    if args.profiles.is_empty() && !json {
        // Nobody asked for these.
        for outcome in &mut outcomes {
            outcome.notes.retain(|note| note != NOT_THERE);
        }
    }
    let code = report(&heading, &outcomes, json)?;
    ended.map_or(Ok(code), Err)
}

fn interrupted(code: u8) -> CommandError {
    CommandError::Interrupted { code, left: "interrupted: pull again to continue".to_owned() }
}

/// Asks before profiles are deleted, and names them.
fn confirm(deleted: &[&Pair]) -> Result<(), CommandError> {
    let named = |pair: &&Pair| {
        let id = pair.id().map(ToString::to_string).unwrap_or_default();
        (escape_controls(pair.title()), id)
    };
    let named: Vec<(String, String)> = deleted.iter().map(named).collect();
    let count = match named.len() {
        0 => return Ok(()),
        1 => "1 profile".to_owned(),
        count => format!("{count} profiles"),
    };
    if terminal::is_there() {
        for (title, id) in &named {
            eprint_line(&format!("delete     {id}  {title}"));
        }
    }
    let question = format!("Delete {count} here that the account no longer has?");
    let list: Vec<String> = named.iter().map(|(title, id)| format!("{title} ({id})")).collect();
    let without = format!("nothing was pulled: {count} would be deleted here: {}", list.join(", "));
    ask(&question, &without, "nothing was pulled")
}
