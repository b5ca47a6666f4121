//! Selects the lane that may start now, and the kind of its attempt.

use std::time::Duration;

use super::Endpoint;
use crate::delivery::dispatcher::endpoints::lane::{Rank, Standing};
use crate::record::LaneId;

/// With a few probes in flight, the next one waits this long: a fast endpoint responds sooner.
const PROBE_PAUSE: Duration = Duration::from_millis(25);

/// The same, while fast lanes have something to send.
const PROBE_PAUSE_BUSY: Duration = Duration::from_secs(1);

/// One in this many of an endpoint's slots is reserved for fast lanes with nothing in flight, and of all slots for
/// endpoints with nothing in flight: fast ones that start to hang occupy all others before that is detected.
pub const SPARE: usize = 16;

/// The kind of an attempt, across all endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of a fast lane.
    Fast,
    /// Of an unmeasured lane, at an endpoint without other attempts of such a lane or of a slow one.
    FirstProbe,
    /// Of an unmeasured lane that arrived later than all such lanes with an attempt in flight there.
    Newcomer,
    /// Another one of an unmeasured lane, or one of a slow lane.
    Limited,
}

impl Kind {
    /// Each kind.
    pub const ALL: [Self; 4] = [Self::Fast, Self::FirstProbe, Self::Newcomer, Self::Limited];
}

/// Which kinds may start. Fast lanes always may.
#[derive(Debug, Clone, Copy)]
pub struct Admitted {
    pub first_probe: bool,
    pub newcomer: bool,
    pub limited: bool,
}

impl Admitted {
    /// Each kind.
    pub const ALL: Self = Self { first_probe: true, newcomer: true, limited: true };

    /// Whether this kind may start.
    pub fn admits(self, kind: Kind) -> bool {
        match kind {
            Kind::Fast => true,
            Kind::FirstProbe => self.first_probe,
            Kind::Newcomer => self.newcomer,
            Kind::Limited => self.limited,
        }
    }
}

/// A candidate lane.
#[derive(Debug, Clone, Copy)]
struct Choice {
    /// Lower ones come first.
    class: u8,
    standing: Standing,
    lane: LaneId,
    kind: Kind,
}

impl Endpoint {
    /// The admitted lane that gets the next slot, and its kind.
    pub fn next(&self, admitted: Admitted, now: Duration) -> Option<(LaneId, Kind)> {
        let choices = self.choices(now).into_iter().flatten();
        let admitted = choices.filter(|choice| admitted.admits(choice.kind));
        let next = admitted.min_by_key(|choice| (choice.class, choice.standing.fewest()))?;
        Some((next.lane, next.kind))
    }

    /// The kinds of attempts that may start.
    pub fn kinds(&self, now: Duration) -> impl Iterator<Item = Kind> + use<> {
        let mut startable = [false; Kind::ALL.len()];
        for choice in self.choices(now).iter().flatten() {
            startable[choice.kind as usize] = true;
        }
        Kind::ALL.into_iter().filter(move |kind| startable[*kind as usize])
    }

    /// When a lane may be probed that must wait now.
    pub fn probes_later(&self, now: Duration) -> Option<Duration> {
        let slots = self.slots();
        let (standing, _) = self.unmeasured().filter(|_| self.open < slots && slots >= 4)?;
        self.probe_at(slots, standing.rank).filter(|at| *at > now)
    }

    /// Attempts in flight that are of slow lanes, of unmeasured lanes, or late.
    pub fn limited(&self) -> usize {
        self.probes + self.slow + self.late
    }

    fn slots(&self) -> usize {
        if self.is_resolved { self.most } else { self.most.min(1) }
    }

    /// The candidates for the next lane.
    fn choices(&self, now: Duration) -> [Option<Choice>; 8] {
        let (open, slots) = (self.open, self.slots());
        if self.ready.is_empty() {
            return [None; 8];
        }
        let choice = |class, found: Option<(Standing, LaneId)>| {
            let (standing, lane) = found?;
            Some(Choice { class, standing, lane, kind: self.kind(standing.rank, lane) })
        };
        let reserve = slots / 4;
        if reserve == 0 {
            // Too few slots to reserve one: all lanes share them.
            let free = |rank| if open < slots { choice(0, self.first(rank)) } else { None };
            let newcomer = |rank| if open < slots { choice(0, self.newcomer(rank)) } else { None };
            let ranks = [Rank::Fast, Rank::Delivered, Rank::Unknown, Rank::Failed, Rank::Slow, Rank::Probed];
            let [fast, delivered, unknown, failed, slow, probed] = ranks.map(free);
            let newcomers = [newcomer(Rank::Delivered), newcomer(Rank::Unknown)];
            return [fast, delivered, unknown, failed, slow, probed, newcomers[0], newcomers[1]];
        }
        let below = |most: usize, found: Option<(Standing, LaneId)>| found.filter(|_| open < most);
        let shared = slots - slots / SPARE;
        let (slow, fast) = (self.first(Rank::Slow), self.first(Rank::Fast));
        let has_none = fast.is_some_and(|(standing, _)| standing.open == 0);
        let next_fast = choice(1, below(if has_none { slots } else { shared }, fast));
        if self.ready.last().is_some_and(|(last, _)| last.rank == Rank::Fast) {
            // Usually all are fast: then there are no others to look for.
            return [next_fast, None, None, None, None, None, None, None];
        }
        [
            choice(0, below(shared, slow).filter(|_| self.slow < (slots / 16).max(1))),
            next_fast,
            choice(1, below(slots, self.first(Rank::Delivered))),
            choice(1, below(slots, self.newcomer(Rank::Delivered))),
            // A newcomer first: after a probe it would no longer be one.
            choice(1, below(slots, self.newcomer_probe(slots, now).or_else(|| self.probe(slots, now)))),
            choice(2, below(slots - reserve, slow)),
            choice(3, below(slots - reserve, self.alone(reserve))),
            None,
        ]
    }

    fn kind(&self, rank: Rank, lane: LaneId) -> Kind {
        match rank {
            Rank::Fast => Kind::Fast,
            Rank::Delivered | Rank::Unknown | Rank::Failed if self.limited() == 0 => Kind::FirstProbe,
            Rank::Delivered | Rank::Unknown if self.is_newcomer(lane) => Kind::Newcomer,
            _ => Kind::Limited,
        }
    }

    /// The next unmeasured lane, if it may be probed now.
    fn probe(&self, slots: usize, now: Duration) -> Option<(Standing, LaneId)> {
        let first = self.unmeasured()?;
        self.probe_at(slots, first.0.rank).is_some_and(|at| at <= now).then_some(first)
    }

    /// The last lane of a rank, if it arrived after all probed ones.
    fn newcomer(&self, rank: Rank) -> Option<(Standing, LaneId)> {
        let last = Standing { rank, open: usize::MAX, used: i64::MAX, turn: u64::MAX };
        let (standing, lane) = self.ready.last_of(&(Standing::first(rank)..=last))?;
        self.is_newcomer(*lane).then_some((*standing, *lane))
    }

    /// Whether a lane arrived after all probed ones, and after those whose probes were slow.
    fn is_newcomer(&self, lane: LaneId) -> bool {
        let last = self.probed_turns.last().copied().unwrap_or_default().max(self.hung);
        self.lanes.get(&lane).is_some_and(|lane| lane.since > last)
    }

    /// A newcomer that may be probed now: it need not wait, as long as a slot is left for fast ones.
    fn newcomer_probe(&self, slots: usize, now: Duration) -> Option<(Standing, LaneId)> {
        let newcomer = self.newcomer(Rank::Unknown)?;
        let is_due = self.probe_at(slots, Rank::Unknown).is_some_and(|at| at <= now);
        (is_due || self.limited() + 1 < slots).then_some(newcomer)
    }

    fn unmeasured(&self) -> Option<(Standing, LaneId)> {
        self.first(Rank::Unknown).or_else(|| self.first(Rank::Failed))
    }

    /// When the next unmeasured lane may be probed; none before an attempt has ended or is late.
    fn probe_at(&self, slots: usize, rank: Rank) -> Option<Duration> {
        let reserve = slots / 4;
        let is_busy = self.first(Rank::Fast).is_some();
        // Lanes whose last delivery has failed leave the slots to lanes that nothing is known about.
        let kept = if is_busy || rank == Rank::Failed { reserve } else { reserve.div_ceil(2) };
        if self.limited() >= slots - kept {
            return None;
        }
        let (few, pause) =
            if is_busy { (reserve, PROBE_PAUSE_BUSY) } else { (reserve + self.answered, PROBE_PAUSE) };
        Some(if self.probes < few { Duration::ZERO } else { self.probed + pause })
    }

    /// A probed lane that is alone: it need not wait with a few more, nor with others once its first attempt is late,
    /// as only a slow lane's is.
    fn alone(&self, few: usize) -> Option<(Standing, LaneId)> {
        let (standing, number) = self.first(Rank::Probed)?;
        let lane = self.lanes.get(&number)?;
        let is_alone = self.ready.len() == 1 && lane.open() == self.open + self.extra;
        (is_alone && (lane.is_late() || lane.open() < few)).then_some((standing, number))
    }

    fn first(&self, rank: Rank) -> Option<(Standing, LaneId)> {
        // Usually all are of one rank: the ends say so without a search.
        let mut first = self.ready.first()?;
        if first.0.rank < rank {
            if self.ready.last()?.0.rank < rank {
                return None;
            }
            first = self.ready.first_from(&Standing::first(rank))?;
        }
        (first.0.rank == rank).then_some((*first.0, *first.1))
    }
}
