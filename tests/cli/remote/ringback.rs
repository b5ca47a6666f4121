//! The same against `ringback serve`, which carries all members and returns no secret.

use std::process::Command;

use serde_json::json;

use super::{edit, empty_place, results, stored};
use crate::support::cli::{On, Place, Ran, Running, address, ran};

/// A `ringback serve` with a key that may change profiles.
struct Account {
    place: Place,
    key: String,
    url: String,
    _serving: Running,
}

impl Account {
    fn start() -> Self {
        let place = Place::new();
        let created = place.run(&["keys", "create", "sync", "--scope", "manage"]);
        assert_eq!(created.code, Some(0), "{created:?}");
        let key = created.out.trim().to_owned();
        let serving = Running::start(place.command(&["serve", "--listen", "0"]));
        let url = format!("http://{}", address(&serving.line(On::Out, "listening on http://")));
        Self { place, key, url, _serving: serving }
    }

    fn command(&self, from: &Place, args: &[&str]) -> Command {
        let mut command = from.command(&[&["remote"], args].concat());
        command.env("RINGBACK_REMOTE_URL", &self.url).env("RINGBACK_REMOTE_ACCOUNT", "acme");
        command.env("RINGBACK_REMOTE_KEY", &self.key);
        command
    }

    fn remote(&self, from: &Place, args: &[&str]) -> Ran {
        ran(self.command(from, args))
    }

    /// The same with a key that is limited to one profile.
    fn limited(&self, profile: &str, from: &Place, args: &[&str]) -> Ran {
        let name = format!("limited-{}", args.join("-"));
        let created = self.place.run(&["keys", "create", &name, "--scope", "manage", "--profile", profile]);
        assert_eq!(created.code, Some(0), "{created:?}");
        let mut command = self.command(from, args);
        command.env("RINGBACK_REMOTE_KEY", created.out.trim());
        ran(command)
    }
}

fn members() -> serde_json::Value {
    json!({"title": "Order SMS", "channel": "sms", "url": "https://hooks.example/cb",
           "body": "{\"id\": \"<id>\"}", "headers": {"X-Tenant": "north"}, "data_format": "json",
           "retry": {"count": 1, "interval_s": 10, "timeout_ms": 5000}, "expires_after_s": 60})
}

#[test]
fn all_members_are_pulled() {
    let (account, here) = (Account::start(), empty_place());
    let id = account.place.apply(&members()).remove(0);
    let pulled = account.remote(&here, &["pull", "--json"]);
    assert_eq!(results(&pulled), ["Order SMS created"], "{pulled:?}");
    assert_eq!(stored(&here, &id), stored(&account.place, &id));
    edit(&account.place, &id, json!({"retry": {"count": 0}, "ordered": true}));
    let pulled = account.remote(&here, &["pull"]);
    assert!(pulled.out.contains("Order SMS: ordered, retry"), "{pulled:?}");
    let (here_now, there) = (stored(&here, &id), stored(&account.place, &id));
    assert_eq!((&here_now["retry"], &here_now["ordered"]), (&there["retry"], &json!(true)));
    let same = account.remote(&here, &["diff"]);
    assert_eq!((same.code, same.out.as_str()), (Some(0), ""), "{same:?}");
}

#[test]
fn secrets_that_are_not_returned_stay_as_they_are_here() {
    let (account, here) = (Account::start(), empty_place());
    let mut with = members();
    with["auth"] = json!({"type": "basic", "user": "me", "password": "hush-there"});
    let id = account.place.apply(&with).remove(0);
    let failed = account.remote(&here, &["pull"]);
    assert_eq!(failed.code, Some(1), "{failed:?}");
    assert!(failed.out.contains("auth.password: the account does not return it and none is stored here"));
    with["profile_id"] = json!(id);
    with["auth"]["password"] = json!("hush-here");
    here.apply(&with);
    assert_eq!(results(&account.remote(&here, &["pull", "--json"])), ["Order SMS unchanged"]);
    edit(&account.place, &id, json!({"title": "Orders"}));
    assert_eq!(results(&account.remote(&here, &["pull", "--json"])), ["Order SMS updated"]);
    let now = stored(&here, &id);
    assert_eq!((&now["title"], &now["auth"]["password"]), (&json!("Orders"), &json!("hush-here")));
}

#[test]
fn all_members_are_pushed_with_their_secrets() {
    let (account, here) = (Account::start(), empty_place());
    let mut with = members();
    with["auth"] = json!({"type": "basic", "user": "me", "password": "hush-1"});
    with["headers"] = json!({"X-Api-Key": "hush-2", "X-Tenant": "north"});
    with["signing_secret"] = json!("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3");
    let id = here.apply(&with).remove(0);
    let pushed = account.remote(&here, &["push", "--yes", "--json"]);
    assert_eq!(results(&pushed), ["Order SMS created"], "{pushed:?}");
    let one = pushed.json()["profiles"][0].clone();
    assert_eq!((&one["not_carried"], &one["notes"]), (&json!([]), &json!([])));
    let remote_id = one["remote_id"].as_str().unwrap().to_owned();
    let same = |account: &Account| {
        let (mut mine, mut there) = (stored(&here, &id), stored(&account.place, &remote_id));
        for own in ["profile_id", "created_at", "modified_at"] {
            mine[own] = json!(null);
            there[own] = json!(null);
        }
        assert_eq!(mine, there);
    };
    same(&account);
    assert_eq!(account.remote(&here, &["diff"]).code, Some(0));
    assert_eq!(results(&account.remote(&here, &["push", "--json"])), ["Order SMS unchanged"]);
    // Only secrets that the account does not return.
    edit(&here, &id, json!({"headers": {"X-Api-Key": "hush-3", "X-Tenant": "north"}}));
    let differs = account.remote(&here, &["diff"]);
    assert!(
        differs.code == Some(1) && differs.out.contains("headers.X-Api-Key: differs (secret) (changed here)"),
        "{differs:?}"
    );
    assert_eq!(results(&account.remote(&here, &["push", "--yes", "--json"])), ["Order SMS updated"]);
    same(&account);
    edit(
        &here,
        &id,
        json!({"auth": null, "retry": {"count": 0}, "signing_secret": null, "headers": {}, "data_format": null}),
    );
    let pushed = account.remote(&here, &["push", "--yes", "--json"]);
    assert_eq!(results(&pushed), ["Order SMS updated"], "{pushed:?}");
    same(&account);
    assert_eq!(account.remote(&here, &["diff"]).code, Some(0));
}

/// What the key cannot see is not deleted, neither here nor there.
#[test]
fn a_limited_key_deletes_nothing_and_creates_nothing_twice() {
    let (account, here) = (Account::start(), empty_place());
    let documents: Vec<_> = ["One", "Two", "Three"]
        .iter()
        .map(|title| {
            let mut document = members();
            document["title"] = json!(title);
            document
        })
        .collect();
    let ids = account.place.apply(&json!(documents));
    assert_eq!(account.remote(&here, &["pull"]).code, Some(0));
    let differs = account.limited(&ids[0], &here, &["diff"]);
    assert_eq!(differs.code, Some(1), "{differs:?}");
    assert!(differs.out.contains(&format!("not visible to this key  {}  Two\n", ids[1])), "{differs:?}");
    assert!(!differs.out.contains("deleted"), "{differs:?}");
    let json = account.limited(&ids[0], &here, &["diff", "--json"]).json();
    assert_eq!(json["profiles"][1]["state"], "not_visible");

    let pruned = account.limited(&ids[0], &here, &["pull", "--prune", "--yes"]);
    assert_eq!(pruned.code, Some(0), "{pruned:?}");
    assert!(
        pruned.out.contains(
            "not visible to this key, which is limited to some profiles: --prune does not delete it"
        ),
        "{pruned:?}"
    );
    assert_eq!(here.run(&["profiles", "list", "--json"]).json().as_array().unwrap().len(), 3);

    let forced = account.limited(&ids[0], &here, &["push", "--force", "--prune", "--yes"]);
    assert_eq!(forced.code, Some(1), "{forced:?}");
    assert!(forced.out.contains("Two: not visible to this key"), "{forced:?}");
    assert_eq!(account.place.run(&["profiles", "list", "--json"]).json().as_array().unwrap().len(), 3);
    // With a key for all of them it is known again what was deleted.
    assert_eq!(account.place.run(&["profiles", "delete", "Two", "--yes"]).code, Some(0));
    let pruned = account.remote(&here, &["pull", "--prune", "--yes", "--json"]);
    assert!(results(&pruned).contains(&"Two deleted".to_owned()), "{pruned:?}");
}

/// Members that neither side had when both agreed are changes too.
#[test]
fn a_deletion_there_does_not_take_any_change_here() {
    let (account, here) = (Account::start(), empty_place());
    let plain = |title: &str| json!({"title": title, "channel": "sms", "url": "https://hooks.example/in"});
    let ids = account.place.apply(&json!([plain("Changed"), plain("Unchanged")]));
    assert_eq!(account.remote(&here, &["pull"]).code, Some(0));
    edit(&here, &ids[0], json!({"max_in_flight": 3}));
    for id in &ids {
        assert_eq!(account.place.run(&["profiles", "delete", id, "--yes"]).code, Some(0));
    }
    let pruned = account.remote(&here, &["pull", "--prune", "--yes", "--json"]);
    assert_eq!(results(&pruned), ["Changed conflict", "Unchanged deleted"], "{pruned:?}");
}
