//! The endpoints with attempts in flight or deliveries read ahead; selects the next attempt.

mod endpoint;
mod host_name;
mod lane;
mod limited;
mod limits;
mod ordered;
mod slot_time;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::delivery::dispatcher::limits::Limits;
use crate::delivery::hash::FastMap;
use crate::delivery::http::known_names::KnownNames;
use crate::record::{Job, JobRef, LaneId, Origin};
use crate::storage::{Fleet, LaneLoad, OriginLoad, Pace};
use endpoint::{Admitted, Endpoint, Kind, SPARE, Started};
use host_name::host_name;
pub use lane::Ended;
use limited::Sharing;
use ordered::Ordered;

/// The shortest time in which the rate of an endpoint is measured.
const MEASURED: Duration = Duration::from_millis(4);

/// Idle lanes whose speed is remembered.
const IDLE_LANES: usize = 4096;

/// One in this many slots of all endpoints is kept free of limited attempts ([`Kind::Limited`]).
const FREE_OF_LIMITED: usize = 4;

/// The same of first probes.
const FREE_OF_PROBES: usize = 8;

/// One in this many is for newcomers ([`Kind::Newcomer`]) when all others that they may have are in use. The rest is
/// for fast lanes only.
const NEWCOMERS: usize = 16;

/// Attempts to unresolved names use at most one in this many of all slots.
const UNRESOLVED: usize = 4;

/// The queues that contain an endpoint: those of what it can start, by kind, and the two additional ones.
type Queued = [bool; Kind::ALL.len() + 2];
const UNRESOLVED_AT: usize = Kind::ALL.len();
const EXTRA_AT: usize = Kind::ALL.len() + 1;

/// Endpoints by attempts in flight, then by their last turn.
type Queue = Ordered<(usize, u64), Origin>;

/// The slot of an attempt in flight.
#[derive(Debug, Clone, Copy)]
pub struct Ticket {
    of_endpoint: endpoint::Ticket,
    number: u64,
}

/// The endpoints. The one with the fewest attempts in flight is next; equal ones take turns. Each endpoint selects
/// its next lane.
///
/// - One whose name did not resolve recently has one attempt in flight, since it may wait for a silent name server
///   until it times out.
/// - Slow lanes, and unknown ones, never use all slots of all endpoints: some are left for the first probe of an
///   endpoint, some for lanes that arrived after all probed ones at theirs, and some for fast lanes.
/// - One slot of sixteen is reserved for endpoints with nothing in flight.
#[derive(Debug)]
pub struct Endpoints {
    limits: Limits,
    /// The senders that share the slots of each endpoint, and limits.
    sharing: Sharing,
    names: Arc<KnownNames>,
    /// Notified when a name becomes known.
    resolved: watch::Receiver<()>,
    /// When the sender started.
    epoch: Instant,
    all: FastMap<Origin, Endpoint>,
    /// Endpoints that can start something of each kind.
    startable: [Queue; Kind::ALL.len()],
    /// Endpoints whose names did not resolve recently and that can start something.
    unresolved: Queue,
    /// Attempts in flight, without those beyond the slots of an endpoint; and those to such names.
    open: usize,
    unresolved_open: usize,
    /// Attempts in flight that are limited, and first probes.
    limited_open: usize,
    /// Attempts in flight in the slots of newcomers.
    newcomers_open: usize,
    /// Endpoints that can start a manual delivery beyond their slots.
    extra: Queue,
    /// Endpoints that can probe a lane later: when, since the start.
    later: FastMap<Origin, Duration>,
    /// Suspended endpoints, and whether one attempt may probe them.
    suspended: FastMap<Origin, bool>,
    /// Attempts in flight that are not late yet, by the time when they will be and a number.
    in_time: Ordered<(Duration, u64), (Origin, endpoint::Ticket)>,
    /// The turn counter.
    turn: u64,
    /// Jobs read and not started.
    read: usize,
    /// When the endpoints were last measured.
    measured: Option<Instant>,
    /// How many endpoints are thirsty.
    thirsty: usize,
    /// When limits will have made room for more, relative to the start of the sender.
    claim_at: Option<Duration>,
    /// See [`take_wants_claim`](Self::take_wants_claim).
    wants_claim: bool,
}

impl Endpoints {
    /// Without endpoints.
    pub fn new(limits: Limits, names: Arc<KnownNames>) -> Self {
        Self {
            limits,
            sharing: Sharing { fleet: Fleet::alone(), since: Duration::ZERO },
            resolved: names.changes(),
            names,
            epoch: Instant::now(),
            all: FastMap::default(),
            startable: Default::default(),
            unresolved: Queue::default(),
            open: 0,
            unresolved_open: 0,
            limited_open: 0,
            newcomers_open: 0,
            extra: Queue::default(),
            later: FastMap::default(),
            in_time: Ordered::default(),
            suspended: FastMap::default(),
            turn: 0,
            read: 0,
            measured: None,
            thirsty: 0,
            claim_at: None,
            wants_claim: false,
        }
    }

    /// Without endpoints; each has this many slots, and all names are known.
    #[cfg(test)]
    pub fn of(per_origin: usize) -> Self {
        let limits = Limits { per_origin, total: usize::MAX, unrecorded: usize::MAX, threads: 1 };
        Self::new(limits, Arc::default())
    }

    /// The senders that share the slots of each endpoint.
    pub fn fleet(&self) -> &Fleet {
        &self.sharing.fleet
    }

    /// Shares the slots of each endpoint with these senders. Attempts in flight beyond a share are not aborted.
    pub fn share_with(&mut self, fleet: Fleet, now: Instant) {
        self.sharing = Sharing { fleet, since: self.since_epoch(now) };
        let sharing = self.sharing.clone();
        let origins: Vec<Origin> = self.all.keys().cloned().collect();
        for origin in origins {
            let slots = sharing.fleet.share(&origin, self.limits.per_origin);
            self.change(&origin, now, |endpoint, _| {
                endpoint.set_slots(slots);
                endpoint.share_limits(&sharing);
            });
        }
    }

    /// Whether no more is in flight to any endpoint than this sender's share.
    pub fn fits_shares(&self) -> bool {
        self.all.values().all(Endpoint::fits_slots)
    }

    /// Adds deliveries that were read.
    pub fn add(&mut self, jobs: Vec<Job>, now: Instant) {
        let sharing = self.sharing.clone();
        let mut jobs = jobs.into_iter().peekable();
        while let Some(first) = jobs.next() {
            let origin = first.origin.clone();
            self.turn += 1;
            let mut turn = self.turn;
            // Its position among those that can start is updated once for all of them.
            turn = self.change(&origin, now, |endpoint, _| {
                endpoint.add(first, turn, &sharing);
                while let Some(next) = jobs.next_if(|next| next.origin == origin) {
                    turn += 1;
                    endpoint.add(next, turn, &sharing);
                }
                turn
            });
            self.turn = self.turn.max(turn);
        }
    }

    /// Rechecks endpoints that could start nothing before now, and attempts that are late by now.
    pub fn wake(&mut self, now: Instant) {
        let since_epoch = self.since_epoch(now);
        while self.in_time.first().is_some_and(|((late_at, _), _)| *late_at <= since_epoch)
            && let Some((_, (origin, ticket))) = self.in_time.pop_first()
        {
            self.change(&origin, now, |endpoint, _| endpoint.note_late(ticket));
        }
        let due = self.later.iter().filter(|(_, at)| **at <= since_epoch);
        let mut due: Vec<Origin> = due.map(|(origin, _)| origin.clone()).collect();
        if self.resolved.has_changed().unwrap_or(false) {
            self.resolved.mark_unchanged();
            let waits = |endpoint: &Endpoint| !endpoint.is_resolved && endpoint.resolves(&self.names, now);
            let resolved = self.all.iter().filter(|(_, endpoint)| waits(endpoint));
            due.extend(resolved.map(|(origin, _)| origin.clone()));
        }
        for origin in &due {
            self.change(origin, now, |endpoint, _| endpoint.free_held());
        }
        self.wants_claim |= self.claim_at.take_if(|at| *at <= since_epoch).is_some();
    }

    /// When to recheck endpoints that can start nothing now.
    pub fn next_wake(&self) -> Option<Instant> {
        // Lateness does not matter while nothing waits.
        let late = self.in_time.first().filter(|_| self.read > 0).map(|((at, _), _)| at);
        self.later.values().chain(late).chain(&self.claim_at).min().map(|at| self.epoch + *at)
    }

    /// Starts the next job that has a slot.
    pub fn start(&mut self, now: Instant) -> Option<(Box<Job>, Ticket)> {
        while let Some((origin, admitted)) = self.next() {
            let origin = origin.clone();
            self.turn += 1;
            let turn = self.turn;
            let started = self.change(&origin, now, |endpoint, now| endpoint.start(admitted, turn, now));
            // An endpoint that could start a moment ago may have a name that no longer resolves.
            if let Some(started) = started {
                return Some(self.started(&origin, started, now));
            }
        }
        None
    }

    /// Starts a manual delivery, beyond the slots of its endpoint.
    pub fn start_extra(&mut self, now: Instant) -> Option<(Box<Job>, Ticket)> {
        let (_, origin) = self.extra.pop_first()?;
        self.turn += 1;
        let turn = self.turn;
        let started = self.change(&origin, now, |endpoint, now| endpoint.start_extra(turn, now))?;
        Some(self.started(&origin, started, now))
    }

    fn started(&mut self, origin: &Origin, started: Started, now: Instant) -> (Box<Job>, Ticket) {
        self.end_probe(origin, now);
        let ticket = Ticket { of_endpoint: started.ticket, number: self.turn };
        self.in_time.insert((started.ticket.late_at, ticket.number), (origin.clone(), started.ticket));
        (started.job, ticket)
    }

    /// The probe of a suspended origin has started: nothing follows it.
    fn end_probe(&mut self, origin: &Origin, now: Instant) {
        if !self.suspended.is_empty() && self.may_probe(origin) {
            self.suspend(origin, now);
        }
    }

    /// Ends an attempt to this endpoint. A panicked one says nothing about the speed of its lane.
    /// Whether the next one of its lane waits until this one is [recorded](Self::recorded).
    pub fn end(&mut self, origin: &Origin, ticket: Ticket, now: Instant, ended: Option<Ended>) -> bool {
        let Ticket { of_endpoint: ticket, number } = ticket;
        let was_late = self.in_time.remove(&(ticket.late_at, number)).is_none();
        self.change(origin, now, |endpoint, now| endpoint.end(ticket, was_late, now, ended))
    }

    /// Suspends an origin: nothing is started or read.
    pub fn suspend(&mut self, origin: &Origin, now: Instant) {
        self.suspended.insert(origin.clone(), false);
        self.change(origin, now, |_, _| ());
    }

    /// Lets one attempt start to a suspended origin.
    pub fn probe(&mut self, origin: &Origin, now: Instant) {
        self.suspended.insert(origin.clone(), true);
        self.change(origin, now, |_, _| ());
    }

    /// Resumes sending to an origin.
    pub fn resume(&mut self, origin: &Origin, now: Instant) {
        self.suspended.remove(origin);
        self.change(origin, now, |_, _| ());
    }

    /// Whether an origin is suspended.
    pub fn is_suspended(&self, origin: &Origin) -> bool {
        self.suspended.contains_key(origin)
    }

    /// Whether an origin is suspended and its probe has not started.
    pub fn may_probe(&self, origin: &Origin) -> bool {
        self.suspended.get(origin) == Some(&true)
    }

    /// Takes what was read and not started, to release it.
    pub fn take_read(&mut self, out: &mut Vec<JobRef>) {
        self.startable.iter_mut().for_each(Queue::clear);
        self.unresolved.clear();
        self.extra.clear();
        self.later.clear();
        self.read = 0;
        self.all.values_mut().for_each(|endpoint| {
            endpoint.queued = Queued::default();
            endpoint.take_read(out);
        });
    }

    /// How many are read and not started.
    pub fn read(&self) -> usize {
        self.read
    }

    /// Whether an attempt could start now.
    pub fn can_start(&self) -> bool {
        self.next().is_some()
    }

    /// The next endpoint, and what may start there.
    fn next(&self) -> Option<(&Origin, Admitted)> {
        let admitted = self.admitted();
        let kinds = Kind::ALL.into_iter().zip(&self.startable);
        let startable = kinds.filter(|(kind, _)| admitted.admits(*kind)).map(|(_, queue)| (queue, admitted));
        let most = (self.limits.total / UNRESOLVED).max(1);
        let may_ask = admitted.first_probe && self.unresolved_open < most;
        let unresolved = Some((&self.unresolved, Admitted::ALL)).filter(|_| may_ask);
        let queues = startable.chain(unresolved);
        let first = queues.filter_map(|(queue, admitted)| Some((queue.first()?, admitted)));
        let ((key, origin), admitted) = first.min_by_key(|((key, _), _)| **key)?;
        let is_spare = self.open >= self.limits.total - self.limits.total / SPARE;
        (key.0 == 0 || !is_spare).then_some((origin, admitted))
    }

    /// What may start, given everything in flight.
    fn admitted(&self) -> Admitted {
        let free_of = |part: usize| self.limited_open < self.limits.total - self.limits.total / part;
        let limited = free_of(FREE_OF_LIMITED);
        let newcomer = limited || self.newcomers_open < (self.limits.total / NEWCOMERS).max(1);
        Admitted { first_probe: free_of(FREE_OF_PROBES), newcomer, limited }
    }

    /// Whether an endpoint is about to run out of read deliveries.
    pub fn is_thirsty(&self) -> bool {
        self.thirsty > 0
    }

    /// Those read and not started.
    #[cfg(test)]
    pub fn read_jobs(&self) -> impl Iterator<Item = &Job> {
        let lanes = self.all.values().flat_map(|endpoint| endpoint.lanes.values());
        lanes.flat_map(|lane| lane.read.iter().map(Box::as_ref))
    }

    /// The input of a claim: the load of each endpoint, and how much more may be read ahead.
    pub fn ask(&mut self, now: Instant) -> (HashMap<Origin, OriginLoad>, HashMap<LaneId, LaneLoad>) {
        self.all.values_mut().for_each(|endpoint| endpoint.thirsty = false);
        self.thirsty = 0;
        let time = now.duration_since(*self.measured.get_or_insert(now));
        let measures = time >= MEASURED;
        if measures {
            self.measured = Some(now);
            self.all.values_mut().for_each(|endpoint| endpoint.adapt(time));
        }
        let (mut origins, mut lanes, mut idle) = (HashMap::new(), HashMap::new(), Vec::new());
        let since_epoch = self.since_epoch(now);
        self.claim_at = None;
        for (origin, endpoint) in &mut self.all {
            endpoint.now = since_epoch;
            endpoint.ask_in_order();
            let endpoint = &*endpoint;
            let unresolved = !endpoint.is_resolved;
            let mut load = OriginLoad { ahead: endpoint.ahead, unresolved, ..OriginLoad::default() };
            for (number, lane) in &endpoint.lanes {
                let (open, pace) = (lane.open() + lane.read.len(), lane.pace());
                load.open += open;
                load.fast += if pace == Pace::Fast { open } else { 0 };
                // Without its limits a lane would be read in vain, or too much of it be sent.
                if open == 0 && lane.limited.is_none() {
                    idle.push((lane.used(), *number));
                }
                let is_limited = lane.limited.is_some();
                let (room, room_at) = if is_limited { endpoint.room(*number) } else { (usize::MAX, None) };
                let ordered = is_limited && endpoint.is_ordered(*number);
                self.claim_at = self.claim_at.into_iter().chain(room_at).min();
                lanes.insert(*number, LaneLoad { open, pace, used: lane.used(), room, ordered });
            }
            if load.open > 0 || load.ahead > 0 || unresolved {
                origins.insert(origin.clone(), load);
            }
        }
        for (origin, _) in self.suspended.iter().filter(|(_, may_probe)| !**may_probe) {
            origins.entry(origin.clone()).or_default().suspended = true;
        }
        if idle.len() > IDLE_LANES {
            self.forget_lanes(idle);
        }
        self.all.retain(|_, endpoint| endpoint.ahead > 0 || !endpoint.lanes.is_empty());
        (origins, lanes)
    }

    /// Forgets half of these idle lanes, those with the least recent slot time: a hanging lane is remembered longest.
    fn forget_lanes(&mut self, mut idle: Vec<(i64, LaneId)>) {
        let (_, most_forgotten, _) = idle.select_nth_unstable(IDLE_LANES / 2);
        let most_forgotten = *most_forgotten;
        for endpoint in self.all.values_mut() {
            endpoint.lanes.retain(|number, lane| {
                !lane.is_idle() || lane.limited.is_some() || (lane.used(), *number) > most_forgotten
            });
        }
    }

    fn since_epoch(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.epoch)
    }

    /// Changes an endpoint and updates its position among those that can start.
    fn change<T>(
        &mut self,
        origin: &Origin,
        now: Instant,
        change: impl FnOnce(&mut Endpoint, Duration) -> T,
    ) -> T {
        let since_epoch = self.since_epoch(now);
        let (turn, fleet, slots) = (&mut self.turn, &self.sharing.fleet, self.limits.per_origin);
        let endpoint = self.all.entry(origin.clone()).or_insert_with(|| {
            // A unique number, so that no two have the same position.
            *turn += 1;
            Endpoint::new(host_name(origin), fleet.share(origin, slots), *turn)
        });
        let key = (endpoint.open, endpoint.turn);
        let queues = self.startable.iter_mut().chain([&mut self.unresolved, &mut self.extra]);
        for (queue, _) in queues.zip(endpoint.queued).filter(|(_, queued)| *queued) {
            queue.remove(&key);
        }
        endpoint.queued = Default::default();
        endpoint.now = since_epoch;
        self.read -= endpoint.read;
        self.open -= endpoint.open;
        self.limited_open -= endpoint.limited() - endpoint.newcomers;
        self.newcomers_open -= endpoint.newcomers;
        self.unresolved_open -= if endpoint.is_resolved { 0 } else { endpoint.open };
        self.thirsty -= usize::from(endpoint.thirsty);
        endpoint.is_resolved = endpoint.resolves(&self.names, now);
        let changed = change(endpoint, since_epoch);
        self.read += endpoint.read;
        self.open += endpoint.open;
        self.limited_open += endpoint.limited() - endpoint.newcomers;
        self.newcomers_open += endpoint.newcomers;
        self.unresolved_open += if endpoint.is_resolved { 0 } else { endpoint.open };
        self.thirsty += usize::from(endpoint.thirsty);
        let key = (endpoint.open, endpoint.turn);
        if self.suspended.get(origin) == Some(&false) {
            self.later.remove(origin);
            return changed;
        }
        if endpoint.next_extra().is_some() {
            endpoint.queued[EXTRA_AT] = true;
            self.extra.insert(key, origin.clone());
            // Beyond its slots, and so beyond what slow lanes leave.
            endpoint.queued[Kind::Fast as usize] = true;
            self.startable[Kind::Fast as usize].insert(key, origin.clone());
        }
        for kind in endpoint.kinds(since_epoch) {
            let (at, queue) = if endpoint.is_resolved {
                (kind as usize, &mut self.startable[kind as usize])
            } else {
                (UNRESOLVED_AT, &mut self.unresolved)
            };
            if !std::mem::replace(&mut endpoint.queued[at], true) {
                queue.insert(key, origin.clone());
            }
        }
        match endpoint.probes_later(since_epoch).into_iter().chain(endpoint.frees_at()).min() {
            Some(at) => drop(self.later.insert(origin.clone(), at)),
            // Usually empty: then nothing is looked up.
            None if self.later.is_empty() => {}
            None => drop(self.later.remove(origin)),
        }
        changed
    }
}

#[cfg(test)]
mod tests;
