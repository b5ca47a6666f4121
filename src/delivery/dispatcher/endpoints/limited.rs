//! The limits of one profile at an endpoint: how much it may have in flight, and when its next attempt may start.
//!
//! Several senders divide both: of the attempts in flight each has a share as of an endpoint's slots, and of the rate
//! each has the same part.
//!
//! The rate is kept by the time at which the next attempt would start if all came evenly: an attempt may start up to a
//! second's worth before that. So a second's worth may start at once, and no more. A sender that has started, or whose
//! fellow senders have changed, does not know what was sent just before: it begins with nothing saved.

use std::time::Duration;

use super::lane::Held;
use crate::profile::{Pacing, ProfileId};
use crate::record::LaneId;
use crate::storage::Fleet;

/// What may be sent at once after a pause.
const BURST: Duration = Duration::from_secs(1);

/// What may start within this time is read ahead: longer than a claim takes, and short enough that other senders need
/// not wait for it.
const AHEAD: Duration = Duration::from_millis(100);

/// The least time from one claim for what may start later to the next.
const REST: Duration = Duration::from_millis(40);

/// The limits of one profile, and what is used of them.
#[derive(Debug)]
pub struct Limited {
    pacing: Pacing,
    /// This sender's share of the attempts in flight.
    most: usize,
    /// The time from one attempt of this sender to the next; none without a rate.
    interval: Option<Duration>,
    /// When the next attempt would start if all came evenly, relative to the start of the sender.
    even: Duration,
    /// Attempts in flight.
    in_flight: usize,
    /// Of an ordered profile: this sender's share of the only slot of its events, the events in flight, and those that
    /// have ended and are not recorded. Only then it is known what comes next.
    slots_of_events: usize,
    events: usize,
    unrecorded: usize,
    /// The last claim was for its oldest event: what came before that may be any.
    is_asked_in_order: bool,
    /// Its lanes at this endpoint: of events, and of what a person sends.
    pub lanes: Vec<LaneId>,
    /// The profile has not changed since it was read.
    is_current: bool,
}

/// The senders that share limits, and since when, relative to the start of the sender.
#[derive(Debug, Clone)]
pub struct Sharing {
    pub fleet: Fleet,
    pub since: Duration,
}

impl Limited {
    /// Nothing is in flight.
    pub fn new(id: &ProfileId, pacing: Pacing, sharing: &Sharing) -> Self {
        let mut limited = Self {
            pacing,
            most: 0,
            interval: None,
            even: Duration::ZERO,
            in_flight: 0,
            slots_of_events: usize::MAX,
            events: 0,
            unrecorded: 0,
            is_asked_in_order: false,
            lanes: Vec::new(),
            is_current: true,
        };
        limited.set(id, pacing, sharing);
        limited
    }

    /// The profile was read: these are its limits. Other ones than before begin with nothing saved, and without the
    /// waits of before.
    pub fn learn(&mut self, id: &ProfileId, pacing: Pacing, sharing: &Sharing, now: Duration) {
        self.is_current = true;
        if self.pacing != pacing {
            self.even = Duration::ZERO;
            self.set(id, pacing, &Sharing { since: now, ..sharing.clone() });
        }
    }

    /// The senders that share it have changed.
    pub fn share(&mut self, id: &ProfileId, sharing: &Sharing) {
        self.set(id, self.pacing, sharing);
    }

    /// The profile may have changed.
    pub fn doubt(&mut self) {
        self.is_current = false;
    }

    fn set(&mut self, id: &ProfileId, pacing: Pacing, Sharing { fleet, since }: &Sharing) {
        self.pacing = pacing;
        let most = pacing.max_in_flight.map(|most| usize::try_from(most).unwrap_or(usize::MAX));
        self.most = most.map_or(usize::MAX, |most| fleet.share(id.as_str(), most));
        self.slots_of_events = if pacing.ordered { fleet.share(id.as_str(), 1) } else { usize::MAX };
        self.is_asked_in_order &= pacing.ordered;
        let senders = u32::try_from(fleet.senders()).unwrap_or(u32::MAX);
        self.interval = pacing.rate_limit.map(|rate| rate.interval().saturating_mul(senders));
        if let Some(interval) = self.interval {
            self.even = self.even.max(since.saturating_add(interval).saturating_add(burst(interval)));
        }
    }

    /// More attempts of its lanes are in flight.
    pub fn add(&mut self, in_flight: usize, manual: bool) {
        self.in_flight = self.in_flight.saturating_add(in_flight);
        self.events = self.events.saturating_add(if manual { 0 } else { in_flight });
    }

    /// An attempt starts.
    pub fn start(&mut self, now: Duration, manual: bool) {
        self.add(1, manual);
        if let Some(interval) = self.interval {
            self.even = self.even.max(now).saturating_add(interval);
        }
    }

    /// An attempt has ended, and is to be recorded or was none. Whether its record is awaited.
    pub fn end(&mut self, manual: bool, is_to_be_recorded: bool) -> bool {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.events = self.events.saturating_sub(usize::from(!manual));
        let is_awaited = self.pacing.ordered && !manual && is_to_be_recorded;
        self.unrecorded += usize::from(is_awaited);
        is_awaited
    }

    /// An event of an ordered profile is recorded.
    pub fn recorded(&mut self) {
        self.unrecorded = self.unrecorded.saturating_sub(1);
    }

    /// Whether its events are sent in order.
    pub fn is_ordered(&self) -> bool {
        self.pacing.ordered
    }

    /// A claim asks for its oldest event, if the lane of its events is known.
    pub fn ask_in_order(&mut self, knows_lane: bool) {
        self.is_asked_in_order = self.pacing.ordered && knows_lane;
    }

    /// Whether no more is in flight than this sender's share.
    pub fn fits(&self) -> bool {
        self.in_flight <= self.most && self.events + self.unrecorded <= self.slots_of_events
    }

    /// Its free slots, for what a person sends or for events.
    fn free_slots(&self, manual: bool) -> usize {
        let all = self.most.saturating_sub(self.in_flight);
        if manual { all } else { all.min(self.slots_of_events.saturating_sub(self.events + self.unrecorded)) }
    }

    /// Until when no attempt may start; none if one may start now. What a person sends may go one interval ahead of the
    /// rate.
    pub fn held(&self, now: Duration, manual: bool) -> Option<Held> {
        if self.free_slots(manual) == 0 {
            return Some(Held::Full);
        }
        let interval = self.interval?;
        let early = burst(interval) + if manual { interval } else { Duration::ZERO };
        let at = self.even.saturating_sub(early);
        (now < at).then_some(Held::Until(at))
    }

    /// How many more deliveries of a lane may be kept that were just read, if so many were read and not started.
    pub fn room_for_read(&self, now: Duration, read: usize, manual: bool) -> usize {
        let is_any = self.pacing.ordered && !manual && !self.is_asked_in_order;
        if is_any { 0 } else { self.room(now, read, manual) }
    }

    /// How many more deliveries may be read, if so many were read and not started.
    pub fn room(&self, now: Duration, read: usize, manual: bool) -> usize {
        let slots = self.free_slots(manual);
        // What comes next of an ordered profile is known when nothing else is in flight.
        let knows_next = manual || !self.pacing.ordered || slots > 0;
        if !self.is_current && knows_next {
            // One, to read the profile with it.
            return 1_usize.saturating_sub(read);
        }
        let by_rate = self.interval.map_or(usize::MAX, |interval| self.starts(now + AHEAD, interval));
        slots.min(by_rate).saturating_sub(read)
    }

    /// When there will be room for another one, if the rate leaves none now.
    pub fn has_room_at(&self, now: Duration, read: usize, manual: bool) -> Option<Duration> {
        let interval = self.interval?;
        if self.room(now, read, manual) > 0 || self.free_slots(manual) <= read {
            return None;
        }
        let waits = interval.saturating_mul(u32::try_from(read).unwrap_or(u32::MAX));
        let at = self.even.saturating_add(waits).saturating_sub(burst(interval) + AHEAD);
        Some(at.max(now + REST))
    }

    /// How many attempts may start until this time if nothing else does.
    fn starts(&self, until: Duration, interval: Duration) -> usize {
        let Some(saved) = (until + burst(interval)).checked_sub(self.even.max(until.saturating_sub(AHEAD)))
        else {
            return 0;
        };
        let more = saved.as_nanos().checked_div(interval.as_nanos()).unwrap_or(0);
        usize::try_from(more).unwrap_or(usize::MAX).saturating_add(1)
    }
}

/// How much before its even time an attempt may start.
fn burst(interval: Duration) -> Duration {
    BURST.saturating_sub(interval)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{RateLimit, Region};

    const MS: Duration = Duration::from_millis(1);

    fn id() -> ProfileId {
        ProfileId::new(Region::In, uuid::Uuid::from_u128(7))
    }

    fn alone(since: Duration) -> Sharing {
        Sharing { fleet: Fleet::alone(), since }
    }

    fn rate(text: &str, sharing: &Sharing) -> Limited {
        let pacing = Pacing { rate_limit: Some(RateLimit::parse(text).unwrap()), ..Pacing::default() };
        Limited::new(&id(), pacing, sharing)
    }

    /// The starts, in milliseconds, of a profile that always has something to send, until a time.
    fn starts(limited: &mut Limited, from: Duration, until: Duration) -> Vec<u128> {
        let (mut now, mut all) = (from, Vec::new());
        loop {
            match limited.held(now, false) {
                None => {
                    limited.start(now, false);
                    limited.end(false, true);
                    all.push(now.as_millis());
                }
                Some(Held::Until(at)) => now = at,
                Some(Held::Full) => panic!("nothing is in flight"),
            }
            if now >= until {
                return all;
            }
        }
    }

    #[test]
    fn attempts_start_at_the_rate_and_a_second_of_them_at_once_after_a_pause() {
        let mut four = rate("4", &alone(Duration::ZERO));
        assert_eq!(
            starts(&mut four, MS, MS * 1100),
            [250, 500, 750, 1000],
            "a sender that starts saves nothing"
        );
        assert_eq!(starts(&mut four, MS * 9000, MS * 9600), [9000, 9000, 9000, 9000, 9250, 9500]);
        let mut half = rate("0.5", &alone(MS * 100));
        assert_eq!(starts(&mut half, MS * 101, MS * 6500), [2100, 4100, 6100]);
        assert_eq!(starts(&mut half, MS * 60_000, MS * 62_500), [60_000, 62_000]);
    }

    #[test]
    fn a_higher_rate_does_not_wait_for_the_old_one() {
        let mut limited = rate("0.001", &alone(Duration::ZERO));
        limited.start(MS * 5000, false);
        let pacing = Pacing { rate_limit: Some(RateLimit::parse("10").unwrap()), ..Pacing::default() };
        limited.learn(&id(), pacing, &alone(Duration::ZERO), MS * 6000);
        assert_eq!(limited.held(MS * 6000, false), Some(Held::Until(MS * 6100)));
    }

    #[test]
    fn senders_divide_the_rate_and_begin_anew_when_one_joins() {
        let mut limited = rate("4", &alone(Duration::ZERO));
        starts(&mut limited, MS * 5000, MS * 5001);
        let two = Sharing { fleet: Fleet::new(1, [2], 1), since: MS * 5500 };
        limited.share(&id(), &two);
        assert_eq!(starts(&mut limited, MS * 5500, MS * 7200), [6000, 6500, 7000]);
    }

    #[test]
    fn one_of_several_senders_has_the_only_slot() {
        let pacing = Pacing { max_in_flight: Some(1), ..Pacing::default() };
        let of = |own| Limited::new(&id(), pacing, &Sharing { fleet: Fleet::new(own, 1..=3, 1), since: MS });
        let free = (1..=3).filter(|own| of(*own).held(MS, false).is_none()).count();
        assert_eq!(free, 1);
        let mut alone = Limited::new(&id(), pacing, &alone(MS));
        assert_eq!(alone.room(MS, 0, false), 1);
        alone.start(MS, false);
        assert_eq!((alone.held(MS, true), alone.room(MS, 0, false)), (Some(Held::Full), 0));
        assert_eq!(alone.has_room_at(MS, 0, false), None, "the end of the attempt makes room");
    }

    #[test]
    fn an_ordered_profile_has_one_event_until_that_is_recorded() {
        let pacing = Pacing { ordered: true, ..Pacing::default() };
        let mut limited = Limited::new(&id(), pacing, &alone(MS));
        assert_eq!(limited.room_for_read(MS, 0, false), 0, "any, not the oldest");
        assert_eq!(limited.room_for_read(MS, 0, true), usize::MAX, "what a person sends has no order");
        limited.ask_in_order(true);
        assert_eq!((limited.room(MS, 0, false), limited.room_for_read(MS, 0, false)), (1, 1));
        limited.start(MS, false);
        assert_eq!((limited.held(MS, false), limited.held(MS, true)), (Some(Held::Full), None));
        assert!(limited.end(false, true));
        limited.doubt();
        assert_eq!((limited.room(MS, 0, false), limited.held(MS, false)), (0, Some(Held::Full)));
        limited.recorded();
        assert_eq!((limited.room(MS, 0, false), limited.held(MS, false)), (1, None));
        limited.share(&id(), &Sharing { fleet: Fleet::new(1, 2..=40, 1), since: MS });
        limited.start(MS, false);
        limited.end(false, true);
        assert!(!limited.fits(), "the sender that has the order now waits for the record");
        limited.recorded();
        assert!(limited.fits() && limited.held(MS, false) == Some(Held::Full));
    }

    #[test]
    fn what_may_start_soon_is_read_ahead_and_no_more() {
        let mut limited = rate("2", &alone(Duration::ZERO));
        assert_eq!(
            (limited.room(MS * 300, 0, false), limited.has_room_at(MS * 300, 0, false)),
            (0, Some(MS * 400))
        );
        assert_eq!((limited.room(MS * 400, 0, false), limited.room(MS * 400, 1, false)), (1, 0));
        assert_eq!(limited.has_room_at(MS * 480, 1, false), Some(MS * 900));
        assert_eq!(limited.room(MS * 5000, 0, false), 2, "what was saved");
        limited.doubt();
        assert_eq!((limited.room(MS * 300, 0, false), limited.room(MS * 5000, 1, false)), (1, 0));
    }

    #[test]
    fn a_person_goes_one_interval_ahead_once() {
        let mut limited = rate("0.5", &alone(Duration::ZERO));
        assert_eq!((limited.held(MS, false), limited.held(MS, true)), (Some(Held::Until(MS * 2000)), None));
        limited.start(MS, false);
        assert_eq!(limited.held(MS, true), Some(Held::Until(MS * 2000)));
        assert_eq!(limited.held(MS, false), Some(Held::Until(MS * 4000)));
    }
}
