//! Profiles with limits of their own at one endpoint: their lanes wait aside while the limits allow no attempt, and keep
//! no other lane from its turn.

use std::time::Duration;

use super::Endpoint;
use crate::delivery::dispatcher::endpoints::limited::{Limited, Sharing};
use crate::profile::ProfileId;
use crate::record::{Job, LaneId};

impl Endpoint {
    /// Learns the limits of the profile of a lane from a delivery of it.
    pub(super) fn learn_limits(&mut self, job: &Job, sharing: &Sharing) {
        let Some(lane) = self.lanes.get_mut(&job.lane) else { return };
        let profile = job.profile.as_deref();
        let Some(profile) = profile.filter(|profile| !profile.pacing.is_unlimited()) else {
            // Usually there were none either. What a person tests need not be saved.
            if lane.limited.is_some() && !job.manual {
                self.forget_limits(job.lane);
            }
            return;
        };
        if lane.limited.is_none() {
            lane.limited = Some(profile.id.clone());
            let in_flight = lane.in_flight();
            let new = || Limited::new(&profile.id, profile.pacing, sharing);
            let limited = self.limited.entry(profile.id.clone()).or_insert_with(new);
            limited.lanes.push(job.lane);
            limited.add(in_flight, job.manual);
        }
        if let Some(limited) = self.limited.get_mut(&profile.id).filter(|_| !job.manual) {
            limited.learn(&profile.id, profile.pacing, sharing, self.now);
        }
    }

    /// The profile of this lane has no limits any more.
    fn forget_limits(&mut self, lane: LaneId) {
        let profile = self.lanes.get_mut(&lane).and_then(|lane| lane.limited.take());
        let Some(limited) = profile.and_then(|profile| self.limited.remove(&profile)) else { return };
        for other in limited.lanes {
            if let Some(lane) = self.lanes.get_mut(&other) {
                lane.limited = None;
            }
            self.change(other, |_| ());
        }
    }

    /// Gives back what was read of a lane beyond its limits: other senders may start it sooner.
    pub(super) fn give_back_surplus(&mut self, number: LaneId) {
        let Some(limited) = self.limited_of(number) else { return };
        let of_others = self.read_of(limited).saturating_sub(self.read_in(number));
        let manual = self.is_manual(number);
        let most = limited.room_for_read(self.now, of_others, manual);
        if self.read_in(number) > most {
            let mut surplus = std::mem::take(&mut self.surplus);
            self.change(number, |lane| lane.give_back(most, &mut surplus));
            self.surplus = surplus;
        }
    }

    /// Changes what is used of the limits of a lane, and with that whether the lanes of its profile may start.
    pub fn use_limits(&mut self, number: LaneId, change: impl FnOnce(&mut Limited, bool)) {
        let Some(lane) = self.lanes.get(&number) else { return };
        let limited = lane.limited.as_ref().and_then(|profile| self.limited.get_mut(profile));
        let Some(limited) = limited else { return };
        change(limited, lane.manual);
        for lane in limited.lanes.clone() {
            self.change(lane, |_| ());
        }
    }

    /// Lets lanes start whose time has come.
    pub fn free_held(&mut self) {
        while let Some(((at, lane), ())) = self.held.first()
            && *at <= self.now
        {
            let lane = *lane;
            // A clock that is not exact would find it again.
            if self.change(lane, |_| ()).is_none() {
                self.held.pop_first();
            }
        }
    }

    /// When the next lane may start that its limits hold.
    pub fn frees_at(&self) -> Option<Duration> {
        self.held.first().map(|((at, _), ())| *at)
    }

    /// The senders that share limits have changed.
    pub fn share_limits(&mut self, sharing: &Sharing) {
        let mut lanes = Vec::new();
        for (profile, limited) in &mut self.limited {
            limited.share(profile, sharing);
            lanes.extend_from_slice(&limited.lanes);
        }
        for lane in lanes {
            self.change(lane, |_| ());
        }
    }

    /// Any profile may have changed.
    pub fn doubt_limits(&mut self) {
        self.limited.values_mut().for_each(Limited::doubt);
    }

    /// How many more deliveries of a lane are wanted; and when more, if its limits allow none now.
    pub fn room(&self, number: LaneId) -> (usize, Option<Duration>) {
        match self.limited_of(number) {
            None => (usize::MAX, None),
            Some(limited) => {
                let (read, manual) = (self.read_of(limited), self.is_manual(number));
                (limited.room(self.now, read, manual), limited.has_room_at(self.now, read, manual))
            }
        }
    }

    /// Whether the events of a lane are sent in order.
    pub fn is_ordered(&self, number: LaneId) -> bool {
        !self.is_manual(number) && self.limited_of(number).is_some_and(Limited::is_ordered)
    }

    /// A claim asks for the oldest event of each ordered profile.
    pub fn ask_in_order(&mut self) {
        for limited in self.limited.values_mut() {
            let is_of_events = |number| self.lanes.get(number).is_some_and(|lane| !lane.manual);
            let knows_lane = limited.lanes.iter().any(is_of_events);
            limited.ask_in_order(knows_lane);
        }
    }

    /// An event of an ordered profile is recorded: the next one may start.
    pub fn recorded(&mut self, number: LaneId) {
        self.use_limits(number, |limited, _| limited.recorded());
    }

    fn is_manual(&self, number: LaneId) -> bool {
        self.lanes.get(&number).is_some_and(|lane| lane.manual)
    }

    fn limited_of(&self, number: LaneId) -> Option<&Limited> {
        let profile: &ProfileId = self.lanes.get(&number)?.limited.as_ref()?;
        self.limited.get(profile)
    }

    /// How many deliveries of a profile with limits are read and not started.
    fn read_of(&self, limited: &Limited) -> usize {
        limited.lanes.iter().map(|lane| self.read_in(*lane)).sum()
    }

    fn read_in(&self, number: LaneId) -> usize {
        self.lanes.get(&number).map_or(0, |lane| lane.read.len())
    }
}
