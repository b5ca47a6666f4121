//! Several senders give each alert once.

use std::sync::atomic::Ordering;

use super::*;
use crate::alerts::{switched, wait_for_lines};

#[test]
fn two_senders_give_each_turn_once() {
    let Some(fleet) = Fleet::new(Duration::ZERO) else { return };
    let (endpoint, fails) = switched();
    let got = fleet.place.path("got");
    fleet.place.settings(&format!(
        "auto_disable_after = 0\nfailing_after = 3\non_alert = \"cat >> {}\"\n",
        got.display()
    ));
    let file = fleet.place.file("failing.json", &endpoint.profile(0).to_string());
    let profile = ran(fleet.command(&["profiles", "apply", &file])).out.trim().to_owned();
    let accept = |start: &str| {
        let file = fleet.place.file(&format!("{start}.ndjson"), &events(&profile, start, 40));
        assert_eq!(ran(fleet.command(&["send", "--from", &file, "--no-wait"])).code, Some(0));
    };
    let senders = [fleet.join(1), fleet.join(2)];
    accept("a-");
    let first = wait_for_lines(&got, 1).remove(0);
    assert_eq!((&first["kind"], &first["profile_id"]), (&"failing".into(), &profile.clone().into()));
    fleet.wait_until_idle();
    fails.store(false, Ordering::Relaxed);
    // A minute passes, as far as alerts know.
    fleet.sql("UPDATE ringback.alert SET made_at = made_at - 60000");
    accept("b-");
    let second = wait_for_lines(&got, 2).remove(1);
    assert_eq!((&second["kind"], &second["before"]["state"]), (&"recovered".into(), &"failing".into()));
    fleet.wait_until_idle();
    fleet.sql("UPDATE ringback.alert SET made_at = made_at - 60000");
    for mut sender in senders {
        sender.signal("TERM");
        sender.code();
    }
    assert_eq!(ran(fleet.command(&["work", "--until-idle"])).code, Some(0));
    assert_eq!(wait_for_lines(&got, 2).len(), 2);
    assert_eq!(
        fleet.sql("SELECT string_agg(kind, ' ' ORDER BY seq) FROM ringback.turn"),
        "failing recovered"
    );
}
