//! Deliveries that expire on a server: none of several senders sends them, and each is in the log once.

use serde_json::json;

use super::*;

#[test]
fn what_has_expired_is_sent_by_none_of_several_senders() {
    let Some(fleet) = Fleet::new(Duration::ZERO) else { return };
    let mut profile = fleet.endpoint.profile();
    profile["profile_id"] = json!(fleet.profile);
    profile["expires_after_s"] = json!(3600);
    let file = fleet.place.file("expiring.json", &profile.to_string());
    assert_eq!(ran(fleet.command(&["profiles", "apply", &file])).code, Some(0));
    fleet.accept("old", 500);
    fleet.sql("UPDATE ringback.delivery SET accepted_at = accepted_at - 3600000");
    fleet.accept("new", 100);
    let senders = [fleet.join(1), fleet.join(2)];
    fleet.wait_until_idle();
    assert_eq!(fleet.endpoint.counts().times.len(), 100);
    let classes = "SELECT string_agg(format('%s %s %s', state, class, n), ',' ORDER BY state)
         FROM (SELECT state, class, count(*) AS n FROM ringback.ended GROUP BY 1, 2) s";
    assert_eq!(fleet.sql(classes), "2  100,3 expired 500");
    assert_eq!(fleet.sql("SELECT count(*) FROM ringback.attempt WHERE class = 'expired'"), "500");
    let listed =
        ran(fleet.command(&["deliveries", "list", "--state", "expired", "--limit", "1000", "--json"]));
    assert_eq!(listed.json().as_array().map(Vec::len), Some(500), "{}", listed.err);
    drop(senders);
}
