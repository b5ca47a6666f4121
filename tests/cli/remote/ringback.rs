//! The same against `ringback serve`, which carries all members and returns no secret.

use std::process::Command;

use serde_json::json;

use super::{edit, results, stored};
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
}

fn members() -> serde_json::Value {
    json!({"title": "Order SMS", "channel": "sms", "url": "https://hooks.example/cb",
           "body": "{\"id\": \"<id>\"}", "headers": {"X-Tenant": "north"}, "data_format": "json",
           "retry": {"count": 1, "interval_s": 10, "timeout_ms": 5000}, "expires_after_s": 60})
}

#[test]
fn all_members_are_pulled() {
    let (account, here) = (Account::start(), Place::new());
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
    let (account, here) = (Account::start(), Place::new());
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
    let (account, here) = (Account::start(), Place::new());
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
    assert!(differs.code == Some(1) && differs.out.contains("headers: differs (secret)"), "{differs:?}");
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
