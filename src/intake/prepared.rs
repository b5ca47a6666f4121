//! The delivery that an event becomes.

use crate::callback::Values;
use crate::intake::rules::event_meant;
use crate::intake::{missing, unused_values};
use crate::profile::{Choice, Event, Path, Profile, catalogue};
use crate::record::{EventId, NewDelivery};
use crate::storage::{ContentHash, EventKey, Submission};

/// An event that can be accepted.
#[derive(Debug)]
pub struct PreparedEvent {
    /// Its delivery. One whose request cannot be built is accepted too, and fails for that reason (our decision).
    pub delivery: NewDelivery,
    /// Its id, if its caller gave one, and a hash of the event.
    pub key: Option<EventKey>,
    /// What its caller should know about it.
    pub note: EventNote,
}

/// What the caller of an event should know: it may be misspelled.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct EventNote {
    /// The variables of the profile without a value in the event, in the order of the request.
    pub missing: Vec<String>,
    /// About its values that no placeholder takes: see [`of_values`](unused_values::of_values).
    pub unused: Option<String>,
}

impl PreparedEvent {
    /// The delivery of an event of a profile that accepts events: see [`taking`](super::rules::taking).
    ///
    /// # Errors
    /// The profile does not subscribe to this event, or to several while none is named.
    pub fn new(
        profile: &Profile,
        event: Option<Event>,
        event_id: Option<EventId>,
        values: Values,
    ) -> Result<Self, String> {
        let event = event_meant(profile, event)?;
        let placeholders: Vec<&Path> = profile.placeholders().collect();
        let missing = missing::paths_of(placeholders.iter().copied(), &values);
        let missing = missing.into_iter().map(str::to_owned).collect();
        let known = || event.map_or(&[][..], catalogue::variables);
        let unused = unused_values::of_values_among(profile, &placeholders, values.members(), known);
        let key = event_id.map(|id| {
            let owner = profile.id.to_string();
            let content = ContentHash::of_event(&owner, event.map(Choice::name), values.members());
            EventKey { owner, id, content }
        });
        Ok(Self {
            delivery: NewDelivery::event(profile, event, values),
            key,
            note: EventNote { missing, unused },
        })
    }

    /// What a store accepts.
    #[must_use]
    pub fn into_submission(self) -> Submission {
        Submission { delivery: self.delivery, event: self.key }
    }
}

/// Why an event is refused whose id another one has.
#[must_use]
pub fn id_in_use(id: &EventId) -> String {
    format!(
        "event_id '{id}' was used within 24 hours for another event of this profile: give each event an id of its own"
    )
}
