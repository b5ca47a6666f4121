//! Many events: accepted batch by batch, and watched until all of them have ended.

use std::collections::HashSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::intake::{self, Batch, Batches};
use super::line_result::OpenLines;
use super::progress::{self, Read};
use super::refusal::refusals;
use super::report::Report;
use super::resume_hint::left;
use super::run_counts::RunCounts;
use super::source::{Named, Source};
use crate::cli::blocked;
use crate::cli::command_sender::{
    SenderReports, poll_due, stop_when_done, stop_when_interrupted, what_becomes_of_pending,
};
use crate::cli::error::{CommandError, FAILED};
use crate::cli::interrupt::{Interrupts, SIGINT_CODE};
use crate::cli::output::eprint_line;
use crate::cli::status_line::StatusLine;
use crate::cli::throughput::Throughput;
use crate::cli::upkeep::Upkeep;
use crate::delivery::{Limits, OutcomeStream, Sender, Transport};
use crate::intake::EventNotes;
use crate::record::{DeliveryId, DeliveryState, RunId, RunRange};
use crate::storage::{
    AcceptRequest, AcceptResult, Opened, Patience, QueueError, StoreError, SubmissionResult, Waiting,
};

/// The minimum interval between two polls of their states.
const MIN_POLL_INTERVAL: Duration = Duration::from_millis(20);
/// The maximum interval: commits of others are noticed in any case, and a poll takes time.
const MAX_POLL_INTERVAL: Duration = Duration::from_secs(5);
/// The pause after a poll that was given up.
const PAUSE: Duration = Duration::from_secs(1);
/// Polling may take this fraction of the time: counting a million queued deliveries takes a while.
const POLL_SHARE: u32 = 50;
/// The same where no progress is drawn: only deliveries that were not delivered are reported then, and the end, when few
/// are left to be counted.
const POLL_SHARE_UNSEEN: u32 = 100;
/// The interval at which progress is drawn (four times a second is acceptable on a slow line).
const TICK: Duration = Duration::from_millis(250);
/// How many undelivered ones are loaded at a time.
const PAGE: usize = 256;
/// The states of those, the first one last.
const UNDELIVERED: [DeliveryState; 2] = [DeliveryState::Cancelled, DeliveryState::Failed];

/// The options of a run.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether nothing is accepted unless every line is valid.
    pub strict: bool,
    /// Lines of JSON instead of text.
    pub json: bool,
}

/// A batch that may or may not have been accepted.
struct UncertainBatch {
    lines: OpenLines,
    to_line: u64,
}

/// How the run ended.
enum End {
    /// All input was read, and everything accepted has ended, if that is waited for.
    Done,
    /// By a signal: its exit code.
    Signal(u8),
}

/// Sends the events of the source; without a transport only accepts them.
///
/// # Errors
/// The input has no event that can be sent, the input or the database fails, or a signal arrived.
pub async fn run(
    store: Opened,
    source: Source,
    (transport, upkeep): (Option<Transport>, Upkeep),
    options: Options,
    interrupts: &mut Interrupts,
) -> Result<ExitCode, CommandError> {
    let (size, input) = (source.size(), source.named.clone());
    let away = match store.patience() {
        Some(patience) => {
            // A server that cannot be used now may be the wrong one; later it is waited for.
            store.revision().await?;
            patience.set_endless(true);
            patience.why()
        }
        None => watch::channel(None).1,
    };
    let (mut batches, id) = intake::start(&store, source, options.strict)?;
    let waits = transport.is_some();
    let mut run = Run {
        waits,
        away,
        blind: None,
        unreported: Vec::new(),
        changes: store.changes(),
        store,
        id,
        options,
        transport,
        sender: None,
        upkeep,
        news: None,
        tally: RunCounts::default(),
        unbuilt: 0,
        notes: EventNotes::default(),
        report: Report::new(options.json),
        line: StatusLine::new(),
        pace: Throughput::default(),
        next_poll: Instant::now(),
        read: Read::Part { bytes: 0, of: size },
        checking: options.strict,
        to_line: 0,
        uncertain: None,
        input,
    };
    let ended = run.until_ended(&mut batches, interrupts).await;
    run.line.clear();
    run.upkeep.end(matches!(ended, Ok(End::Done))).await;
    let unrecorded = match (run.sender.take(), &ended) {
        (Some(sender), Ok(End::Done)) => {
            let own = run.own_in_flight(&sender).await;
            stop_when_done(sender, interrupts, |id| own.contains(&id)).await
        }
        (Some(sender), Ok(End::Signal(code))) => stop_when_interrupted(sender, interrupts, *code).await,
        (Some(sender), Err(_)) => stop_when_interrupted(sender, interrupts, SIGINT_CODE).await,
        (None, _) => None,
    };
    let unknown = run.resolve().await.err();
    let looked = run.final_poll().await;
    let blocked = run.store.blocked(run.tally.left()).await.unwrap_or_default();
    let printed = run.report.end(&run.tally, blocked.total());
    blocked::report(&blocked);
    for text in run.notes.texts() {
        eprint_line(&format!("ringback: note: {text}"));
    }
    match (ended, unrecorded) {
        (Ok(End::Done), None) => looked.and(printed).and_then(|()| run.code()),
        (Ok(End::Done), Some(why)) => Err(CommandError::CannotSend(why)),
        (Ok(End::Signal(code)), None) => {
            let left = unknown.into_iter().fold(run.left().await, |left, why| format!("{left}\n{why}"));
            Err(CommandError::Interrupted { code, left })
        }
        (Ok(End::Signal(_)), Some(why)) => {
            Err(CommandError::CannotSend(format!("{why}\n{}", run.left().await)))
        }
        (Err(error), unrecorded) => {
            eprint_line(&format!("ringback: {}", run.left().await));
            for why in unrecorded.into_iter().chain(unknown) {
                eprint_line(&format!("ringback: {why}"));
            }
            Err(error)
        }
    }
}

struct Run {
    store: Opened,
    id: RunId,
    options: Options,
    /// Whether to wait until all have ended, and not only until they are accepted.
    waits: bool,
    /// Why this command waits for the server, while it does.
    away: watch::Receiver<Option<StoreError>>,
    /// Polling fails because the server cannot be used.
    blind: Option<Waiting>,
    /// Deliveries in these states and ranges are still to be reported.
    unreported: Vec<(DeliveryState, RunRange)>,
    /// Set until sending starts.
    transport: Option<Transport>,
    sender: Option<Sender>,
    /// What this process does beside sending.
    upkeep: Upkeep,
    news: Option<SenderReports>,
    changes: watch::Receiver<u64>,
    tally: RunCounts,
    /// How many of those accepted have failed at once, because no request could be built.
    unbuilt: u64,
    notes: EventNotes,
    report: Report,
    line: StatusLine,
    pace: Throughput,
    next_poll: Instant,
    read: Read,
    /// Whether the input is only being checked.
    checking: bool,
    /// The last line that was accepted or refused; all earlier ones were too.
    to_line: u64,
    /// The batch whose commit failed: it may have been stored nevertheless.
    uncertain: Option<UncertainBatch>,
    input: Named,
}

impl Run {
    async fn until_ended(
        &mut self,
        batches: &mut Batches,
        interrupts: &mut Interrupts,
    ) -> Result<End, CommandError> {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let reading = matches!(self.read, Read::Part { .. });
            tokio::select! {
                biased;
                code = interrupts.next() => return Ok(End::Signal(code)),
                () = poll_due(&mut self.changes, self.next_poll), if !self.checking => {
                    let (trouble, mut away) = (SenderReports::trouble_changed(self.news.as_ref()), self.away.clone());
                    tokio::select! {
                        biased;
                        code = interrupts.next() => return Ok(End::Signal(code)),
                        polled = self.poll_patiently(reading) => if polled? {
                            return Ok(End::Done);
                        },
                        // While the server is silent, that is reported first.
                        () = trouble => self.poll_again(),
                        Ok(()) = away.changed() => self.poll_again(),
                    }
                }
                Ok(()) = self.away.changed() => self.report_wait(),
                changed = changed(&mut self.news) => {
                    if let Some(why) = self.news.as_mut().and_then(SenderReports::lasting) {
                        return Err(CommandError::CannotSend(why));
                    }
                    self.report_status();
                    changed?;
                }
                _ = tick.tick(), if self.line.is_on() => self.draw(),
                batch = batches.recv(), if reading => {
                    if let Some(batch) = batch {
                        if let Some(code) = self.take(batch?, interrupts).await? {
                            return Ok(End::Signal(code));
                        }
                        continue;
                    }
                    self.read = Read::Whole;
                    if self.checking || !self.waits {
                        return Ok(End::Done);
                    }
                    // Changes since the last poll count as news.
                    self.changes.mark_changed();
                }
            }
        }
    }

    /// Accepts a batch, and reports it once it is on disk. The exit code, if a signal arrived meanwhile.
    async fn take(&mut self, batch: Batch, interrupts: &mut Interrupts) -> Result<Option<u8>, CommandError> {
        let Batch { items, to_line, to_byte, checking } = batch;
        let (lines, request) = OpenLines::of(items);
        let mut signal = None;
        let results = if request.submissions.is_empty() {
            lines.results(Vec::new())
        } else {
            match self.accept(request, interrupts, &mut signal).await {
                Ok(results) => lines.results(results),
                Err(error) => {
                    self.uncertain = Some(UncertainBatch { lines, to_line });
                    return match signal {
                        Some(_) if error.problem.is_passing() => Ok(signal),
                        _ => Err(QueueError::from(error).into()),
                    };
                }
            }
        };
        self.tally.repeated(results.repeated);
        if results.accepted > 0 {
            self.tally.took(self.id, results.accepted);
            self.unbuilt += results.unbuilt;
            self.send();
        }
        for refused in refusals(results.refused()) {
            self.tally.refused(refused.to - refused.from + 1);
            self.line.print_above(&format!("ringback: {}: {refused}", self.input));
        }
        self.checking = checking;
        if let Read::Part { bytes, .. } = &mut self.read {
            *bytes = to_byte;
        }
        if !checking {
            self.to_line = to_line;
        }
        self.notes.add(results.notes);
        // Last: the batch is on disk, whether that can be reported or not.
        self.report.lines(&results.lines).map(|()| signal)
    }

    /// Stores deliveries. Waits for a server that cannot be used, until a signal arrives.
    async fn accept(
        &mut self,
        request: AcceptRequest,
        interrupts: &mut Interrupts,
        signal: &mut Option<u8>,
    ) -> Result<Vec<SubmissionResult>, StoreError> {
        let store = self.store.clone();
        let mut accepting = store.accept(request);
        loop {
            tokio::select! {
                biased;
                result = &mut accepting => return result.map(AcceptResult::into_results),
                Ok(()) = self.away.changed() => self.report_wait(),
                code = interrupts.next(), if self.away.borrow().is_some() && signal.is_none() => {
                    // The last request is awaited: only then it is known whether they are stored.
                    if let Some(patience) = store.patience() {
                        patience.set_endless(false);
                    }
                    *signal = Some(code);
                }
            }
        }
    }

    /// Finds out whether a batch whose commit failed was stored. An error says why that cannot be determined.
    async fn resolve(&mut self) -> Result<(), String> {
        let Some(UncertainBatch { lines: open, to_line }) = self.uncertain.take() else { return Ok(()) };
        let lines = format!("{}: lines {} to {to_line}", self.input, self.to_line + 1);
        match self.store.accepted_after_all(open.ids()).await {
            Ok((store, there)) => {
                (self.store, self.changes) = (store.clone(), store.changes());
                if !there.is_empty() {
                    let results = open.stored(&there);
                    self.tally.took(self.id, results.accepted);
                    self.to_line = to_line;
                    // The run has failed already.
                    let _ = self.report.lines(&results.lines);
                    let what = if self.store.file().is_some() { "disk" } else { "connection" };
                    eprint_line(&format!("ringback: {lines} were accepted although the {what} failed"));
                }
                Ok(())
            }
            Err(error) => Err(format!(
                "it is unknown whether {lines} were accepted, since the database cannot be read ({error}): check `ringback deliveries list` before sending them again"
            )),
        }
    }

    /// Starts the sender, unless it is running: there is something to send now.
    fn send(&mut self) {
        if let Some(transport) = self.transport.take() {
            let sender =
                Sender::start_on(&self.store, transport, Limits::default(), OutcomeStream::default());
            self.news = Some(SenderReports::of(&sender, self.store.upkeep()));
            self.upkeep.start(&self.store, sender.status());
            self.sender = Some(sender);
        }
    }

    /// Polls, or polls again later if the server cannot be used. Whether nothing is left to wait for.
    async fn poll_patiently(&mut self, is_reading: bool) -> Result<bool, CommandError> {
        let polled = match self.poll().await {
            Ok(()) if is_reading => Ok(false),
            Ok(()) => self.is_moving().await.map(|moving| !moving),
            Err(error) => Err(error),
        };
        let error = match polled {
            Err(CommandError::Store(error)) => error,
            polled => {
                self.blind = None;
                return polled;
            }
        };
        if self.blind.is_none() {
            self.blind = self.store.patience().map(Patience::begin);
        }
        let Some(pause) = self.blind.as_mut().and_then(|waiting| waiting.pause_after(&error)) else {
            return Err(error.into());
        };
        self.next_poll = Instant::now() + pause;
        self.changes.mark_changed();
        Ok(false)
    }

    /// Polls later what was not polled.
    fn poll_again(&mut self) {
        self.next_poll = Instant::now() + PAUSE;
        self.changes.mark_changed();
    }

    /// Polls the counts, and reports deliveries that failed or were cancelled.
    async fn poll(&mut self) -> Result<(), CommandError> {
        let start = Instant::now();
        if let Some(ended) = self.tally.poll(&*self.store).await? {
            self.unreported.extend(UNDELIVERED.map(|state| (state, ended)));
        }
        self.report_undelivered().await?;
        let share = if self.line.is_on() { POLL_SHARE } else { POLL_SHARE_UNSEEN };
        let pause = (start.elapsed() * share).clamp(MIN_POLL_INTERVAL, MAX_POLL_INTERVAL);
        self.next_poll = Instant::now() + pause;
        Ok(())
    }

    /// Counts at the end, and reports deliveries that ended while older ones were still pending.
    async fn final_poll(&mut self) -> Result<(), CommandError> {
        self.poll().await?;
        if let Some(rest) = self.tally.unsettled() {
            self.unreported.extend(UNDELIVERED.map(|state| (state, rest)));
        }
        self.report_undelivered().await
    }

    /// Whether any of them is pending and not blocked.
    async fn is_moving(&self) -> Result<bool, CommandError> {
        Ok(self.tally.pending() > 0 && self.store.is_moving(self.tally.left()).await?)
    }

    /// Reports what is unreported. What an error leaves is reported by the next call.
    async fn report_undelivered(&mut self) -> Result<(), CommandError> {
        while let Some((state, range)) = self.unreported.pop() {
            if self.tally.of(state) == 0 {
                continue;
            }
            // Until the page is there.
            self.unreported.push((state, range));
            let page = self.store.deliveries_of_run(range, state, PAGE).await?;
            self.unreported.pop();
            if let Some(last) = page.last() {
                self.unreported.push((state, RunRange { to: last.position, ..range }));
            }
            self.report.ended(&page)?;
        }
        Ok(())
    }

    /// Reports why this command waits for the server, and that it continues.
    fn report_wait(&mut self) {
        let text = match &*self.away.borrow_and_update() {
            Some(why) => format!("ringback: waiting for the database: {why}"),
            None => "ringback: the database can be used again".to_owned(),
        };
        self.line.print_above(&text);
    }

    /// Its cancelled deliveries among those in flight.
    async fn own_in_flight(&self, sender: &Sender) -> HashSet<DeliveryId> {
        let in_flight: Vec<_> = sender.status().borrow().in_flight.keys().copied().collect();
        // Only the report about the others depends on it.
        self.store.of_run(self.id, in_flight).await.unwrap_or_default()
    }

    fn report_status(&mut self) {
        let news = self.news.as_mut().map(|news| news.next("it will deliver these"));
        for news in news.into_iter().flatten() {
            self.line.print_above(&format!("ringback: {news}"));
        }
    }

    fn draw(&mut self) {
        self.pace.note(Instant::now(), self.tally.ended());
        let left = matches!(self.read, Read::Whole).then(|| self.tally.pending());
        let pace = self.pace.text(left);
        self.line.draw(|columns| progress::text(&self.tally, self.read, self.checking, pace, columns));
    }

    /// The exit code of a completed run; an error if no line of the input was valid.
    fn code(&self) -> Result<ExitCode, CommandError> {
        let RunCounts { accepted, repeated, refused, .. } = self.tally;
        if self.options.strict && refused > 0 && accepted == 0 {
            let lines = if refused == 1 { "a line is" } else { "some lines are" };
            return Err(CommandError::Input(format!(
                "{}: nothing was accepted, since {lines} bad",
                self.input
            )));
        }
        if accepted == 0 && repeated == 0 && refused > 0 {
            return Err(CommandError::Input(format!(
                "{}: no line was accepted; each line must be one JSON object, as written by `jq -c .`",
                self.input
            )));
        }
        // A run that only accepts is not judged by another sender that happens to be quick.
        let good = if self.waits { self.tally.all_delivered() } else { self.unbuilt == 0 };
        Ok(if good && refused == 0 { ExitCode::SUCCESS } else { FAILED.into() })
    }

    /// What an interrupted run leaves queued, and how to continue.
    async fn left(&self) -> String {
        let whole = matches!(self.read, Read::Whole);
        let to_line = if self.checking { 0 } else { self.to_line };
        let becomes = what_becomes_of_pending(&self.store).await;
        left(&self.tally, &self.store.name(), becomes, (!whole).then_some(&self.input), to_line)
    }
}

async fn changed(news: &mut Option<SenderReports>) -> Result<(), CommandError> {
    match news {
        Some(news) => news.changed().await,
        None => std::future::pending().await,
    }
}
