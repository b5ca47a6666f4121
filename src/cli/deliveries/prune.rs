//! `ringback deliveries prune`: removes ended deliveries from the log, and shrinks the file.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::cli::ask::ask;
use crate::cli::console::keep;
use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::cli::{blocked, passed_over, resolve_profile, terminal};
use crate::clock;
use crate::documents::{duration, state_filter};
use crate::management::change_all;
use crate::profile::Choice as _;
use crate::record::DeliveryState;
use crate::storage::{
    BulkResult, Change, ClockDoubt, Filter, Opened, Problem, Removed, RetentionPolicy, StateFilter, Storage,
};
use crate::text::group_digits;

use super::batches::{Batches, matched};

#[derive(Debug, clap::Args)]
pub(super) struct PruneArgs {
    /// Only deliveries that ended longer ago than this, such as 30d [default: the retention settings]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    older_than: Option<SignedDuration>,
    /// Only in this state: delivered, failed or cancelled
    #[arg(long, value_parser = state_filter, requires = "older_than", ignore_case = true)]
    state: Option<StateFilter>,
    /// Only of this profile: ID, unique ID prefix, or title
    #[arg(long, requires = "older_than")]
    profile: Option<String>,
    /// Only count matching deliveries
    #[arg(long)]
    dry_run: bool,
    /// Do not ask for confirmation
    #[arg(long)]
    yes: bool,
    /// Remove by age even if the clock is far ahead of the last activity
    #[arg(long)]
    trust_clock: bool,
}

pub(super) async fn run(session: &Session, args: &PruneArgs, json: bool) -> Result<(), CommandError> {
    let what = match args.older_than {
        Some(ago) => What::Older(ago),
        None => What::Settings(keep(session.settings())),
    };
    let pending = |state: StateFilter| DeliveryState::ALL.iter().any(|s| s.is_pending() && state.has(*s));
    if args.state.is_some_and(pending) {
        let text =
            "--state: what is still to be sent stays; there are delivered, failed, cancelled and ended";
        return Err(CommandError::Input(text.to_owned()));
    }
    let now = clock::now();
    let Some(store) = session.store_if_there()? else { return report(&Pruned::default(), true, json) };
    let pruning = what.of(&store, args, now).await?;
    let fit = pruning.count(&*store, now).await?;
    let mut pruned = Pruned { fit, before: store.size().await?, ..Pruned::default() };
    pruned.after = pruned.before;
    let doubts = pruning.is_by_age() && !args.trust_clock;
    if args.dry_run || fit == 0 {
        let doubt = if doubts && fit > 0 { store.clock_doubt(now).await? } else { None };
        if let Some(doubt) = doubt {
            eprint_line(&format!("ringback: note: {}", ahead(now, doubt)));
        }
        return report(&pruned, args.dry_run, json);
    }
    let doubt = if doubts { store.clock_doubt(now).await? } else { None };
    if doubt.is_some() {
        store.doubt_clock(now).await?;
    }
    confirm(fit, args.yes, doubt.map(|doubt| ahead(now, doubt)))?;
    let mut removal = Removal::new(&*store, &pruning, now, fit)?;
    let ended = removal.all().await;
    pruned.removed = removal.removed;
    if ended.is_ok() {
        eprint_line("releasing disk space …");
    }
    let shrunk = store.shrink(0).await;
    pruned.after = store.size().await?;
    match ended {
        Err(CommandError::Interrupted { code, .. }) => {
            let left = format!(
                "{} of {} removed; run the same command to continue",
                group_digits(pruned.removed.deliveries),
                group_digits(fit)
            );
            Err(CommandError::Interrupted { code, left })
        }
        Err(error) => Err(error),
        Ok(()) => {
            report(&pruned, false, json)?;
            Ok(shrunk?)
        }
    }
}

/// The warning that the clock is far ahead, and the option that confirms it.
fn ahead(now: Timestamp, doubt: ClockDoubt) -> String {
    format!(
        "the clock ({}) is far ahead of the last activity ({}): if it is right, add --trust-clock",
        blocked::clock(now),
        blocked::clock(doubt.seen)
    )
}

/// Asks whether to remove this many. A clock that is far ahead is confirmed by a person, or by a separate option: a
/// script's `--yes` does not confirm the clock.
fn confirm(fit: u64, yes: bool, ahead: Option<String>) -> Result<(), CommandError> {
    let noun = if fit == 1 { "delivery" } else { "deliveries" };
    let question = format!("Remove {} {noun} from the log permanently?", group_digits(fit));
    let not = format!("{} {noun} match; nothing was removed", group_digits(fit));
    match ahead {
        None if yes => return Ok(()),
        None => {}
        Some(ahead) if yes || !terminal::is_there() => {
            return Err(CommandError::Input(format!("{not}: {ahead}")));
        }
        Some(ahead) => eprint_line(&format!("ringback: note: {ahead}, or confirm here")),
    }
    ask(&question, &not, "nothing was removed")
}

/// The deliveries to remove.
enum What {
    Older(SignedDuration),
    Settings(RetentionPolicy),
}

/// The same, resolved.
enum Pruning {
    Fitting(Box<Filter>),
    Outdated(RetentionPolicy),
}

impl What {
    async fn of(self, store: &Opened, args: &PruneArgs, now: Timestamp) -> Result<Pruning, CommandError> {
        let ago = match self {
            Self::Settings(keep) => return Ok(Pruning::Outdated(keep)),
            Self::Older(ago) => ago,
        };
        let profile = match &args.profile {
            Some(text) => Some(resolve_profile::logged(Some(store), text).await?),
            None => None,
        };
        let ended_before = Some(clock::earlier(now, ago));
        let filter = Filter { state: args.state, profile, ended_before, ..Filter::default() };
        Ok(Pruning::Fitting(Box::new(Change::Remove.of(filter))))
    }
}

impl Pruning {
    /// Whether the selection depends on the clock.
    fn is_by_age(&self) -> bool {
        match self {
            Self::Fitting(_) => true,
            Self::Outdated(keep) => keep.days > 0,
        }
    }

    async fn count(&self, store: &dyn Storage, now: Timestamp) -> Result<u64, CommandError> {
        Ok(match self {
            Self::Fitting(filter) => store.count(filter).await?,
            Self::Outdated(keep) => store.outdated(*keep, now).await?.deliveries,
        })
    }
}

/// The removal of the selected deliveries.
struct Removal<'a> {
    store: &'a dyn Storage,
    pruning: &'a Pruning,
    now: Timestamp,
    of: u64,
    batches: Batches,
    removed: Removed,
}

impl<'a> Removal<'a> {
    fn new(
        store: &'a dyn Storage,
        pruning: &'a Pruning,
        now: Timestamp,
        of: u64,
    ) -> Result<Self, CommandError> {
        Ok(Self { store, pruning, now, of, batches: Batches::of(of)?, removed: Removed::default() })
    }

    /// Removes all of them. Works with little disk space, too: when the write-ahead log fills the disk, it is
    /// checkpointed into the database and restarted.
    async fn all(&mut self) -> Result<(), CommandError> {
        let mut is_first = true;
        loop {
            let before = self.removed;
            match self.rest().await {
                Err(CommandError::Store(error)) if error.problem == Problem::Full => {
                    if !std::mem::take(&mut is_first) && self.removed == before {
                        let (done, of) = (group_digits(self.removed.deliveries), group_digits(self.of));
                        eprint_line(&format!(
                            "ringback: {done} of {of} removed: removing needs some free space first"
                        ));
                        return Err(error.into());
                    }
                    // If this fails, the next attempt reports it.
                    let _ = self.store.make_room().await;
                }
                ended => return ended,
            }
        }
    }

    /// Removes the remaining ones, until the disk is full.
    async fn rest(&mut self) -> Result<(), CommandError> {
        if self.pruning.is_by_age() {
            self.store.trust_clock(self.now).await?;
        }
        match self.pruning {
            Pruning::Fitting(filter) => {
                let mut did = BulkResult::default();
                let filter = (**filter).clone();
                let batches = &mut self.batches;
                let next = |did: &BulkResult| batches.next(did.done() + did.left);
                let ended = change_all(self.store, (Change::Remove, None), filter, &mut did, next).await;
                passed_over::report(&did.passed_over);
                self.removed.add(did.removed);
                ended
            }
            Pruning::Outdated(keep) => {
                let mut after = None;
                loop {
                    self.batches.next(self.removed.deliveries)?;
                    let (removed, next) = self.store.prune_next(*keep, self.now, after).await?;
                    self.removed.add(removed);
                    after = next;
                    if after.is_none() {
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// The result; sizes of the file are in bytes.
#[derive(Debug, Default)]
struct Pruned {
    fit: u64,
    removed: Removed,
    before: u64,
    after: u64,
}

fn report(pruned: &Pruned, dry: bool, json: bool) -> Result<(), CommandError> {
    let Pruned { fit, removed, before, after } = pruned;
    if json {
        return print_json(&json!({
            "matched": fit, "fit": fit, "dry_run": dry, "removed": removed.deliveries, "attempts": removed.attempts,
            "bytes_before": before, "bytes_after": after,
        }));
    }
    if dry || *fit == 0 {
        return print(&matched(*fit, dry));
    }
    print(&format!(
        "removed {} deliveries and {} attempts; the file went from {} to {}\n",
        group_digits(removed.deliveries),
        group_digits(removed.attempts),
        size(*before),
        size(*after)
    ))
}

/// A size for people, in powers of 1024.
fn size(bytes: u64) -> String {
    match bytes / 1024 {
        0..10_240 => format!("{} KiB", bytes / 1024),
        kib => format!("{} MiB", kib / 1024),
    }
}
