//! `ringback deliveries retry`, `resend` and `cancel`: one, or all that match, counted first.
//!
//! A retry is a further attempt of a delivery that waits; a resend is a new delivery with the same request.

use std::process::ExitCode;

use crate::cli::ask::ask;
use crate::cli::error::{CommandError, FAILED};
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::cli::{blocked, passed_over};
use crate::clock;
use crate::documents::{
    bulk_action, bulk_cancelled, bulk_result, bulk_retried, filter_words, steered_delivery,
};
use crate::management::{self, ResendAs, SteerError, Steered, begin_bulk, change_all};
use crate::profile::Choice as _;
use crate::record::{BulkId, DeliveryState, Summary};
use crate::storage::{BulkResult, Change, Filter, StateFilter, Storage};
use crate::text::group_digits;

use super::batches::{Batches, matched};
use super::bulk_wait;
use super::filter_args::{self, FilterArgs};

#[derive(Debug, clap::Args)]
pub(super) struct SteerArgs {
    /// Delivery ID or unique ID prefix; without it, all that match the filter
    #[arg(conflicts_with_all = ["all", "profile", "bulk", "state", "status", "since", "until", "text", "before"])]
    delivery: Option<String>,
    #[command(flatten)]
    filter: FilterArgs,
    /// All deliveries, when no filter is given
    #[arg(long)]
    all: bool,
    /// Only count matching deliveries
    #[arg(long)]
    dry_run: bool,
    /// Do not ask for confirmation
    #[arg(long)]
    yes: bool,
}

/// Why a pending delivery is not resent.
const STILL_PENDING: &str = "a pending delivery is still sent, and a resend would be a second one: `ringback deliveries \
                             retry` makes its next attempt now";

/// A retry of a delivery that has ended was a resend.
const HAD_ENDED: &str = "ringback: note: it had ended, so it was resent as a new delivery, as by `ringback deliveries \
                         resend`; a retry is a further attempt of a delivery that waits";

/// The change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Retry,
    Resend,
    Cancel,
}

impl Verb {
    fn change(self) -> Change {
        match self {
            // What it does depends on the state, which a resend limits to those that have ended.
            Self::Retry | Self::Resend => Change::Retry,
            Self::Cancel => Change::Cancel,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Resend => "resend",
            Self::Cancel => "cancel",
        }
    }

    /// Whether it applies to any of these states.
    fn takes(self, states: StateFilter) -> bool {
        let some = |wanted: StateFilter| DeliveryState::ALL.iter().any(|s| states.has(*s) && wanted.has(*s));
        match self {
            // Delivered ones are resent only on explicit request.
            Self::Retry => true,
            Self::Resend => !some(StateFilter::Pending),
            Self::Cancel => some(StateFilter::Pending),
        }
    }

    /// Why it does not apply to a state.
    fn refusal(self) -> &'static str {
        match self {
            Self::Resend => STILL_PENDING,
            Self::Retry | Self::Cancel => "ended deliveries cannot be cancelled",
        }
    }
}

/// The arguments of `retry` and `resend`.
#[derive(Debug, clap::Args)]
pub(super) struct ResendArgs {
    #[command(flatten)]
    steer: SteerArgs,
    /// With a filter, wait until all have ended, and print the result; exits with 1 unless all were delivered
    #[arg(long, conflicts_with_all = ["delivery", "dry_run"])]
    wait: bool,
}

/// Retries or resends, and waits for the result if that is wanted.
pub(super) async fn resend(
    session: &Session,
    args: &ResendArgs,
    verb: Verb,
    json: bool,
) -> Result<ExitCode, CommandError> {
    run(session, &args.steer, verb, (json, args.wait)).await
}

pub(super) async fn run(
    session: &Session,
    args: &SteerArgs,
    verb: Verb,
    (json, wait): (bool, bool),
) -> Result<ExitCode, CommandError> {
    let store = session.store_if_there()?;
    if let Some(text) = &args.delivery {
        let (store, row) = filter_args::delivery(store.as_ref(), text).await?;
        one(&*store, row, verb, args.dry_run, json).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let name = verb.name();
    if args.filter.is_empty() && !args.all {
        let which = "name a delivery, or filter: --state failed, --profile P, --since 2h, … or --all";
        return Err(CommandError::Input(format!("{which} (`ringback deliveries {name} --help`)")));
    }
    if let Some(state) = args.filter.state.filter(|state| !verb.takes(*state)) {
        let shown = DeliveryState::ALL.iter().find(|s| state.has(**s)).map_or("these", |s| s.name());
        return Err(CommandError::Input(format!("--state {shown}: {}", verb.refusal())));
    }
    let nothing = |fit| {
        report(verb, &BulkResult::default(), (fit, None), args.dry_run, json).map(|()| ExitCode::SUCCESS)
    };
    let Some(store) = store else { return nothing(0) };
    let now = clock::now();
    let mut filter = args.filter.filter(&store, now).await?;
    if verb == Verb::Resend {
        filter.state = filter.state.or(Some(StateFilter::Is(DeliveryState::Failed)));
    }
    let filter = verb.change().of(filter);
    let count = store.count(&filter).await?;
    if verb != Verb::Cancel {
        let all = store.count(&Filter { not_again: false, ..filter.clone() }).await?;
        report_resent_before(all.saturating_sub(count));
    }
    if args.dry_run || count == 0 {
        return nothing(count);
    }
    if !args.yes {
        let noun = if count == 1 { "delivery" } else { "deliveries" };
        let question = match verb {
            Verb::Retry => format!("Send {} {noun} now?", group_digits(count)),
            Verb::Resend => format!("Resend {} {noun}?", group_digits(count)),
            Verb::Cancel => format!("Cancel {} {noun}?", group_digits(count)),
        };
        let fits = if count == 1 { "matches" } else { "match" };
        let not = format!("{} {noun} {fits}; nothing was done", group_digits(count));
        ask(&question, &not, "nothing was done")?;
    }
    let mut did = BulkResult::default();
    let mut batches = Batches::of(count)?;
    let what = filter_words(&filter, args.filter.profile.as_deref());
    let bulk = begin_bulk(&*store, verb.change(), what, count).await?;
    let next = |did: &BulkResult| batches.next(did.done() + did.left);
    let changed = change_all(&*store, (verb.change(), bulk), filter, &mut did, next).await;
    if let Some(id) = bulk {
        store.end_bulk_action(id).await?;
    }
    changed.map_err(|error| match error {
        CommandError::Interrupted { code, .. } => {
            let at = did.last.map(|last| format!(" with --before {last}")).unwrap_or_default();
            let left = format!(
                "{} of {} done; run the same command{at} to continue",
                done(&did),
                group_digits(count)
            );
            CommandError::Interrupted { code, left }
        }
        other => other,
    })?;
    passed_over::report(&did.passed_over);
    let bulk = bulk.filter(|_| did.done() > 0);
    if let Some(id) = bulk.filter(|_| wait) {
        return result(&*store, id, (&did, count), json).await;
    }
    report(verb, &did, (count, bulk), false, json)?;
    warn_without_sender(&*store, &did).await?;
    if did.due > 0 {
        blocked::report(&store.blocked(None).await?);
    }
    if let Some(id) = bulk {
        eprint_line(&format!("`ringback deliveries bulk {id}` shows what becomes of them"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Waits for what becomes of a bulk action, and prints it.
async fn result(
    store: &dyn Storage,
    id: BulkId,
    (did, fit): (&BulkResult, u64),
    json: bool,
) -> Result<ExitCode, CommandError> {
    let Some(action) = store.bulk_action(id).await? else { return Ok(ExitCode::SUCCESS) };
    let action = bulk_wait::wait(store, action).await?;
    if json {
        let mut document = bulk_retried(did, fit, false, Some(id));
        document["result"] = bulk_action(&action, clock::now());
        print_json(&document)?;
    } else {
        print(&format!("{}\n", bulk_result(&action)))?;
        if action.counts.failed > 0 {
            eprint_line(&format!(
                "`ringback deliveries list --bulk {id} --state failed` lists those that failed"
            ));
        }
    }
    Ok(if action.counts.delivered == action.changed() { ExitCode::SUCCESS } else { FAILED.into() })
}

/// Reports matching deliveries that were skipped because they were resent before.
fn report_resent_before(left_out: u64) {
    let newer = match left_out {
        0 => return,
        1 => "its newer delivery",
        _ => "their newer deliveries",
    };
    eprint_line(&format!("ringback: skipped {} already resent; retry {newer}", group_digits(left_out)));
}

/// One delivery, named by its ID: no confirmation, since a single change can be corrected.
async fn one(
    store: &dyn Storage,
    row: Summary,
    verb: Verb,
    dry: bool,
    json: bool,
) -> Result<(), CommandError> {
    let id = row.id;
    let done = match verb {
        Verb::Cancel if !row.state.is_pending() => {
            return Err(CommandError::Input(SteerError::Ended(id, row.state.name()).to_string()));
        }
        Verb::Resend if row.state.is_pending() && store.blocks().await?.of(&row).is_none() => {
            return Err(CommandError::Input(format!(
                "delivery {id} is {}: {STILL_PENDING}",
                row.state.name()
            )));
        }
        _ if dry => None,
        Verb::Resend => Some(management::resend(store, id, ResendAs::now()).await?),
        Verb::Cancel => Some(management::cancel(store, &row).await?),
        Verb::Retry => Some(management::retry(store, &row, ResendAs::now()).await?),
    };
    let new = done.and_then(Steered::new_delivery);
    let what = done.map_or("would change", Steered::name);
    let blocks = store.blocks().await?;
    let block = blocks.of(&row).filter(|_| matches!(done, Some(Steered::DueNow)));
    if json {
        print_json(&steered_delivery(id, what, new, block.map(|block| block.why.name())))?;
    } else {
        // It is only queued until a sender runs; scripts rely on the word in the JSON.
        let reported = new.map_or_else(|| what.to_owned(), |new| format!("resending as {new}"));
        print(&format!("{id}  {reported}\n"))?;
    }
    if verb == Verb::Retry && new.is_some() {
        eprint_line(HAD_ENDED);
    }
    if verb != Verb::Cancel && !dry {
        warn_without_sender(store, &BulkResult { due: 1, ..BulkResult::default() }).await?;
        if let Some(block) = block {
            eprint_line(&format!("ringback: it is blocked: {}", blocked::sentence(block)));
        }
    }
    Ok(())
}

/// Due deliveries wait if there is no active sender.
async fn warn_without_sender(store: &dyn Storage, did: &BulkResult) -> Result<(), CommandError> {
    if did.due + did.again > 0 && !store.has_active_sender().await? {
        eprint_line(
            "no session is sending from this database; start `ringback work` or the console (`ringback`)",
        );
    }
    Ok(())
}

fn done(did: &BulkResult) -> String {
    group_digits(did.done())
}

fn report(
    verb: Verb,
    did: &BulkResult,
    (fit, bulk): (u64, Option<BulkId>),
    dry: bool,
    json: bool,
) -> Result<(), CommandError> {
    if json {
        return print_json(&match verb {
            Verb::Retry | Verb::Resend => bulk_retried(did, fit, dry, bulk),
            Verb::Cancel => bulk_cancelled(did, fit, dry),
        });
    }
    if dry || fit == 0 {
        return print(&matched(fit, dry));
    }
    let mut message = match verb {
        Verb::Retry => {
            format!("retrying now: {} · resending: {}", group_digits(did.due), group_digits(did.again))
        }
        Verb::Resend => format!("resending: {}", group_digits(did.again)),
        Verb::Cancel => format!("cancelled: {}", group_digits(did.cancelled)),
    };
    if did.left > 0 {
        let why = did.why.as_deref().unwrap_or("their state changed meanwhile");
        message = format!("{message} · unchanged: {} ({why})", group_digits(did.left));
    }
    print(&format!("{message}\n"))
}
