//! One endpoint: selects the lane that gets the next slot.
//!
//! - The lane with the fewest attempts in flight is next; then the one that used the least slot time
//!   recently.
//! - A quarter of the slots is never given to slow lanes. While fast lanes have something to send, slow ones share
//!   one slot of sixteen. An attempt that takes much longer than usual for its lane makes the lane slow at once. One
//!   slot of sixteen is reserved for fast lanes with nothing in flight, since a lane that starts to hang occupies all
//!   others by then.
//! - A lane that nothing is known about is probed with one attempt, or with a few if it is alone. Only a few such
//!   probes are in flight at a time while fast lanes have something to send, and more of them follow slowly: hanging
//!   ones occupy their slots until they time out. A lane that arrived after all probed ones need not wait, and lanes
//!   whose last delivery has failed come last.
//! - Manual deliveries always get a slot: beyond the endpoint's slots if none is free.

mod choice;
mod limits;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::delivery::hash::FastMap;
use crate::delivery::http::known_names::KnownNames;
use crate::profile::ProfileId;
use crate::record::{Job, JobRef, LaneId};
use crate::storage::{MANUAL, Pace};

use super::Queued;
use super::lane::{Ended, Held, Lane, Rank, Standing};
use super::limited::{Limited, Sharing};
use super::ordered::Ordered;
pub use choice::{Admitted, Kind, SPARE};

/// The maximum read ahead for an endpoint with fast attempts.
const MOST_AHEAD: u128 = 1024;

/// An endpoint reads ahead what it completes in this time, which is longer than a query takes.
const AHEAD: Duration = Duration::from_millis(40);

/// The slot of an attempt in flight.
#[derive(Debug, Clone, Copy)]
pub struct Ticket {
    pub lane: LaneId,
    /// When it started, relative to the start of the sender.
    started: Duration,
    /// When it becomes late.
    pub late_at: Duration,
    slot: Slot,
    turn: u64,
    /// Whether it has a slot of newcomers.
    is_newcomer: bool,
}

/// An attempt that may start.
pub struct Started {
    pub job: Box<Job>,
    pub ticket: Ticket,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// Of a fast lane.
    Fast,
    /// Of a lane that nothing was known about.
    Probe,
    /// Of a slow lane.
    Slow,
    /// Beyond the endpoint's slots.
    Extra,
}

/// An endpoint.
#[derive(Debug, Default)]
pub struct Endpoint {
    /// The name of its host; none if it is an address.
    name: Option<Box<str>>,
    /// Whether the name resolved recently; otherwise it has one slot.
    pub is_resolved: bool,
    /// Its slots, once its name has resolved.
    most: usize,
    /// Attempts in flight in its slots.
    pub open: usize,
    /// Those of them by the kind of slot.
    fast: usize,
    probes: usize,
    slow: usize,
    /// Those of fast lanes that are late.
    late: usize,
    /// Attempts in flight beyond its slots.
    extra: usize,
    /// Probes in flight that have a slot of newcomers.
    pub newcomers: usize,
    pub lanes: FastMap<LaneId, Lane>,
    /// Lanes with something read, in their order; and those with manual deliveries.
    ready: Ordered<Standing, LaneId>,
    manual: Ordered<Standing, LaneId>,
    /// Read and not started; and those in fast lanes.
    pub read: usize,
    fast_read: usize,
    /// When the last probe started.
    probed: Duration,
    /// The turns of the probes in flight, and the last turn of a slow probe.
    probed_turns: BTreeSet<u64>,
    hung: u64,
    /// Fast probes since the last slow one.
    answered: usize,
    /// Its last turn.
    pub turn: u64,
    /// Attempts ended since the last measurement.
    ended: usize,
    /// How many may be read ahead.
    pub ahead: usize,
    /// More should be read, since an attempt started or ended when little was left.
    pub thirsty: bool,
    /// The queues that contain it.
    pub queued: Queued,
    /// The profiles with limits.
    limited: FastMap<ProfileId, Limited>,
    /// Lanes that their limits allow to start later: when.
    held: Ordered<(Duration, LaneId), ()>,
    /// Read and not wanted, since limits allow no more.
    pub surplus: Vec<JobRef>,
    /// Now, relative to the start of the sender.
    pub now: Duration,
}

impl Endpoint {
    /// An empty endpoint with this many slots.
    pub fn new(name: Option<Box<str>>, slots: usize, turn: u64) -> Self {
        Self { is_resolved: name.is_none(), name, most: slots, turn, ..Self::default() }
    }

    /// Sets the number of its slots.
    pub fn set_slots(&mut self, slots: usize) {
        self.most = slots;
    }

    /// Whether no more is in flight than it has slots, nor beyond them.
    pub fn fits_slots(&self) -> bool {
        self.open <= self.most && self.extra <= self.most && self.limited.values().all(Limited::fits)
    }

    /// Whether it has no name, or the name resolved recently.
    pub fn resolves(&self, names: &KnownNames, now: Instant) -> bool {
        self.name.as_ref().is_none_or(|name| names.contains(name, now))
    }

    /// Whether at most half of the read-ahead is left. Lanes that are held back do not count.
    fn is_thirsty(&self) -> bool {
        self.fast_read <= self.ahead / 2
    }

    /// Adapts the read-ahead to its rate: `ended` in this time.
    pub fn adapt(&mut self, time: Duration) {
        let ahead = (self.ended as u128 * AHEAD.as_micros() / time.as_micros().max(1)).min(MOST_AHEAD);
        // Fits, since it is at most the maximum.
        self.ahead = usize::try_from(ahead).unwrap_or(0);
        self.ended = 0;
    }

    pub fn add(&mut self, job: Job, turn: u64, sharing: &Sharing) {
        let lane = job.lane;
        self.lanes.entry(lane).or_insert_with(|| Lane::new(turn));
        self.learn_limits(&job, sharing);
        self.change(lane, |lane| lane.add(job, turn));
        self.give_back_surplus(lane);
        self.thirsty &= self.is_thirsty();
    }

    /// Starts the next job that has a slot and is admitted.
    pub fn start(&mut self, admitted: Admitted, turn: u64, now: Duration) -> Option<Started> {
        match self.next(admitted, now) {
            Some((lane, kind)) => {
                let slot = match self.lanes.get(&lane)?.pace() {
                    Pace::Fast => Slot::Fast,
                    Pace::Unknown => Slot::Probe,
                    Pace::Slow => Slot::Slow,
                };
                let started = self.start_lane(lane, slot, turn, now)?;
                // Only if it would have no slot otherwise.
                let is_newcomer = kind == Kind::Newcomer && !admitted.limited;
                self.newcomers += usize::from(is_newcomer);
                Some(Started { ticket: Ticket { is_newcomer, ..started.ticket }, ..started })
            }
            None => self.start_extra(turn, now),
        }
    }

    /// Starts a manual delivery, beyond the slots.
    pub fn start_extra(&mut self, turn: u64, now: Duration) -> Option<Started> {
        let lane = self.next_extra()?;
        self.start_lane(lane, Slot::Extra, turn, now)
    }

    fn start_lane(&mut self, lane: LaneId, slot: Slot, turn: u64, now: Duration) -> Option<Started> {
        let (job, patience) = self.change(lane, |lane| Some((lane.start(turn)?, lane.patience())))??;
        if slot == Slot::Probe {
            self.probed = now;
            self.probed_turns.insert(turn);
        }
        *self.count(slot) += 1;
        self.open += usize::from(slot != Slot::Extra);
        self.turn = turn;
        self.use_limits(lane, |limited, manual| limited.start(now, manual));
        // Others may start more only after one of their attempts has ended.
        self.thirsty |= slot == Slot::Fast && self.is_thirsty();
        let ticket = Ticket { lane, started: now, late_at: now + patience, slot, turn, is_newcomer: false };
        Some(Started { job, ticket })
    }

    /// Marks an attempt in flight as late.
    pub fn note_late(&mut self, ticket: Ticket) {
        self.change(ticket.lane, Lane::note_late);
        self.late += usize::from(ticket.slot == Slot::Fast);
        // What is read of its lane is no longer for a fast one: others were read less, and may have nothing left.
        self.thirsty |= self.is_thirsty();
    }

    /// Ends an attempt. Whether the next one of its lane waits for the record of this one.
    pub fn end(&mut self, ticket: Ticket, was_late: bool, now: Duration, measured: Option<Ended>) -> bool {
        let Ticket { lane, started, slot, turn, is_newcomer, .. } = ticket;
        let count = self.count(slot);
        *count = count.saturating_sub(1);
        self.open -= usize::from(slot != Slot::Extra && self.open > 0);
        self.late -= usize::from(was_late && slot == Slot::Fast && self.late > 0);
        self.newcomers -= usize::from(is_newcomer && self.newcomers > 0);
        self.ended += 1;
        let waits = self.change(lane, |lane| {
            lane.end(started, was_late, now, measured);
            (lane.read.is_empty(), lane.pace())
        });
        let mut is_awaited = false;
        self.use_limits(lane, |limited, manual| is_awaited = limited.end(manual, measured.is_some()));
        let (waits, pace) = waits.unwrap_or((false, Pace::Unknown));
        if slot == Slot::Probe {
            self.probed_turns.remove(&turn);
            if pace == Pace::Slow {
                self.hung = self.hung.max(turn);
            }
            self.answered = if pace == Pace::Fast { self.answered.saturating_add(1) } else { 0 };
        }
        self.thirsty |= if slot == Slot::Fast { self.is_thirsty() } else { waits };
        is_awaited
    }

    /// Takes what was read.
    pub fn take_read(&mut self, out: &mut Vec<JobRef>) {
        self.lanes.values_mut().for_each(|lane| lane.take_read(out));
        out.append(&mut self.surplus);
        self.ready.clear();
        self.manual.clear();
        self.held.clear();
        (self.read, self.fast_read) = (0, 0);
    }

    /// The lane that gets the next additional slot: there are as many of these for manual deliveries, for each
    /// profile until a few of its attempts are in flight. So a bulk resend waits for its turns.
    pub fn next_extra(&self) -> Option<LaneId> {
        let slots = self.most;
        if self.extra >= slots {
            return None;
        }
        let most = if self.extra < slots.div_ceil(2) { MANUAL } else { 1 };
        let has_room = |lane: &&LaneId| self.lanes.get(lane).is_some_and(|lane| lane.open() < most);
        self.manual.values().find(has_room).copied()
    }

    /// Changes a lane and updates its position in the order.
    fn change<T>(&mut self, number: LaneId, change: impl FnOnce(&mut Lane) -> T) -> Option<T> {
        let lane = self.lanes.get_mut(&number)?;
        if let Some((standing, read)) = lane.placed.take() {
            match lane.held.take() {
                None => {
                    self.ready.remove(&standing);
                    if lane.manual {
                        self.manual.remove(&standing);
                    }
                }
                Some(Held::Until(at)) => drop(self.held.remove(&(at, number))),
                Some(Held::Full) => {}
            }
            self.read -= read;
            self.fast_read -= if standing.rank == Rank::Fast { read } else { 0 };
        }
        let changed = change(lane);
        let read = lane.read.len();
        if read > 0 {
            let standing = lane.standing();
            // Usually there are no limits.
            lane.held = match &lane.limited {
                None => None,
                Some(profile) => {
                    self.limited.get(profile).and_then(|limits| limits.held(self.now, lane.manual))
                }
            };
            match lane.held {
                None => {
                    self.ready.insert(standing, number);
                    if lane.manual {
                        self.manual.insert(standing, number);
                    }
                }
                Some(Held::Until(at)) => self.held.insert((at, number), ()),
                Some(Held::Full) => {}
            }
            lane.placed = Some((standing, read));
            self.read += read;
            self.fast_read += if standing.rank == Rank::Fast { read } else { 0 };
        }
        Some(changed)
    }

    fn count(&mut self, slot: Slot) -> &mut usize {
        match slot {
            Slot::Fast => &mut self.fast,
            Slot::Probe => &mut self.probes,
            Slot::Slow => &mut self.slow,
            Slot::Extra => &mut self.extra,
        }
    }
}
