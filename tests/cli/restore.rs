//! Deleted profiles: their pending events are blocked, and any session can restore them.

use serde_json::{Value, json};

use crate::support::cli::Place;
use crate::support::recorder::Recorder;

/// A place with a profile that posts to this endpoint, and the profile's ID.
fn place_with(endpoint: &Recorder) -> (Place, String) {
    let place = Place::new();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    (place, id)
}

fn queue(place: &Place, id: &str, n: usize) {
    for _ in 0..n {
        assert_eq!(place.run(&["send", id, "--no-wait"]).code, Some(0));
    }
}

/// The deleted profile was deleted so many days ago.
fn days_ago(place: &Place, days: i64) {
    let db = rusqlite::Connection::open(place.db()).unwrap();
    let sql = "UPDATE profile SET deleted_at = deleted_at - ?1 WHERE deleted_at IS NOT NULL";
    assert_eq!(db.execute(sql, [days * 24 * 3_600_000]).unwrap(), 1);
}

#[test]
fn pending_deliveries_of_a_deleted_profile_are_blocked_and_sent_when_it_is_restored() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint);
    queue(&place, &id, 2);
    let asked = place.run(&["profiles", "delete", &id]);
    asked.refused(2, &["was not deleted", "--yes"]);
    let deleted = place.run(&["profiles", "delete", "order sms", "--yes"]);
    assert_eq!((deleted.code, deleted.out), (Some(0), format!("{id}\n")));
    let message =
        format!("deleted 'Order SMS': 2 pending deliveries are blocked; `ringback profiles restore {id}`");
    assert!(deleted.err.contains(&message), "{}", deleted.err);

    place.run(&["send", &id]).refused(2, &[&format!("`ringback profiles restore {id}` restores it")]);
    let worked = place.run(&["work", "--until-idle"]);
    assert_eq!(worked.code, Some(0), "it does not wait for them: {worked:?}");
    assert_eq!(worked.out, "0 delivered, 0 failed · 2 queued and 0 waiting, all blocked\n");
    assert!(worked.err.contains("2 blocked: 'Order SMS' was deleted at"), "{}", worked.err);
    let listed = place.run(&["deliveries", "list", "--profile", "Order SMS", "--json"]).json();
    assert_eq!((&listed[0]["held"], &listed[1]["held"]), (&json!("deleted"), &json!("deleted")));
    let delivery = listed[0]["delivery_id"].as_str().unwrap();
    let shown = place.run(&["deliveries", "show", delivery]);
    assert!(shown.out.contains("blocked   deleted\n"), "{}", shown.out);
    let doctor = place.run(&["doctor", "--json"]).json();
    let findings = doctor["findings"].as_array().unwrap();
    let held = findings.iter().find(|one| one["topic"] == "held").unwrap();
    assert!(
        held["found"].as_str().unwrap().starts_with("2 pending deliveries blocked: 'Order SMS'"),
        "{held}"
    );
    assert!(held["fix"].as_str().unwrap().starts_with(&format!("`ringback profiles restore {id}`")));

    assert_eq!(place.run(&["deliveries", "cancel", delivery]).code, Some(0));
    let restored = place.run(&["profiles", "restore", &id[..12]]);
    assert_eq!((restored.code, restored.out), (Some(0), format!("{id}  restored Order SMS\n")));
    assert!(restored.err.contains("1 pending delivery no longer blocked"), "{}", restored.err);
    let worked = place.run(&["work", "--until-idle"]);
    assert!(worked.out.ends_with("1 delivered, 0 failed · nothing is queued\n"), "{worked:?}");
    assert_eq!(endpoint.book().len(), 1);
}

#[test]
fn blocked_deliveries_fail_when_their_profile_can_no_longer_be_restored() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint);
    queue(&place, &id, 1);
    assert_eq!(place.run(&["profiles", "delete", &id, "--yes"]).code, Some(0));
    days_ago(&place, 6);
    let worked = place.run(&["work", "--until-idle"]);
    assert!(worked.out.ends_with("all blocked\n"), "{worked:?}");
    days_ago(&place, 1);
    let worked = place.run(&["work", "--until-idle"]);
    assert!(worked.out.ends_with("0 delivered, 1 failed · nothing is queued\n"), "{worked:?}");
    let listed = place.run(&["deliveries", "list", "--json"]).json();
    let why = listed[0]["error"]["message"].as_str().unwrap();
    assert_eq!(why, "the profile was deleted, and with it the credentials of this callback");
    assert!(endpoint.book().is_empty());
    place.run(&["profiles", "restore", &id]).refused(2, &["no deleted profile", "list --deleted"]);
}

#[test]
fn deleted_profiles_are_listed_and_restored_by_id_prefix_or_title() {
    let place = Place::new();
    let document = |title: &str| json!({"title": title, "channel": "sms", "url": "https://hooks.example"});
    let ids = place.apply(&json!([document("Order SMS"), document("Order SMS"), document("Bookings")]));
    let list = |more: &[&str]| place.run(&[&["profiles", "list", "--deleted"], more].concat());
    assert_eq!(list(&[]).err, "no deleted profiles to restore\n");
    for id in &ids {
        let deleted = place.run(&["profiles", "delete", id, "--yes", "--json"]).json();
        assert_eq!((&deleted["profile_ids"], &deleted["held"]), (&json!([id]), &json!(0)));
        assert!(deleted["restorable_until"].is_string(), "{deleted}");
    }
    let listed = list(&["--json"]).json();
    let of = |name: &str| -> Vec<Value> {
        listed.as_array().unwrap().iter().map(|one| one[name].clone()).collect()
    };
    assert_eq!(of("profile_id"), [json!(ids[2]), json!(ids[1]), json!(ids[0])], "the last deleted first");
    assert!(listed[0]["deleted_at"].as_str() < listed[0]["restorable_until"].as_str(), "{listed}");
    let table = list(&["--search", "order"]);
    assert_eq!(table.out.lines().count(), 3, "{table:?}");
    assert!(table.out.starts_with("ID ") && table.out.contains("RESTORABLE UNTIL"), "{table:?}");

    let both = place.run(&["profiles", "restore", "order sms"]);
    both.refused(2, &["matches 2 profiles", &ids[0], &ids[1], "deleted 2"]);
    let restored = place.run(&["profiles", "restore", "Bookings", "--json"]).json();
    assert_eq!((&restored["profile_id"], &restored["pending"]), (&json!(ids[2]), &json!(0)));
    place.run(&["profiles", "restore", "Bookings"]).refused(2, &["'Bookings' is not deleted"]);
    place.run(&["profiles", "restore", "Nobody"]).refused(2, &["no deleted profile 'Nobody'"]);
    assert_eq!(list(&["--json"]).json().as_array().unwrap().len(), 2);
    assert_eq!(place.run(&["profiles", "list", "--json"]).json().as_array().unwrap().len(), 1);
}

#[test]
fn a_restored_profile_that_is_disabled_stays_blocked() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint);
    queue(&place, &id, 1);
    for args in [&["profiles", "disable", &id][..], &["profiles", "delete", &id, "--yes"]] {
        assert_eq!(place.run(args).code, Some(0));
    }
    let restored = place.run(&["profiles", "restore", &id]);
    assert!(
        restored.err.contains("1 pending delivery still blocked: 'Order SMS' has been disabled"),
        "{restored:?}"
    );
}
