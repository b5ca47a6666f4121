//! The check of when and how fast a draft's deliveries are sent.

use super::Check;
use crate::profile::field::Field;
use crate::profile::pacing::{Pacing, RateLimit};
use crate::profile::sizes::EXPIRES_AFTER_S;

impl Check<'_> {
    pub(super) fn expires_after(&mut self) -> Option<u32> {
        self.optional_number(Field::ExpiresAfter, &self.draft.expires_after, EXPIRES_AFTER_S, "seconds")
    }

    pub(super) fn pacing(&mut self) -> Pacing {
        let draft = self.draft;
        let (most, unit) = (Pacing::MAX_IN_FLIGHT, "attempts");
        let max_in_flight = self.optional_number(Field::MaxInFlight, &draft.max_in_flight, most, unit);
        let rate = draft.rate_limit.trim();
        let rate_limit = (!rate.is_empty()).then(|| self.take(Field::RateLimit, RateLimit::parse(rate)));
        Pacing { max_in_flight, rate_limit: rate_limit.flatten(), ordered: draft.ordered }
    }

    /// A whole number, or nothing.
    fn optional_number(
        &mut self,
        field: Field,
        text: &str,
        (least, most): (u32, u32),
        unit: &str,
    ) -> Option<u32> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let number = text.parse::<u32>().ok().filter(|n| (least..=most).contains(n));
        if number.is_none() {
            self.error(field, format!("a whole number from {least} to {most} ({unit}), or nothing"));
        }
        number
    }
}
