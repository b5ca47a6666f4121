//! One endpoint: which of its lanes gets the next slot.
//!
//! - The lane with the fewest attempts in flight is next; then the one that used the least slot time
//!   recently.
//! - A quarter of the slots is never given to slow lanes. While fast lanes have something to send,
//!   slow ones get one slot of sixteen between them.
//! - A lane of which nothing is known is probed with one attempt, unless it is alone. Only a few such
//!   probes are in flight at a time while fast lanes have something to send, and more of them follow
//!   slowly: those that hang hold their slots until they time out. One that came after all of them need
//!   not wait.
//! - What a person sent always gets a slot: beyond the endpoint's where those are not to be had.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use crate::delivery::known_names::KnownNames;
use crate::delivery::outbox::{MANUAL, Pace};
use crate::delivery::record::Job;

use super::lane::{Ended, Lane, Rank, Standing};

/// Of an endpoint that ends its attempts fast, no more are read ahead.
const MOST_AHEAD: u128 = 1024;

/// As many are read ahead as an endpoint ends in this time, which is longer than a question takes.
const AHEAD: Duration = Duration::from_millis(40);

/// When a few probes are in flight, the next one waits this long: a fast endpoint responds sooner.
const PROBE_PAUSE: Duration = Duration::from_millis(25);

/// The same, while fast lanes have something to send.
const PROBE_PAUSE_BUSY: Duration = Duration::from_secs(1);

/// The slot that an attempt in flight has.
#[derive(Debug, Clone, Copy)]
pub struct Ticket {
    lane: i64,
    /// When it started, since the sender did.
    started: Duration,
    slot: Slot,
}

/// An attempt that may start.
pub struct Started {
    pub job: Job,
    pub ticket: Ticket,
    /// Whether more should be read.
    pub thirsty: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// Of a lane that is fast.
    Fast,
    /// Of a lane of which nothing was known.
    Probe,
    /// Of a slow lane.
    Slow,
    /// Beyond the endpoint's slots.
    Extra,
}

/// An endpoint.
#[derive(Debug, Default)]
pub struct Endpoint {
    /// The name of its host; none where that is an address.
    name: Option<Box<str>>,
    /// Whether the name resolved lately; else it has one slot.
    pub is_resolved: bool,
    /// Its slots, once its name has resolved.
    most: usize,
    /// Attempts in flight in its slots.
    pub open: usize,
    /// Those of them by the kind of slot.
    fast: usize,
    probes: usize,
    slow: usize,
    /// Attempts in flight beyond its slots.
    extra: usize,
    pub lanes: HashMap<i64, Lane>,
    /// Lanes with something read, in their order; and those of them with what a person sent.
    ready: BTreeMap<Standing, i64>,
    manual: BTreeMap<Standing, i64>,
    /// Read and not started; and those of them whose lanes are fast.
    pub read: usize,
    fast_read: usize,
    /// When the last probe started, and its turn.
    probed: (Duration, u64),
    /// Probes that ended fast since the last one that did not.
    answered: usize,
    /// Its last turn.
    pub turn: u64,
    /// Attempts ended since it was last measured.
    ended: usize,
    /// How many may be read ahead.
    pub ahead: usize,
}

impl Endpoint {
    /// One with nothing, and so many slots.
    pub fn new(name: Option<Box<str>>, slots: usize, turn: u64) -> Self {
        Self { is_resolved: name.is_none(), name, most: slots, turn, ..Self::default() }
    }

    /// Whether it needs no name, or the name resolved lately.
    pub fn resolves(&self, names: &KnownNames, now: Instant) -> bool {
        self.name.as_ref().is_none_or(|name| names.contains(name, now))
    }

    fn slots(&self) -> usize {
        if self.is_resolved { self.most } else { self.most.min(1) }
    }

    /// Whether half or less is left of what may be read ahead. Lanes that are kept back do not count.
    fn is_thirsty(&self) -> bool {
        self.fast_read <= self.ahead / 2
    }

    /// Follows how fast it ends its attempts: `ended` in this time.
    pub fn adapt(&mut self, time: Duration) {
        let ahead = (self.ended as u128 * AHEAD.as_micros() / time.as_micros().max(1)).min(MOST_AHEAD);
        // Fits: it is no more than the most.
        self.ahead = usize::try_from(ahead).unwrap_or(0);
        self.ended = 0;
    }

    pub fn add(&mut self, job: Job, turn: u64, now: Duration) {
        let lane = job.place.lane;
        self.lanes.entry(lane).or_insert_with(|| Lane::new(turn));
        self.change(lane, now, |lane| lane.add(job, turn));
    }

    /// Starts the next job that has a slot.
    pub fn start(&mut self, turn: u64, now: Duration) -> Option<Started> {
        match self.next(now) {
            Some(lane) => {
                let slot = match self.lanes.get(&lane)?.pace(now) {
                    Pace::Fast => Slot::Fast,
                    Pace::Unknown => Slot::Probe,
                    Pace::Slow => Slot::Slow,
                };
                self.start_lane(lane, slot, turn, now)
            }
            None => self.start_extra(turn, now),
        }
    }

    /// Starts what a person sent, beyond the slots.
    pub fn start_extra(&mut self, turn: u64, now: Duration) -> Option<Started> {
        let lane = self.next_extra()?;
        self.start_lane(lane, Slot::Extra, turn, now)
    }

    fn start_lane(&mut self, lane: i64, slot: Slot, turn: u64, now: Duration) -> Option<Started> {
        let job = self.change(lane, now, |lane| lane.start(now, turn))??;
        if slot == Slot::Probe {
            self.probed = (now, turn);
        }
        *self.count(slot) += 1;
        self.open += usize::from(slot != Slot::Extra);
        self.turn = turn;
        // Others may start more only once an attempt of theirs has ended.
        let thirsty = slot == Slot::Fast && self.is_thirsty();
        Some(Started { job, ticket: Ticket { lane, started: now, slot }, thirsty })
    }

    /// An attempt is over. Whether more should be read.
    pub fn end(&mut self, ticket: Ticket, now: Duration, measured: Option<Ended>) -> bool {
        let Ticket { lane, started, slot } = ticket;
        let count = self.count(slot);
        *count = count.saturating_sub(1);
        self.open -= usize::from(slot != Slot::Extra && self.open > 0);
        self.ended += 1;
        let waits = self.change(lane, now, |lane| {
            lane.end(started, now, measured);
            (lane.read.is_empty(), lane.pace(now))
        });
        let (waits, pace) = waits.unwrap_or((false, Pace::Unknown));
        if slot == Slot::Probe {
            self.answered = if pace == Pace::Fast { self.answered.saturating_add(1) } else { 0 };
        }
        if slot == Slot::Fast { self.is_thirsty() } else { waits }
    }

    /// Forgets what was read.
    pub fn forget_read(&mut self) {
        self.lanes.values_mut().for_each(Lane::forget_read);
        self.ready.clear();
        self.manual.clear();
        (self.read, self.fast_read) = (0, 0);
    }

    /// The lane that gets the next slot.
    pub fn next(&mut self, now: Duration) -> Option<i64> {
        let slots = self.slots();
        if self.open >= slots || self.ready.is_empty() {
            return None;
        }
        self.find_hanging(now);
        let reserve = slots / 4;
        if reserve == 0 {
            // Too few slots to reserve one: all lanes share them.
            let all = [Rank::Fast, Rank::Delivered, Rank::Unknown, Rank::Slow, Rank::Probed];
            return least(all.into_iter().filter_map(|rank| self.first(rank)));
        }
        let slow = self.first(Rank::Slow);
        if slow.is_some() && self.slow < (slots / 16).max(1) {
            return least(slow);
        }
        let others = [self.first(Rank::Fast), self.first(Rank::Delivered), self.probe(slots, now)];
        let next = least(others.into_iter().flatten());
        if next.is_some() || self.open >= slots - reserve {
            return next;
        }
        least(slow).or_else(|| {
            let (_, lane) = self.first(Rank::Probed)?;
            let alone = self.ready.len() == 1 && self.lanes.get(&lane)?.open() == self.open + self.extra;
            alone.then_some(lane)
        })
    }

    /// The lane that gets the next slot beyond those: there are as many again for what a person sent, for
    /// each profile until a few of its attempts are in flight. So a bulk resend waits for its turns.
    pub fn next_extra(&self) -> Option<i64> {
        let slots = self.most;
        if self.extra >= slots {
            return None;
        }
        let most = if self.extra < slots.div_ceil(2) { MANUAL } else { 1 };
        let has_room = |lane: &&i64| self.lanes.get(lane).is_some_and(|lane| lane.open() < most);
        self.manual.values().find(has_room).copied()
    }

    /// The next lane of which nothing is known, if it may be probed now.
    fn probe(&self, slots: usize, now: Duration) -> Option<(Standing, i64)> {
        let first = self.first(Rank::Unknown)?;
        if self.probe_at(slots).is_some_and(|at| at <= now) {
            return Some(first);
        }
        let (standing, lane) = self.ready.range(..Standing::first(Rank::Slow)).next_back()?;
        let since = self.lanes.get(lane)?.since;
        (since > self.probed.1).then_some((*standing, *lane))
    }

    /// When the next lane of which nothing is known may be probed; none before an attempt has ended.
    fn probe_at(&self, slots: usize) -> Option<Duration> {
        let reserve = slots / 4;
        let busy = self.first(Rank::Fast).is_some();
        let (few, most, pause) = if busy {
            (reserve, slots - reserve, PROBE_PAUSE_BUSY)
        } else {
            (reserve + self.answered, slots - reserve.div_ceil(2), PROBE_PAUSE)
        };
        let hang = self.probes + self.slow;
        if hang >= most {
            return None;
        }
        Some(if self.probes < few { Duration::ZERO } else { self.probed.0 + pause })
    }

    /// When a lane may be probed that may not yet.
    pub fn probes_later(&self, now: Duration) -> Option<Duration> {
        let slots = self.slots();
        self.first(Rank::Unknown).filter(|_| self.open < slots && slots >= 4)?;
        self.probe_at(slots).filter(|at| *at > now)
    }

    fn first(&self, rank: Rank) -> Option<(Standing, i64)> {
        let (standing, lane) = self.ready.range(Standing::first(rank)..).next()?;
        (standing.rank == rank).then_some((*standing, *lane))
    }

    /// Finds out which of the lanes that come next hangs by now.
    fn find_hanging(&mut self, now: Duration) {
        while let Some((_, lane)) = self.first(Rank::Fast)
            && self.lanes.get(&lane).is_some_and(|lane| lane.pace(now) != Pace::Fast)
        {
            self.change(lane, now, |_| ());
        }
    }

    /// Changes a lane and finds its place in the order.
    fn change<T>(&mut self, number: i64, now: Duration, change: impl FnOnce(&mut Lane) -> T) -> Option<T> {
        let lane = self.lanes.get_mut(&number)?;
        if let Some((standing, read)) = lane.placed.take() {
            self.ready.remove(&standing);
            if lane.manual {
                self.manual.remove(&standing);
            }
            self.read -= read;
            self.fast_read -= if standing.rank == Rank::Fast { read } else { 0 };
        }
        let changed = change(lane);
        let read = lane.read.len();
        if read > 0 {
            let standing = lane.standing(now);
            self.ready.insert(standing, number);
            if lane.manual {
                self.manual.insert(standing, number);
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

fn least(lanes: impl IntoIterator<Item = (Standing, i64)>) -> Option<i64> {
    lanes.into_iter().min_by_key(|(standing, _)| standing.fewest()).map(|(_, lane)| lane)
}
