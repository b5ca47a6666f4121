//! The effects whose results are awaited, by ticket.

use std::collections::BTreeMap;

use crate::console::model::effect::{AfterSave, Effect, Purpose, Request, Ticket};

/// The reason why the result of an effect is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Awaits {
    /// A window or the editor is about to open, or the list to lose a profile: keys typed until then are meant for
    /// that.
    Opening,
    /// The same for a profile being saved, with the next step.
    Save(AfterSave),
    /// The deliveries on the screen.
    Rows,
    /// Older deliveries.
    OlderRows,
}

impl Awaits {
    fn of(effect: &Effect) -> Option<Self> {
        match effect {
            Effect::LoadProfile(_, Purpose::Show | Purpose::Reload | Purpose::Verify) => None,
            Effect::SaveProfile(_, _, after) => Some(Self::Save(after.clone())),
            Effect::LoadProfile(..)
            | Effect::Fresh(_)
            | Effect::OverwriteProfile(_)
            | Effect::SwitchProfile(_)
            | Effect::AskDelete(..)
            | Effect::DeleteProfile(..)
            | Effect::Resend(_)
            | Effect::Preview(..) => Some(Self::Opening),
            Effect::LoadDeliveries(query) if query.before.is_some() => Some(Self::OlderRows),
            Effect::LoadDeliveries(_) => Some(Self::Rows),
            _ => None,
        }
    }
}

/// The effects without a result so far, if something waits for it.
#[derive(Debug, Default)]
pub struct Awaited {
    next: Ticket,
    open: BTreeMap<Ticket, Awaits>,
}

impl Awaited {
    /// Assigns a ticket to an effect.
    pub fn ask(&mut self, effect: Effect) -> Request {
        let ticket = self.next;
        self.next = ticket.next();
        if let Some(awaits) = Awaits::of(&effect) {
            self.open.insert(ticket, awaits);
        }
        Request { ticket, effect }
    }

    /// Why the effect with this ticket was awaited. Its result has arrived.
    pub fn take(&mut self, ticket: Ticket) -> Option<Awaits> {
        self.open.remove(&ticket)
    }

    /// Whether typed keys are meant for something that is about to open.
    #[must_use]
    pub fn is_opening(&self) -> bool {
        self.open.values().any(|awaits| matches!(awaits, Awaits::Opening | Awaits::Save(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_effect_has_a_unique_ticket_and_is_awaited_until_its_result() {
        let mut awaited = Awaited::default();
        let first = awaited.ask(Effect::Fresh(Box::default()));
        let second = awaited.ask(Effect::LoadCounts);
        assert_ne!(first.ticket, second.ticket);
        assert_eq!(awaited.take(second.ticket), None);
        assert!(awaited.is_opening(), "the result of another effect opens nothing");
        assert_eq!(awaited.take(first.ticket), Some(Awaits::Opening));
        assert!(!awaited.is_opening());
        assert_eq!(awaited.take(first.ticket), None);
    }
}
