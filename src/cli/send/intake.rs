//! Reads lines and prepares deliveries from them, on a separate thread: reading may wait for the writer.
//!
//! Prepared deliveries wait in a short queue to be accepted, so that a fast input waits for the disk instead of
//! filling the memory.

use std::io::{self, Read};
use std::path::Path;

use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::lines::{LONGEST_LINE, LONGEST_READ, Line, Lines};
use super::source::{Input, Named, Source};
use crate::callback::Values;
use crate::cli::error::CommandError;
use crate::intake::{EventLine, PreparedEvent, ProfileCache};
use crate::record::{NewDelivery, RunId};
use crate::storage::{Opened, StoreError};
use crate::threads;

/// The most lines in one batch: one commit.
const BATCH: usize = 512;
/// A batch is closed when its requests and values have this many bytes.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Batches that may wait to be accepted, beside the one that is being accepted and the one that is being read.
const AHEAD: usize = 1;

/// Consecutive lines.
#[derive(Debug, Default)]
pub struct Batch {
    /// The result of each line that is not blank; of invalid lines only, if the input is only checked.
    pub items: Vec<Item>,
    /// The last line that was read.
    pub to_line: u64,
    /// Bytes of the input that were read.
    pub to_byte: u64,
    /// Whether the input is only being checked: it is read again if all of it is valid.
    pub checking: bool,
}

/// The result of a line.
#[derive(Debug)]
pub enum Item {
    /// A delivery, to be accepted.
    Made { line: u64, event: Box<PreparedEvent> },
    /// Nothing, with the reason.
    Refused { line: u64, why: String },
}

/// The batches that were read; closed at the end of the input.
pub type Batches = mpsc::Receiver<Result<Batch, CommandError>>;

/// Starts reading. `strict` reads the whole input first, and continues only if every line is valid.
///
/// # Errors
/// The system cannot start a thread.
pub fn start(store: &Opened, source: Source, strict: bool) -> Result<(Batches, RunId), CommandError> {
    let (out, batches) = mpsc::channel(AHEAD);
    let run = RunId::generate();
    let mut intake = Intake {
        profiles: ProfileCache::new(store.storage()),
        runtime: Handle::current(),
        run,
        input: source.named.clone(),
        strict,
        out,
    };
    let folder = store.file().and_then(Path::parent).unwrap_or(Path::new(".")).to_owned();
    threads::spawn("send-intake", move || {
        if let Err(Stop::Failed(error)) = intake.run(source, &folder) {
            // Without a receiver the command has ended.
            let _ = intake.out.blocking_send(Err(error));
        }
    })?;
    Ok((batches, run))
}

struct Intake {
    profiles: ProfileCache,
    /// For the database: this thread waits for it.
    runtime: Handle,
    run: RunId,
    input: Named,
    strict: bool,
    out: mpsc::Sender<Result<Batch, CommandError>>,
}

/// Why reading ended before the end of the input.
enum Stop {
    Failed(CommandError),
    /// The receiver is gone.
    Unwanted,
    /// An invalid line ends it.
    Bad,
}

impl<E: Into<CommandError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Waits for the database while batches are wanted: after the end of the command its runtime ends, and with it what
/// this would wait for.
fn wait<T>(
    runtime: &Handle,
    out: &mpsc::Sender<Result<Batch, CommandError>>,
    answer: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, Stop> {
    runtime.block_on(async {
        tokio::select! {
            biased;
            () = out.closed() => Err(Stop::Unwanted),
            answer = answer => Ok(answer?),
        }
    })
}

impl Intake {
    fn run(&mut self, source: Source, folder: &Path) -> Result<(), Stop> {
        if !self.strict {
            return self.all(source.once(), false);
        }
        let mut twice = source.twice(folder).map_err(|error| self.unread(error))?;
        let first = std::mem::replace(&mut twice.input, Box::new(io::empty()));
        self.all(first, true)?;
        let again = twice.again().map_err(|error| self.unread(error))?;
        self.all(again, false)
    }

    /// Reads an input to its end. In a strict run an invalid line ends it: during the check, after all invalid lines
    /// were reported.
    fn all(&mut self, input: Input, checking: bool) -> Result<(), Stop> {
        let mut lines = Lines::new(input);
        let mut bad = false;
        while let Some(batch) = self.batch(&mut lines, checking)? {
            bad |= batch.items.iter().any(|item| matches!(item, Item::Refused { .. }));
            self.out.blocking_send(Ok(batch)).map_err(|_| Stop::Unwanted)?;
            if self.strict && !checking && bad {
                break;
            }
        }
        if self.strict && bad { Err(Stop::Bad) } else { Ok(()) }
    }

    fn unread(&self, error: io::Error) -> CommandError {
        CommandError::System(format!("{} cannot be read", self.input), error)
    }

    /// The lines that are available without waiting, or the next one; none at the end of the input. Lines that were
    /// read must not wait for lines that may never come.
    fn batch<R: Read>(&mut self, lines: &mut Lines<R>, checking: bool) -> Result<Option<Batch>, Stop> {
        let mut batch = Batch { checking, ..Batch::default() };
        let (mut read, mut bytes) = (0, 0);
        while read < BATCH && bytes < BATCH_BYTES {
            let Some(line) = lines.next().map_err(|error| self.unread(error))? else { break };
            if read == 0 {
                wait(&self.runtime, &self.out, self.profiles.refresh())?;
            }
            read += 1;
            let made = self.made(&line)?;
            let line = lines.number();
            match made {
                Ok(_) if checking => {}
                Ok(event) => {
                    bytes += weight(&event.delivery);
                    batch.items.push(Item::Made { line, event: Box::new(event) });
                }
                Err(why) => batch.items.push(Item::Refused { line, why }),
            }
            if !lines.has_buffered_line() {
                break;
            }
        }
        (batch.to_line, batch.to_byte) = (lines.number(), lines.bytes());
        Ok((read > 0).then_some(batch))
    }

    /// The delivery of a line; or why there is none.
    fn made(&mut self, line: &Line<'_>) -> Result<Result<PreparedEvent, String>, Stop> {
        let text = match line {
            Line::Text(text) => text,
            Line::TooLong => return Ok(Err(format!("it is longer than {LONGEST_LINE} bytes"))),
            Line::Endless => {
                return Ok(Err(format!(
                    "it has no end within {LONGEST_READ} bytes, and no line may be longer than \
                     {LONGEST_LINE}: nothing more was read"
                )));
            }
        };
        let line = match EventLine::parse(text) {
            Ok(line) => line,
            Err(why) => return Ok(Err(why)),
        };
        let profile = match self.profiles.cached(&line.profile_id) {
            Some(profile) => profile.clone(),
            None => wait(&self.runtime, &self.out, self.profiles.find(&line.profile_id))?,
        };
        Ok(profile.and_then(|profile| {
            let mut prepared =
                PreparedEvent::new(&profile, line.event, line.event_id, Values::new(line.data))?;
            prepared.delivery.run = Some(self.run);
            match &prepared.delivery.request {
                Err(failure) if self.strict => Err(format!("cannot build the request: {failure}")),
                _ => Ok(prepared),
            }
        }))
    }
}

/// The approximate memory of a delivery.
fn weight(delivery: &NewDelivery) -> usize {
    let request = delivery.request.as_ref().map_or(0, |request| request.url.len() + request.body.len());
    request + delivery.values.members().values().map(length).sum::<usize>()
}

/// The approximate memory of a value.
fn length(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 4,
        Value::Number(number) => number.as_str().len(),
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(length).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + length(value)).sum(),
    }
}
