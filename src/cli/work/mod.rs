//! `ringback work`: the sender alone, on what is queued.

mod report;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::console::keep;
use super::error::{CommandError, FAILED};
use super::held;
use super::interrupt::{HeldSignals, Interrupts};
use super::output::print_if_read;
use super::pace::Pace;
use super::sending::{News, look_due, stop, stop_when_interrupted, warn_of_clock};
use super::session::Session;
use super::status_line::StatusLine;
use crate::delivery::{CompleteOutcomes, Keeping, Limits, OutcomeStream, RecordedOutcome, Sender, Transport};
use crate::record::Outcome;
use crate::storage::{Counts, Opened};

use report::Report;

/// Outcomes reported at a time.
const PAGE: usize = 256;
/// The least time between two looks at how many there are.
const LOOK: Duration = Duration::from_millis(20);
/// How often the progress is drawn, while there is any.
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
    signals: Option<HeldSignals>,
) -> Result<ExitCode, CommandError> {
    let mut interrupts = Interrupts::watch()?;
    drop(signals);
    let settings = session.settings();
    let network = settings.addresses.to_send()?;
    let store = session.store()?;
    if !args.until_idle {
        // Nothing of it is sent, however long this runs.
        held::tell_of(&store.blocked(None).await?);
    }
    let transport = Transport::new(network);
    let stream = OutcomeStream::default();
    let outcomes = stream.complete();
    let sender = Sender::start_on(&store, transport, Limits::default(), stream);
    let _keeping = Keeping::start(store.storage(), keep(settings), sender.sending(), warn_of_clock);
    let mut work = Work {
        changes: store.changes(),
        counts: store.counts().await?,
        news: News::of(&sender, store.upkeep()),
        store,
        outcomes,
        report: Report::new(args.json),
        line: StatusLine::new(),
        pace: Pace::default(),
        next_look: Instant::now(),
        drawn: false,
        unwritten: None,
    };
    let ended = work.until_ended(args.until_idle, &mut interrupts).await;
    work.line.clear();
    // Requests in flight are reported too, so the outcomes must be read from the start.
    let stopping = async {
        // Unrecorded outcomes are reported as well, and fail the command below.
        let _ = match &ended {
            Ok(None) => stop(sender, &mut interrupts).await,
            Ok(Some(_)) | Err(_) => stop_when_interrupted(sender, &mut interrupts).await,
        };
    };
    work.tell_until(stopping).await?;
    work.tell_news();
    let signal = ended?;
    work.counts = work.store.counts().await?;
    let held = work.store.blocked(None).await?;
    if signal.is_none() && work.pending() != held.total() {
        // Only blocked deliveries are left.
        work.store.recount().await?;
        work.counts = work.store.counts().await?;
    }
    let printed = print_if_read(&work.report.end(&work.counts, held.total()));
    held::tell_of(&held);
    printed?;
    // Whatever went wrong meanwhile: it failed if something is left that it should have sent.
    let left = work.pending() > held.total();
    if left && work.news.is_failing() {
        return Ok(FAILED.into());
    }
    // A signal is the normal end of a command that never ends; otherwise more is left to do.
    Ok(signal.filter(|_| args.until_idle).map_or(ExitCode::SUCCESS, ExitCode::from))
}

struct Work {
    store: Opened,
    outcomes: CompleteOutcomes,
    news: News,
    changes: watch::Receiver<u64>,
    counts: Counts,
    report: Report,
    line: StatusLine,
    pace: Pace,
    next_look: Instant,
    /// Whether the line shows all that is known.
    drawn: bool,
    /// Why standard output could not be written.
    unwritten: Option<CommandError>,
}

impl Work {
    /// Reports outcomes until nothing is left, if that is the end, or until a signal arrives, whose exit
    /// code it returns.
    async fn until_ended(
        &mut self,
        until_idle: bool,
        interrupts: &mut Interrupts,
    ) -> Result<Option<u8>, CommandError> {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Both have a use for the numbers; else nobody asks for them.
        let counted = until_idle || self.line.is_on();
        self.changes.mark_changed();
        loop {
            if let Some(error) = self.unwritten.take() {
                return Err(error);
            }
            let mut page = Vec::new();
            tokio::select! {
                biased;
                code = interrupts.next() => return Ok(Some(code)),
                () = look_due(&mut self.changes, self.next_look), if counted => {
                    self.counts = self.store.counts().await?;
                    self.next_look = Instant::now() + LOOK;
                    self.drawn = false;
                    // By the deliveries themselves: another program may have changed them uncounted.
                    if until_idle && !self.store.is_moving(None).await? {
                        return Ok(None);
                    }
                }
                changed = self.news.changed() => {
                    if until_idle && let Some(why) = self.news.lasting() {
                        return Err(CommandError::CannotSend(why));
                    }
                    self.tell_news();
                    changed?;
                }
                _ = tick.tick(), if self.line.is_on() && !self.drawn => self.draw(),
                1.. = self.outcomes.recv_many(&mut page, PAGE) => self.tell(&page),
            }
        }
    }

    /// Tells what happens until the sender has stopped, and what had happened by then.
    async fn tell_until(&mut self, stopping: impl Future<Output = ()>) -> Result<(), CommandError> {
        let mut stopping = std::pin::pin!(stopping);
        loop {
            let mut page = Vec::new();
            tokio::select! {
                () = &mut stopping => break,
                1.. = self.outcomes.recv_many(&mut page, PAGE) => self.tell(&page),
            }
        }
        let mut page = Vec::new();
        while let Ok(outcome) = self.outcomes.try_recv() {
            page.push(outcome);
        }
        self.tell(&page);
        Ok(())
    }

    /// How many are still to be sent, as of the last look.
    fn pending(&self) -> u64 {
        self.counts.queued + self.counts.waiting
    }

    fn tell(&mut self, outcomes: &[RecordedOutcome]) {
        if outcomes.is_empty() {
            return;
        }
        let outcomes: Vec<&Outcome> = outcomes.iter().map(|outcome| &**outcome).collect();
        let text = self.report.told(&outcomes, self.line.is_on());
        if !text.is_empty() {
            self.line.clear();
            // A reader that has gone is no reason to leave deliveries where they are. A disk that is
            // full is: what was sent would be reported nowhere.
            if let Err(error) = print_if_read(&text) {
                self.unwritten.get_or_insert(error);
            }
        }
        self.drawn = false;
    }

    fn tell_news(&mut self) {
        for news in self.news.next("waiting for it to end") {
            self.line.tell(&format!("ringback: {news}"));
        }
        self.drawn = false;
    }

    fn draw(&mut self) {
        self.pace.note(Instant::now(), self.report.tries());
        let (under_way, pace) = (self.news.under_way(), self.pace.text(None));
        self.line.draw(|columns| self.report.progress(&self.counts, under_way, pace, columns));
        self.drawn = true;
    }
}
