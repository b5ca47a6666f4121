//! The senders of a store in memory. Leases expire when a test says so.

use std::sync::atomic::Ordering;

use super::member::Member;
use super::{MemoryStore, Tables};
use crate::storage::{Fleet, QueueError, SenderReport};

impl Tables {
    /// Adds a sender and returns its number.
    fn join(&mut self) -> i64 {
        self.last_sender += 1;
        let report = SenderReport { adapted_to: Some(self.last_sender), ..SenderReport::default() };
        self.senders.push(Member { seq: self.last_sender, report, has_lapsed: false });
        self.last_sender
    }

    /// Ends the seat of a sender, and its claims.
    pub fn leave(&mut self, seq: i64) {
        self.senders.retain(|member| member.seq != seq);
        for stored in &mut self.deliveries {
            stored.claim = stored.claim.filter(|(_, sender)| *sender != seq);
        }
    }

    /// Fails unless this sender has a seat.
    pub fn check_seat(&self, seq: i64) -> Result<(), QueueError> {
        let has_seat = self.senders.iter().any(|member| member.seq == seq);
        has_seat.then_some(()).ok_or_else(|| QueueError::Overtaken("the lease has run out".to_owned()))
    }

    fn renew(&mut self, seq: i64, report: SenderReport) -> Result<Fleet, QueueError> {
        let dead: Vec<i64> =
            self.senders.iter().filter(|member| member.has_lapsed).map(|member| member.seq).collect();
        for seq in dead {
            self.leave(seq);
        }
        self.check_seat(seq)?;
        if let Some(own) = self.senders.iter_mut().find(|member| member.seq == seq) {
            own.report = report;
        }
        Ok(Fleet::new(seq, self.senders.iter().map(|member| member.seq), 1))
    }

    /// Whether all others have reduced their attempts to their shares beside this sender.
    fn has_room_for(&self, seq: i64) -> bool {
        let others = self.senders.iter().filter(|member| member.seq != seq);
        others.map(|member| member.report.adapted_to).all(|adapted_to| adapted_to >= Some(seq))
    }
}

impl MemoryStore {
    /// The number of this process's seat; 0 before it has one.
    pub fn own_seq(&self) -> i64 {
        self.seat.load(Ordering::Relaxed)
    }

    /// Takes a seat, and waits until there is room.
    pub async fn take_seat(&self) -> i64 {
        let seq = self.change(Tables::join);
        self.seat.store(seq, Ordering::Relaxed);
        let mut changes = self.changes.subscribe();
        while !self.tables().has_room_for(seq) {
            // The store has a sender of the channel.
            changes.changed().await.unwrap();
        }
        seq
    }

    /// Renews the seat of this process.
    pub fn renew_seat(&self, report: SenderReport) -> Result<Fleet, QueueError> {
        self.change(|tables| tables.renew(self.own_seq(), report))
    }

    /// The lease of this process's seat expires now.
    pub fn lapse(&self) {
        let own = self.own_seq();
        let mut tables = self.tables();
        let members = tables.senders.iter_mut();
        members.filter(|member| member.seq == own).for_each(|member| member.has_lapsed = true);
    }
}
