//! Profiles that are probed or recovering, in memory.

use super::Tables;
use super::queue::lane_id;
use crate::clock;
use crate::profile::{Profile, ProfileId, Status};
use crate::record::{DeliveryId, DeliveryState, LogPosition, Next, Outcome};
use crate::storage::health::half_open::{FIRST_WIDTH, FULL_WIDTH, NextProbe};
use crate::storage::{Blocks, Claimed, Demand};

impl Tables {
    /// A profile was saved.
    pub fn follow_probes(&mut self, profile: &Profile) {
        if profile.status != Status::Active {
            self.recovering.retain(|(id, _)| *id != profile.id);
        }
        let first = NextProbe::first(profile, self.now());
        let known = self.probes.iter().position(|(id, _)| *id == profile.id);
        match (known, first) {
            (Some(known), None) => drop(self.probes.remove(known)),
            (None, Some(first)) => self.probes.push((profile.id.clone(), first)),
            _ => {}
        }
    }

    /// A probe has enabled a profile.
    pub fn enable(&mut self, profile: Profile) {
        let modified_at = clock::later(profile.modified_at, jiff::SignedDuration::from_millis(1));
        let id = profile.id.clone();
        self.save(Profile { status: Status::Active, modified_at: modified_at.max(self.now()), ..profile });
        self.recovering.push((id, FIRST_WIDTH));
    }

    /// An attempt of a lane was recorded, of a profile that may be probed or recovering.
    pub fn note_metered(&mut self, lane: usize, outcome: &Outcome) {
        let id = self.lanes[lane].profile_id.clone();
        let (is_delivered, now) = (outcome.next == Next::Delivered, self.now());
        if outcome.attempt.is_probe
            && !is_delivered
            && let Some((_, probe)) = self.probes.iter_mut().find(|(known, _)| *known == id)
        {
            *probe = NextProbe::after_failure(probe.wait.as_secs(), now);
            self.revision.steering += 1;
        }
        if let Some((_, width)) = self.recovering.iter_mut().find(|(known, _)| *known == id)
            && !self.lanes[lane].manual
        {
            *width += u32::from(is_delivered);
            self.recovering.retain(|(_, width)| *width < FULL_WIDTH);
            self.revision.steering += 1;
        }
    }

    /// Whether nothing of this lane is claimed in the usual way, since its profile recovers.
    pub fn is_recovering(&self, lane: usize) -> bool {
        let lane = &self.lanes[lane];
        !lane.manual && self.recovering.iter().any(|(id, _)| *id == lane.profile_id)
    }

    /// Claims what may be sent of profiles that are probed or recovering.
    pub fn claim_metered(&mut self, sender: i64, blocks: &Blocks, demand: &Demand, claimed: &mut Claimed) {
        let now = demand.now.as_millisecond();
        let probed = self.probes.iter().map(|(id, probe)| (id.clone(), FIRST_WIDTH, Some(probe.at)));
        let recovering = self.recovering.iter().map(|(id, width)| (id.clone(), *width, None));
        let metered: Vec<_> = probed.chain(recovering).collect();
        for (id, width, probe_at) in metered {
            if let Some(at) = probe_at.filter(|at| !NextProbe::is_due(at.as_millisecond(), now)) {
                claimed.next_due = Some(claimed.next_due.map_or(at, |next| next.min(at)));
            } else if blocks.all().or(blocks.deleted(&id)).or(blocks.paused(&id)).is_none() {
                let room = demand.limit.saturating_sub(claimed.jobs.len());
                for delivery in self.oldest_due(&id, width, demand).into_iter().take(room) {
                    let job = self.claim_one(sender, delivery);
                    claimed
                        .jobs
                        .extend(job.map(|job| crate::record::Job { is_probe: probe_at.is_some(), ..job }));
                }
            }
        }
    }

    /// The oldest events of a profile that are due, as many as fit beside those that are claimed.
    fn oldest_due(&self, id: &ProfileId, width: u32, demand: &Demand) -> Vec<DeliveryId> {
        let mut due: Vec<(LogPosition, DeliveryId)> = Vec::new();
        let mut claimed = 0;
        for (index, lane) in self.lanes.iter().enumerate() {
            if lane.manual || lane.profile_id != *id {
                continue;
            }
            let pending = self
                .deliveries
                .iter()
                .filter(|stored| stored.lane == index && stored.details.summary.state.is_pending());
            let mut pending: Vec<_> = pending.collect();
            pending.sort_by_key(|stored| stored.details.summary.position);
            claimed += pending.iter().filter(|stored| stored.claim.is_some()).count();
            let load = demand.origins.get(&lane.origin).copied().unwrap_or_default();
            let own = demand.lanes.get(&lane_id(index)).copied().unwrap_or_default();
            if !Demand::has_room(&load, demand.slots(&lane.origin), &own, false) {
                continue;
            }
            pending.truncate(if own.ordered { 1 } else { usize::MAX });
            let is_due = |stored: &&&super::StoredDelivery| {
                let row = &stored.details.summary;
                let is_due =
                    row.state == DeliveryState::Queued || row.due_at.is_some_and(|at| at <= demand.now);
                is_due && stored.claim.is_none()
            };
            let row = |stored: &&super::StoredDelivery| {
                (stored.details.summary.position, stored.details.summary.id)
            };
            due.extend(pending.iter().filter(is_due).map(row));
        }
        due.sort_unstable();
        let room = usize::try_from(width).unwrap_or(usize::MAX).saturating_sub(claimed);
        due.into_iter().map(|(_, id)| id).take(room).collect()
    }
}
