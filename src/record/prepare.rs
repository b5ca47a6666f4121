//! From a profile and values to a delivery that can be accepted.

use super::Failure;
use crate::callback::{self, Context, Values};
use crate::clock;
use crate::profile::{Event, Profile};
use crate::record::{DeliveryId, Kind, NewDelivery};

impl NewDelivery {
    /// A test of the profile as it is on the screen, saved or not.
    #[must_use]
    pub fn test(profile: Profile, event: Option<Event>, values: Values) -> Self {
        let id = DeliveryId::generate();
        let mut delivery = Self::prepare(id, &profile, Kind::Test, event, values);
        delivery.tested = Some(Box::new(profile));
        delivery
    }

    /// An event that happened; the stored profile's credentials are used.
    #[must_use]
    pub fn event(profile: &Profile, event: Option<Event>, values: Values) -> Self {
        Self::event_as(DeliveryId::generate(), profile, event, values)
    }

    /// The same with an id that the caller has made.
    #[must_use]
    pub fn event_as(id: DeliveryId, profile: &Profile, event: Option<Event>, values: Values) -> Self {
        Self::prepare(id, profile, Kind::Event, event, values)
    }

    fn prepare(id: DeliveryId, profile: &Profile, kind: Kind, event: Option<Event>, values: Values) -> Self {
        let text = id.to_string();
        let mut context = Context { delivery_id: &text, random: &mut random };
        let request = callback::render(profile, &values, &mut context);
        Self {
            id,
            kind,
            profile_id: profile.id.clone(),
            profile_title: profile.title.to_string(),
            event,
            origin: profile.endpoint.origin().to_owned(),
            request: request.map_err(|error| Failure::no_request(error.to_string())),
            values,
            policy: profile.retry,
            tested: None,
            accepted_at: clock::now(),
        }
    }
}

/// Fills the buffer with random bytes from the system.
pub(crate) fn random(buffer: &mut [u8]) {
    #[allow(clippy::expect_used, reason = "without the system's randomness no vector is safe to send")]
    getrandom::fill(buffer).expect("the system gives random bytes");
}
