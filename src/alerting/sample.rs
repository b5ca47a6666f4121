//! An alert to try out the settings with.

use crate::clock;
use crate::profile::{ProfileId, Region};
use crate::record::{DeliveryId, ErrorClass};
use crate::storage::{Alert, HealthCause, HealthTurn, HealthTurnKind};

/// An alert of a profile that does not exist, as `ringback alerts test` gives it.
#[must_use]
pub fn sample() -> Alert {
    let id = uuid::Uuid::from_bytes(DeliveryId::generate().bytes());
    let turn = HealthTurn {
        position: 0,
        id,
        at: clock::now(),
        profile_id: ProfileId::new(Region::default(), uuid::Uuid::nil()),
        title: "Test of alerts".to_owned(),
        kind: HealthTurnKind::Failing,
        before: None,
        cause: HealthCause {
            failed: 20,
            delivery: DeliveryId::generate(),
            status: Some(500),
            class: Some(ErrorClass::Status),
            message: "500 Internal Server Error (this is a test)".to_owned(),
            recent: None,
        },
    };
    Alert { id: uuid::Uuid::from_bytes(DeliveryId::generate().bytes()), turns: vec![turn] }
}
