//! The single writing thread. Requests at about the same time share a transaction, and so a wait for the disk.

use std::path::PathBuf;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{oneshot, watch};

use crate::storage::Wakeup;
use crate::storage::error::{Problem, StoreError};
use crate::storage::sqlite::engine::busy::BusyTimeout;
use crate::storage::sqlite::engine::state_counts::{Moves, Tally, Writing};
use crate::storage::sqlite::engine::watch::Looking;
use crate::storage::sqlite::engine::write_queue::{Command, Order, Queue};
use crate::storage::sqlite::error::InFile as _;
use crate::storage::sqlite::file::identity::Place;
use crate::storage::sqlite::wal::checkpoint::{Log, LogWatch};
use crate::threads;

/// The maximum number of commands in one transaction.
const BATCH: usize = 256;

/// How long a transaction collects commands.
const COLLECT: Duration = Duration::from_millis(2);

/// With this many callers, or as many as the last one had if that is more, a transaction is committed without those
/// that came meanwhile. Callers that ask again as soon as they have their results would otherwise gather in one large
/// transaction, and nobody would have anything to do while it waits for the disk.
const ENOUGH: usize = 8;

/// How long a check for other commits waits for them. No commit takes that long, unless the disk is slow; then it
/// checks again.
const LOOK: Duration = Duration::from_millis(100);

/// [`Order::Write`] or [`Order::WriteFirst`].
type InOrder = fn(Box<dyn Command>) -> Order;

struct Asked<T, F> {
    work: Option<F>,
    result: Result<T, StoreError>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Command for Asked<T, F>
where
    T: Send,
    F: FnOnce(&Writing<'_>) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, tx: &Writing<'_>) -> Result<(), StoreError> {
        let Some(work) = self.work.take() else { return Ok(()) };
        self.result = work(tx);
        self.result.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        // The caller may be gone; the work is done nevertheless.
        let _ = self.reply.send(committed.and(self.result));
    }
}

/// The writing connection, and its file.
pub struct Connected {
    pub db: Connection,
    pub busy: BusyTimeout,
    pub place: Place,
    pub path: PathBuf,
    /// Why nothing can be written.
    pub closed: Option<Problem>,
}

/// The handle of the thread. Dropping it commits pending requests, and waits for the thread.
pub struct Writer {
    orders: Sender<Order>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread, which owns the connection from now on.
    pub fn start(connected: Connected, told: Told, looking: Arc<Looking>) -> Result<Self, StoreError> {
        let Connected { mut db, busy, place, path, closed } = connected;
        let (orders, told_here) = mpsc::channel();
        let known = data_version(&db)?;
        let tally = Tally::default();
        let stand = Stand::read(&db)?;
        let log = Log::of(&mut db, &path, busy.clone(), Arc::clone(&told.log))?;
        let mut desk = Desk {
            db,
            place,
            closed,
            holds: true,
            settled: true,
            path,
            busy,
            told,
            looking,
            known,
            tally,
            stand,
            log,
            callers: 0,
        };
        let thread = threads::spawn("store-writer", move || desk.work(&mut Queue::of(told_here)))
            .map_err(Problem::NoThread)?;
        Ok(Self { orders, thread: Mutex::new(Some(thread)) })
    }

    /// For watchers, which only request checks.
    pub fn orders(&self) -> Sender<Order> {
        self.orders.clone()
    }

    /// Runs this inside a transaction, in its order among waiting commands, and returns its result once that is on
    /// disk.
    pub async fn write<T, F>(&self, order: InOrder, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Writing<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.ask(order, work).await.map_err(|_| StoreError::from(Problem::Closed))?
    }

    /// The same, started at once, whether awaited or not. An error means that the thread has ended.
    pub fn ask<T, F>(&self, order: InOrder, work: F) -> oneshot::Receiver<Result<T, StoreError>>
    where
        T: Send + 'static,
        F: FnOnce(&Writing<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let asked = Asked { work: Some(work), result: Err(Problem::Closed.into()), reply };
        // If it is dropped, so is its end of the channel, which reports that.
        self.order(order(Box::new(asked)));
        answer
    }

    /// Has the thread carry out an order. It is dropped if the thread has ended.
    pub fn order(&self, order: Order) {
        let _ = self.orders.send(order);
    }

    /// Ends the thread after earlier commands. Further calls find it ended.
    pub fn stop(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return };
        // An error means that the thread has ended, as intended.
        let _ = self.orders.send(Order::Stop);
        // A command may own the last handle: a thread cannot wait for itself.
        if thread.thread().id() != thread::current().id() {
            let _ = thread.join();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The recipients of notifications about commits.
#[derive(Clone, Default)]
pub struct Told {
    /// Counts all, by any process.
    pub changes: Arc<watch::Sender<u64>>,
    /// For the sender: only changes by others.
    pub wakeups: Arc<watch::Sender<Wakeup>>,
    /// Whether the write-ahead log cannot shrink.
    pub log: Arc<LogWatch>,
}

impl Told {
    fn changed(&self) {
        self.changes.send_modify(|n| *n += 1);
    }

    fn wake(&self, enqueued: bool, invalidated: bool) {
        if enqueued || invalidated {
            self.wakeups.send_modify(|wakeup| {
                wakeup.enqueued += u64::from(enqueued);
                wakeup.invalidated += u64::from(invalidated);
            });
        }
    }
}

/// The numbers of the revision that show what others did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stand {
    deliveries: i64,
    steering: i64,
}

impl Stand {
    fn read(db: &Connection) -> Result<Self, StoreError> {
        let mut statement = db.prepare_cached("SELECT deliveries, steering FROM revision")?;
        // An invalid number becomes valid with the next change.
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Self { deliveries: row.get(0).unwrap_or(0), steering: row.get(1).unwrap_or(0) })
        };
        Ok(statement.query_row([], read)?)
    }
}

/// The state of the thread.
struct Desk {
    db: Connection,
    place: Place,
    /// Why nothing can be written, if so.
    closed: Option<Problem>,
    /// Whether the file was in its place at the last check.
    holds: bool,
    path: PathBuf,
    busy: BusyTimeout,
    told: Told,
    looking: Arc<Looking>,
    /// Whether nobody was committing at the last check.
    settled: bool,
    /// The last seen version of other connections' commits.
    known: i64,
    tally: Tally,
    stand: Stand,
    log: Log,
    /// How many callers the last transaction had.
    callers: usize,
}

impl Desk {
    fn work(&mut self, queue: &mut Queue) {
        while queue.wait() {
            if let Some(first) = queue.take() {
                self.batch(first, queue);
            }
            if queue.take_look() && !self.look() {
                queue.look_again();
            }
        }
        self.log.stop();
    }

    fn batch(&mut self, first: Box<dyn Command>, queue: &mut Queue) {
        let mut done = Vec::new();
        let committed = match self.closed.clone().map_or_else(|| self.place.holds(), Err) {
            // Writes to a removed file are not on disk.
            Ok(()) => transact(&mut self.db, &self.tally, first, queue, self.callers.max(ENOUGH), &mut done)
                .and_then(|came| Ok(self.place.holds().map(|()| came)?)),
            Err(problem) => {
                done.push(first);
                Err(problem.into())
            }
        };
        let committed = committed.map_err(|error| error.at(&self.path).waited(self.busy.usual()));
        if let Ok(Some(Committed { came, stand, version })) = committed {
            // Its numbers include what others have accepted meanwhile, and the next check finds nothing new.
            let stand = stand.unwrap_or(self.stand);
            let others = version != Some(self.known);
            self.told.wake(came || others, stand.steering != self.stand.steering);
            self.stand = stand;
            self.told.changed();
        }
        let committed = committed.map(|_| ());
        self.callers = done.iter().map(|command| command.callers()).sum();
        for command in done {
            command.answer(committed.clone());
        }
        self.log.keep_short(&self.db);
    }

    /// Whether nobody is committing, as far as can be determined without blocking others: whoever waits for this
    /// thread to end, as every command does, must not wait for another program's lock.
    fn is_settled(&mut self) -> bool {
        let _shortened = self.busy.shorten(LOOK);
        Transaction::new(&mut self.db, TransactionBehavior::Immediate).is_ok()
    }

    /// Notifies when another process has committed. A commit is visible in the file before it takes effect; the write
    /// lock is held until it does, so acquiring that lock waits for it. Returns whether it could be acquired;
    /// otherwise it must be checked again.
    fn look(&mut self) -> bool {
        self.looking.done();
        let holds = self.place.holds().is_ok();
        if std::mem::replace(&mut self.holds, holds) != holds {
            self.told.changed();
        }
        let settled = self.closed.is_some() || self.is_settled();
        let now = data_version(&self.db).unwrap_or(self.known);
        // If the lock could not be acquired, something is going on: an extra notification is harmless.
        if now != self.known || (!settled && self.settled) {
            self.known = now;
            let stand = Stand::read(&self.db).unwrap_or(self.stand);
            self.told.wake(stand.deliveries != self.stand.deliveries, stand.steering != self.stand.steering);
            self.stand = stand;
            self.told.changed();
        }
        self.settled = settled;
        settled
    }
}

/// What a transaction has changed.
struct Committed {
    /// Something to send was inserted.
    came: bool,
    /// What else was committed before it by others, if that could be read. Read within the transaction: after it, that
    /// would be two more, with their locks.
    stand: Option<Stand>,
    version: Option<i64>,
}

/// Runs commands until none is waiting or there are `enough` callers, and commits. The executed ones are in `done`. None
/// if nothing was changed.
fn transact(
    db: &mut Connection,
    tally: &Tally,
    first: Box<dyn Command>,
    queue: &mut Queue,
    enough: usize,
    done: &mut Vec<Box<dyn Command>>,
) -> Result<Option<Committed>, StoreError> {
    let mut next = Some(first);
    tally.back_to(Moves::default());
    let before = db.total_changes();
    let tx = match Transaction::new(db, TransactionBehavior::Immediate) {
        Ok(tx) => tx,
        Err(error) => {
            done.extend(next);
            return Err(error.into());
        }
    };
    let writing = Writing::new(&tx, tally);
    let until = Instant::now() + COLLECT;
    let mut callers = 0;
    while let Some(mut command) = next.take() {
        // The first one needs no savepoint, which costs as much as a third of its work: undoing it is undoing the
        // transaction.
        let alone = done.is_empty();
        let ran = if alone {
            command.run(&writing)
        } else {
            // A failed one has its own result.
            writing.in_savepoint(|tx| command.run(tx)).map(drop)
        };
        callers += command.callers();
        done.push(command);
        if alone && ran.is_err() {
            // It has its own result, and there was no other command.
            tally.back_to(Moves::default());
            return Ok(None);
        }
        ran?;
        if done.len() >= BATCH || Instant::now() >= until {
            break;
        }
        next = queue.take_more(callers < enough);
    }
    let came = tally.came();
    tally.settle(&tx)?;
    let (stand, version) = (Stand::read(&tx).ok(), data_version(&tx).ok());
    let is_changed = tx.total_changes() != before;
    tx.commit()?;
    Ok(is_changed.then_some(Committed { came, stand, version }))
}

/// A number that changes when another connection has committed.
pub fn data_version(db: &Connection) -> Result<i64, StoreError> {
    Ok(db.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}
