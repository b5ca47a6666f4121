//! Programs of two versions on one database.

use super::*;
use crate::support::cli::On;

/// Events that are sent before the schema changes, and after.
const SOME: usize = 200;

#[test]
fn senders_go_on_under_a_newer_schema_that_allows_it_and_stop_under_one_that_does_not() {
    let Some(fleet) = Fleet::new(Duration::from_millis(20)) else { return };
    let mut senders = [fleet.join(1), fleet.join(2)];
    fleet.accept("a-", SOME);
    let known: u32 = fleet.sql("SELECT version FROM ringback.meta").parse().unwrap();
    fleet.sql("UPDATE ringback.meta SET version = version + 1");
    fleet.accept("b-", SOME);
    fleet.wait_until_idle();
    fleet.wait_for_senders(2);
    fleet.accept("c-", 10 * SOME);
    fleet.wait_for_requests(3 * SOME);
    fleet.sql("UPDATE ringback.meta SET least = version");
    let newer =
        format!("was migrated by a newer Ringback (schema {}, this one knows {known}): update", known + 1);
    for sender in &mut senders {
        let why = sender.line(On::Err, &newer);
        assert!(why.contains("\"message\":\"the sender stopped: postgres://"), "{why}");
        assert_eq!(sender.code(), Some(1));
        assert_eq!(sender.rest_of_errors(), Vec::<String>::new());
    }
    assert_eq!(fleet.sql("SELECT count(*) FROM ringback.sender"), "0", "they left in order");
    assert_eq!(fleet.sql("SELECT count(*) FROM ringback.pending WHERE claimed_by IS NOT NULL"), "0");
    assert_ne!(fleet.pending(), "0");
    // The update, as far as these are concerned.
    fleet.sql("UPDATE ringback.meta SET least = 1");
    let _updated = fleet.join(1);
    fleet.wait_until_idle();
    let counts = fleet.endpoint.counts();
    assert_eq!((counts.times.len(), counts.repeated()), (12 * SOME, 0), "nothing is lost or repeated");
}
