//! `ringback work`: runs the sender without the console.

mod counting;
mod report;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use tokio::time::MissedTickBehavior;

use super::blocked;
use super::command_sender::{SenderReports, stop, stop_when_interrupted, what_becomes_of_pending};
use super::error::{CommandError, FAILED};
use super::interrupt::SIGINT_CODE;
use super::interrupt::{BlockedSignals, Interrupts};
use super::output::print_if_read;
use super::session::Session;
use super::status_line::StatusLine;
use super::throughput::Throughput;
use super::upkeep::Upkeep;
use crate::delivery::{CompleteOutcomes, Limits, OutcomeStream, Sender, Transport};
use crate::record::Outcome;
use crate::storage::{Counts, Opened, StoreError};

use counting::{Counted, Counting};
use report::Report;

/// The interval at which progress is drawn.
const TICK: Duration = Duration::from_millis(250);

#[derive(Debug, clap::Args)]
pub(super) struct WorkArgs {
    /// Exit when no delivery is queued or waiting, except blocked ones
    #[arg(long)]
    until_idle: bool,
    /// Print one line of JSON per attempt
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(
    session: &Session,
    args: &WorkArgs,
    signals: Option<BlockedSignals>,
) -> Result<ExitCode, CommandError> {
    let mut interrupts = Interrupts::watch()?;
    drop(signals);
    let settings = session.settings();
    let network = settings.addresses.for_sending()?;
    let store = session.store()?;
    if !args.until_idle {
        // None of these are sent, however long this runs.
        blocked::report(&store.blocked(None).await?);
    }
    let transport = Transport::new(network);
    let stream = OutcomeStream::default();
    let outcomes = stream.complete();
    let sender = Sender::start_on(&store, transport, Limits::default(), stream);
    let mut upkeep = Upkeep::of(settings);
    upkeep.start(&store, sender.status());
    let mut work = Work {
        counting: Counting::new(store.clone(), args.until_idle),
        counts: store.counts().await?,
        news: SenderReports::of(&sender, store.upkeep()),
        store,
        outcomes,
        report: Report::new(args.json),
        line: StatusLine::new(),
        pace: Throughput::default(),
        drawn: false,
        unwritten: None,
    };
    let ended = work.until_ended(args.until_idle, &mut interrupts).await;
    work.counting.stop();
    work.line.clear();
    upkeep.end(matches!(ended, Ok(None))).await;
    // Requests in flight are reported too, so outcomes must be read from the start.
    let stopping = async {
        // Unrecorded outcomes are reported as well, and fail the command below.
        let _ = match &ended {
            Ok(None) => stop(sender, &mut interrupts).await,
            Ok(Some(code)) => stop_when_interrupted(sender, &mut interrupts, *code).await,
            Err(_) => stop_when_interrupted(sender, &mut interrupts, SIGINT_CODE).await,
        };
    };
    work.report_until(stopping).await?;
    work.report_status();
    let signal = ended?;
    work.counts = work.store.counts().await?;
    let held = work.store.blocked(None).await?;
    if signal.is_none() && work.pending() != held.total() {
        // Only blocked deliveries are left.
        work.store.recount().await?;
        work.counts = work.store.counts().await?;
    }
    let becomes = what_becomes_of_pending(&work.store).await;
    let printed = print_if_read(&work.report.end(&work.counts, held.total(), becomes));
    blocked::report(&held);
    printed?;
    // Errors in between do not matter: it failed if deliveries are left that it should have sent.
    let left = work.pending() > held.total();
    if left && work.news.is_failing() {
        return Ok(FAILED.into());
    }
    // A signal is the normal end of a command without an end; with `--until-idle` work is left.
    Ok(signal.filter(|_| args.until_idle).map_or(ExitCode::SUCCESS, ExitCode::from))
}

struct Work {
    store: Opened,
    outcomes: CompleteOutcomes,
    news: SenderReports,
    counting: Counting,
    /// As of the last count.
    counts: Counts,
    report: Report,
    line: StatusLine,
    pace: Throughput,
    /// Whether the line is up to date.
    drawn: bool,
    /// The output error.
    unwritten: Option<CommandError>,
}

impl Work {
    /// Reports outcomes until nothing is left, with `--until-idle`, or until a signal arrives, whose exit code it
    /// returns.
    async fn until_ended(
        &mut self,
        until_idle: bool,
        interrupts: &mut Interrupts,
    ) -> Result<Option<u8>, CommandError> {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Both use the counts; otherwise they are not needed.
        let counted = until_idle || self.line.is_on();
        loop {
            if let Some(error) = self.unwritten.take() {
                return Err(error);
            }
            tokio::select! {
                biased;
                code = interrupts.next() => return Ok(Some(code)),
                counts = self.counting.next(), if counted => {
                    if self.take(counts, until_idle)? {
                        return Ok(None);
                    }
                }
                changed = self.news.changed() => {
                    if until_idle && let Some(why) = self.news.lasting() {
                        return Err(CommandError::CannotSend(why));
                    }
                    self.report_status();
                    changed?;
                }
                // While it is counted, the counts may become unknown.
                _ = tick.tick(), if self.line.is_on() && (!self.drawn || self.counting.is_running()) => self.draw(),
                Some(outcomes) = self.outcomes.recv() => self.report_outcomes(&outcomes),
            }
        }
    }

    /// Takes new counts. If there are none, the sender reports why, and it is counted again later: only `--until-idle`
    /// needs them, and ends where waiting does not help. Whether nothing is left, with `--until-idle`.
    fn take(&mut self, counted: Result<Counted, StoreError>, until_idle: bool) -> Result<bool, CommandError> {
        self.drawn = false;
        match counted {
            Ok(Counted { counts, is_idle }) => {
                self.counts = counts;
                Ok(is_idle)
            }
            Err(error) if until_idle && !error.problem.is_passing() => Err(error.into()),
            Err(_) => Ok(false),
        }
    }

    /// Reports outcomes until the sender has stopped, including the last ones.
    async fn report_until(&mut self, stopping: impl Future<Output = ()>) -> Result<(), CommandError> {
        let mut stopping = std::pin::pin!(stopping);
        loop {
            tokio::select! {
                () = &mut stopping => break,
                Some(outcomes) = self.outcomes.recv() => self.report_outcomes(&outcomes),
            }
        }
        while let Some(outcomes) = self.outcomes.try_recv() {
            self.report_outcomes(&outcomes);
        }
        Ok(())
    }

    /// How many are pending, as of the last count.
    fn pending(&self) -> u64 {
        self.counts.queued + self.counts.waiting
    }

    /// Reports what was recorded together.
    fn report_outcomes(&mut self, outcomes: &[Outcome]) {
        let text = self.report.lines(outcomes, self.line.is_on());
        if !text.is_empty() {
            self.line.clear();
            // A closed pipe is no reason to stop sending. A full disk is: the results would be reported nowhere.
            if let Err(error) = print_if_read(&text) {
                self.unwritten.get_or_insert(error);
            }
        }
        self.drawn = false;
    }

    fn report_status(&mut self) {
        for news in self.news.next("waiting for it to end") {
            self.line.print_above(&format!("ringback: {news}"));
        }
        self.drawn = false;
    }

    fn draw(&mut self) {
        self.pace.note(Instant::now(), self.report.attempts());
        let (in_flight, pace) = (self.news.in_flight(), self.pace.text(None));
        let counts = self.counting.are_known().then_some(&self.counts);
        self.line.draw(|columns| self.report.progress(counts, in_flight, pace, columns));
        self.drawn = true;
    }
}
