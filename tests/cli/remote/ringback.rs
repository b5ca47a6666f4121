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

/// The profiles that are stored at a place.
fn count(place: &Place) -> usize {
    place.run(&["profiles", "list", "--json"]).json().as_array().unwrap().len()
}

#[test]
fn links_apply_under_every_name_of_the_account() {
    let (mut account, here) = (Account::start(), empty_place());
    let mut other = members();
    other["title"] = json!("Deleted there");
    here.apply(&json!([members(), other]));
    let pushed = account.remote(&here, &["push", "--yes"]);
    assert_eq!(pushed.code, Some(0), "{pushed:?}");
    let deleted = account.place.run(&["profiles", "delete", "Deleted there", "--yes"]);
    assert_eq!(deleted.code, Some(0), "{deleted:?}");

    let usual = account.url.clone();
    account.url = usual.replace("127.0.0.1", "LOCALHOST") + "/";
    let preview = account.remote(&here, &["push", "--dry-run", "--json"]);
    assert_eq!(results(&preview), ["Order SMS unchanged", "Deleted there conflict"], "{preview:?}");
    assert!(preview.err.contains(&format!("is the same account as {usual}/v1/acme/callback/profiles")));
    let pulled = account.remote(&here, &["pull", "--json"]);
    assert_eq!(results(&pulled), ["Order SMS unchanged", "Deleted there unchanged"], "{pulled:?}");
    assert!(pulled.err.contains("its links apply here too"), "{pulled:?}");
    assert_eq!((count(&here), count(&account.place)), (2, 1));
    // They are kept under the new name.
    let again = account.remote(&here, &["pull", "--prune", "--yes", "--json"]);
    assert!(!again.err.contains("same account"), "{again:?}");
    assert_eq!(results(&again), ["Order SMS unchanged", "Deleted there deleted"], "{again:?}");

    // What was linked under one name later is known under the other too.
    let mut third = members();
    third["title"] = json!("Third");
    here.apply(&third);
    assert_eq!(account.remote(&here, &["push", "--yes"]).code, Some(0));
    account.url = usual;
    let pulled = account.remote(&here, &["pull", "--json"]);
    assert_eq!(results(&pulled), ["Order SMS unchanged", "Third unchanged"], "{pulled:?}");
    assert_eq!((count(&here), count(&account.place)), (2, 2));
}

#[test]
fn a_preview_knows_what_a_limited_key_cannot_do() {
    let (account, here) = (Account::start(), empty_place());
    let mut other = members();
    other["title"] = json!("Other");
    let ids = account.place.apply(&json!([members(), other]));
    assert_eq!(account.remote(&here, &["pull"]).code, Some(0));
    let untouched = account.limited(&ids[0], &here, &["push", "--dry-run"]);
    assert_eq!(untouched.code, Some(0), "{untouched:?}");
    edit(&here, &ids[1], json!({"body": "{\"mine\": 1}"}));
    let mut new = members();
    new["title"] = json!("New");
    here.apply(&new);
    for args in [&["push", "--dry-run", "--json"][..], &["push", "--yes", "--json"]] {
        let pushed = account.limited(&ids[0], &here, args);
        assert_eq!(pushed.code, Some(1), "{pushed:?}");
        assert_eq!(results(&pushed), ["Order SMS unchanged", "Other conflict", "New failed"], "{pushed:?}");
        let why = pushed.json()["profiles"][2]["why"].clone();
        assert!(why.as_str().unwrap().starts_with("cannot be created with this key"), "{why}");
    }
    assert_eq!(count(&account.place), 2);
}

#[test]
fn a_difference_names_the_secrets_that_were_not_compared() {
    let (account, here) = (Account::start(), empty_place());
    let mut with = members();
    with["auth"] = json!({"type": "basic", "user": "me", "password": "hush-1"});
    with["headers"] = json!({"X-Api-Key": "hush-2", "X-Tenant": "north"});
    let id = here.apply(&with).remove(0);
    let preview = account.remote(&here, &["diff"]);
    for line in ["    title: \"Order SMS\"\n", "    headers.X-Api-Key: (secret)\n", "    url: \"https"] {
        assert!(preview.out.contains(line), "{line} is not in {}", preview.out);
    }
    assert_eq!(account.remote(&here, &["push", "--yes"]).code, Some(0));
    let same = account.remote(&here, &["diff"]);
    let wanted = "    not compared, since the account does not return it: headers.X-Api-Key, auth.password\n";
    assert_eq!((same.code, same.out.contains(wanted)), (Some(0), true), "{same:?}");
    let json = account.remote(&here, &["diff", "--json"]).json();
    assert_eq!(json["profiles"][0]["not_compared"], json!(["headers.X-Api-Key", "auth.password"]));
    edit(&here, &id, json!({"auth": {"type": "basic", "user": "me", "password": "hush-3"}}));
    let json = account.remote(&here, &["diff", "--json"]).json();
    assert_eq!(json["profiles"][0]["not_compared"], json!(["headers.X-Api-Key"]), "it differs: {json}");
}

#[test]
fn a_preview_shows_each_value_of_a_new_profile() {
    let (account, here) = (Account::start(), empty_place());
    account.place.apply(&members());
    let preview = account.remote(&here, &["pull", "--dry-run"]);
    for line in ["    url: \"https://hooks.example/cb\"\n", "    headers.X-Tenant: \"north\"\n"] {
        assert!(preview.out.contains(line), "{line} is not in {}", preview.out);
    }
    let pulled = account.remote(&here, &["pull"]);
    assert!(!pulled.out.contains("hooks.example"), "{pulled:?}");
}

#[test]
fn errors_of_the_account_say_where_and_how_to_fix_them() {
    let (account, here) = (Account::start(), empty_place());
    for (args, code) in [(["diff", "--json"], 2), (["pull", "--json"], 1), (["push", "--json"], 1)] {
        let mut command = account.command(&here, &args);
        command.env("RINGBACK_REMOTE_KEY", "rk_wrong-key-of-nobody");
        let refused = ran(command);
        assert_eq!(refused.code, Some(code), "{refused:?}");
        let error: serde_json::Value = serde_json::from_str(refused.err.lines().last().unwrap()).unwrap();
        let error = &error["error"];
        assert_eq!(error["where"], format!("{}/v1/acme/callback/profiles", account.url));
        assert_eq!(error["fix"], "check the key, the account ID and the URL");
        let what = "the account refused the key (401: RBK401 A valid API key is required)";
        assert_eq!(error["what"], what);
    }
}
