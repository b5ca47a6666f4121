//! Makes a delivery from a profile and values.

use jiff::Timestamp;

use super::{DeliveryId, Failure, Kind, RunId, random};
use crate::callback::{self, Callback, Context, Random, Values};
use crate::clock;
use crate::profile::{Event, Profile, ProfileId, RetryPolicy};

/// A delivery to accept: complete, so that a restart needs nothing else.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// From [`DeliveryId::generate`].
    pub id: DeliveryId,
    /// Why it was created.
    pub kind: Kind,
    /// The profile's id.
    pub profile_id: ProfileId,
    /// The title at this time, shown even if the profile is deleted.
    pub profile_title: String,
    /// The event whose values these are; none with Default.
    pub event: Option<Event>,
    /// Scheme, host and port.
    pub origin: String,
    /// The values, kept so that they can be used again.
    pub values: Values,
    /// The request, without credentials; or why none could be made, which fails it at once.
    pub request: Result<Callback, Failure>,
    /// The retry policy at this time.
    pub policy: RetryPolicy,
    /// The profile as tested: its credentials are used until the delivery ends, and it is stored separately from the
    /// log.
    pub tested: Option<Box<Profile>>,
    /// The time of acceptance.
    pub accepted_at: Timestamp,
    /// The run that accepted it, for a line of `send --from`.
    pub run: Option<RunId>,
}

/// What differs between two deliveries of the same profile and values.
pub struct Acceptance<'a> {
    /// The id of the delivery.
    pub id: DeliveryId,
    /// The time.
    pub at: Timestamp,
    /// The source of random initialization vectors.
    pub random: &'a mut Random<'a>,
}

impl NewDelivery {
    /// A test of a profile, saved or not.
    #[must_use]
    pub fn test(profile: Profile, event: Option<Event>, values: Values) -> Self {
        let acceptance = Acceptance { id: DeliveryId::generate(), at: clock::now(), random: &mut random };
        Self::test_as(acceptance, profile, event, values)
    }

    /// As [`NewDelivery::test`], with an id, a time and randomness from the caller.
    #[must_use]
    pub fn test_as(
        acceptance: Acceptance<'_>,
        profile: Profile,
        event: Option<Event>,
        values: Values,
    ) -> Self {
        let delivery = Self::prepare(acceptance, &profile, Kind::Test, event, values);
        Self { tested: Some(Box::new(profile)), ..delivery }
    }

    /// An event; the stored profile's credentials are used.
    #[must_use]
    pub fn event(profile: &Profile, event: Option<Event>, values: Values) -> Self {
        let acceptance = Acceptance { id: DeliveryId::generate(), at: clock::now(), random: &mut random };
        Self::prepare(acceptance, profile, Kind::Event, event, values)
    }

    /// A delivery of a stored profile, with an id, a time and randomness from the caller.
    #[must_use]
    pub fn prepare(
        acceptance: Acceptance<'_>,
        profile: &Profile,
        kind: Kind,
        event: Option<Event>,
        values: Values,
    ) -> Self {
        let Acceptance { id, at, random } = acceptance;
        let text = id.to_string();
        let mut context = Context { delivery_id: &text, random };
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
            accepted_at: at,
            run: None,
        }
    }
}
