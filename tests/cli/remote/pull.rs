//! Profiles of an account are created and updated here; what only this side has stays.

use serde_json::json;

use super::{edit, empty_place, remote, results, stored};
use crate::support::platform::{Platform, platform_id, platform_profile};

#[test]
fn profiles_are_taken_over_as_the_account_returns_them() {
    let place = empty_place();
    let platform = Platform::start(vec![
        platform_profile(
            1,
            json!({"title": "Order SMS", "headers": "{\"X-Api-Key\": \"hush\", \"X-Tenant\": \"north\"}",
                   "enc": {"algo": "AES-128-CFB", "key": "K1abcdefghijkl2P", "IV": "POabcdefghijklLY", "parameters": ["id"]}}),
        ),
        platform_profile(
            2,
            json!({"title": "Calls", "channel": "voice", "events": ["Voice"], "body": "{\"who\": \"{caller}\", \"key\": \"{keypress:A1}\"}",
                   "response_message": "thanks", "status": 3}),
        ),
    ]);
    let dry = remote(&place, &platform, &["pull", "--dry-run"]);
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert!(dry.err.contains("2 to create (dry run: nothing was written)"), "{dry:?}");
    assert_eq!(place.run(&["profiles", "list", "--json"]).json(), json!([]), "nothing was written");

    let pulled = remote(&place, &platform, &["pull"]);
    assert_eq!(pulled.code, Some(0), "{pulled:?}");
    assert!(pulled.out.contains(&format!("created    {}  Order SMS\n", platform_id(1))), "{pulled:?}");
    assert!(pulled.out.contains("response_message"), "what is not carried over is named: {pulled:?}");
    let first = stored(&place, &platform_id(1));
    assert_eq!(first["headers"], json!({"X-Api-Key": "hush", "X-Tenant": "north"}));
    assert_eq!(
        (&first["enc"]["key"], &first["created_at"]),
        (&json!("K1abcdefghijkl2P"), &json!("2025-04-17T13:05:20.000Z"))
    );
    let second = stored(&place, &platform_id(2));
    assert_eq!(second["body"], "{\"who\": \"<caller>\", \"key\": \"<keypress:A1>\"}");
    assert_eq!((&second["status"], &second["retry"]), (&json!(3), &json!({"count": 0})));

    let again = remote(&place, &platform, &["pull", "--json"]);
    assert_eq!(results(&again), ["Order SMS unchanged", "Calls unchanged"]);
    assert_eq!(stored(&place, &platform_id(1))["modified_at"], first["modified_at"]);
    assert!(!pulled.out.contains("hush") && !pulled.err.contains("K1abc"), "{pulled:?}");
}

#[test]
fn an_update_keeps_what_only_this_side_has_and_what_was_changed_here() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({}))]);
    let id = platform_id(1);
    assert_eq!(remote(&place, &platform, &["pull"]).code, Some(0));
    edit(
        &place,
        &id,
        json!({"retry": {"count": 2, "interval_s": 10, "timeout_ms": 5000}, "data_format": "json",
               "auth": {"type": "basic", "user": "me", "password": "hush"}, "title": "Mine",
               "signing_secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", "max_in_flight": 3}),
    );
    let before = stored(&place, &id);
    platform.change(&id, "url", json!("https://hooks.example/moved"));
    let dry = remote(&place, &platform, &["pull", "--dry-run"]);
    let line = "    url: here \"https://hooks.example/1\", on the account \"https://hooks.example/moved\" \
                (changed on the account)\n";
    assert!(dry.out.starts_with("update  ") && dry.out.contains(line), "{dry:?}");
    let pulled = remote(&place, &platform, &["pull"]);
    assert_eq!(pulled.code, Some(0), "{pulled:?}");
    assert!(pulled.out.contains("updated    IN_") && pulled.out.contains("Mine: url\n"), "{pulled:?}");
    assert!(pulled.out.contains("changed here, and not pushed: title"), "{pulled:?}");
    let after = stored(&place, &id);
    let mut expected = before.clone();
    expected["url"] = json!("https://hooks.example/moved");
    expected["modified_at"] = after["modified_at"].clone();
    assert_eq!(after, expected);
    assert_ne!(after["modified_at"], before["modified_at"]);
}

#[test]
fn what_both_sides_have_changed_is_a_conflict_until_somebody_decides() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({})), platform_profile(2, json!({}))]);
    let id = platform_id(1);
    assert_eq!(remote(&place, &platform, &["pull"]).code, Some(0));
    edit(&place, &id, json!({"url": "https://hooks.example/mine", "title": "Mine"}));
    platform.change(&id, "url", json!("https://hooks.example/theirs"));
    platform.change(&platform_id(2), "title", json!("Other"));
    let pulled = remote(&place, &platform, &["pull"]);
    assert_eq!(pulled.code, Some(1), "{pulled:?}");
    assert!(
        pulled.out.contains("Mine: url: changed on both sides: --force takes the account's values"),
        "{pulled:?}"
    );
    assert!(
        pulled
            .out
            .contains("here \"https://hooks.example/mine\", on the account \"https://hooks.example/theirs\"")
    );
    assert!(pulled.err.contains("1 updated, 1 conflict"), "the others are pulled: {pulled:?}");
    assert_eq!(stored(&place, &id)["url"], "https://hooks.example/mine");
    let forced = remote(&place, &platform, &["pull", &id, "--force", "--json"]);
    assert_eq!(results(&forced), ["Mine updated"]);
    let now = stored(&place, &id);
    assert_eq!((&now["url"], &now["title"]), (&json!("https://hooks.example/theirs"), &json!("Mine")));
    assert_eq!(
        results(&remote(&place, &platform, &["pull", "--json"])),
        ["Mine unchanged", "Other unchanged"]
    );
}

/// Without a link nobody knows which side has changed.
#[test]
fn a_profile_that_came_from_elsewhere_is_not_overwritten() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({})), platform_profile(2, json!({}))]);
    let document = |n: u32, title: &str| {
        json!({"profile_id": platform_id(n), "title": title, "channel": "sms", "http_method": "POST",
               "url": format!("https://hooks.example/{n}"), "body": "{\"id\": \"<id>\"}"})
    };
    place.apply(&json!([document(1, "Profile 1"), document(2, "Mine")]));
    let pulled = remote(&place, &platform, &["pull", "--json"]);
    assert_eq!(results(&pulled), ["Profile 1 unchanged", "Mine conflict"]);
    let why = pulled.json()["profiles"][1]["why"].as_str().unwrap().to_owned();
    assert!(why.contains("it is not known which side changed"), "{why}");
    // The one that was the same is linked now.
    edit(&place, &platform_id(1), json!({"title": "Changed here"}));
    let again = remote(&place, &platform, &["pull", "Changed here", "--json"]);
    assert_eq!(results(&again), ["Changed here unchanged"]);
}

#[test]
fn nothing_is_deleted_unless_asked_for() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({})), platform_profile(2, json!({}))]);
    assert_eq!(remote(&place, &platform, &["pull"]).code, Some(0));
    let own = place.apply(&json!({"title": "Own", "url": "https://hooks.example"})).remove(0);
    platform.state().profiles.remove(0);
    let pulled = remote(&place, &platform, &["pull"]);
    assert!(pulled.out.contains("was deleted on the account: --prune deletes it here too"), "{pulled:?}");
    assert!(!pulled.out.contains("Own"), "nothing was to be done: {pulled:?}");
    let named = remote(&place, &platform, &["pull", "Own"]);
    assert!(named.out.contains(&format!("{own}  Own\n    note: is not on the account")), "{named:?}");
    let asked = remote(&place, &platform, &["pull", "--prune"]);
    let named = format!("1 profile would be deleted here: Profile 1 ({})", platform_id(1));
    asked.refused(2, &["nothing was pulled", &named, "--yes"]);
    let dry = remote(&place, &platform, &["pull", "--prune", "--dry-run", "--json"]);
    assert_eq!(results(&dry), ["Profile 2 unchanged", "Profile 1 deleted", "Own unchanged"]);
    let pruned = remote(&place, &platform, &["pull", "--prune", "--yes", "--json"]);
    assert_eq!(results(&pruned), ["Profile 2 unchanged", "Profile 1 deleted", "Own unchanged"]);
    let titles: Vec<_> = place
        .run(&["profiles", "list", "--json"])
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["title"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(titles, ["Profile 2", "Own"]);
    assert_eq!(place.run(&["profiles", "restore", &platform_id(1)]).code, Some(0), "it can be restored");
}

#[test]
fn what_was_deleted_there_and_changed_here_is_a_conflict_of_prune() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({})), platform_profile(2, json!({}))]);
    assert_eq!(remote(&place, &platform, &["pull"]).code, Some(0));
    edit(&place, &platform_id(1), json!({"url": "https://hooks.example/mine"}));
    // What the account does not carry is no difference from it.
    edit(&place, &platform_id(2), json!({"retry": {"count": 1, "interval_s": 5, "timeout_ms": 5000}}));
    platform.state().profiles.clear();
    let pruned = remote(&place, &platform, &["pull", "--prune", "--yes"]);
    assert_eq!(pruned.code, Some(1), "{pruned:?}");
    let why = "Profile 1: was deleted on the account, and changed here since: --force deletes it here too";
    assert!(pruned.out.contains(why) && pruned.err.contains("1 deleted, 1 conflict"), "{pruned:?}");
    let forced = remote(&place, &platform, &["pull", "--prune", "--force", "--yes", "--json"]);
    assert_eq!(results(&forced), ["Profile 1 deleted"]);
}

#[test]
fn what_was_deleted_here_is_not_created_again() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({}))]);
    assert_eq!(remote(&place, &platform, &["pull"]).code, Some(0));
    assert_eq!(place.run(&["profiles", "delete", "Profile 1", "--yes"]).code, Some(0));
    let pulled = remote(&place, &platform, &["pull"]);
    assert!(
        pulled.code == Some(0) && pulled.out.contains("was deleted here: --force restores it"),
        "{pulled:?}"
    );
    assert_eq!(place.run(&["profiles", "list", "--json"]).json(), json!([]));
    assert_eq!(results(&remote(&place, &platform, &["pull", "--force", "--json"])), ["Profile 1 created"]);
    assert_eq!(results(&remote(&place, &platform, &["pull", "--json"])), ["Profile 1 unchanged"]);
}

#[test]
fn a_profile_that_cannot_be_stored_hinders_no_other() {
    let place = empty_place();
    let platform = Platform::start(vec![
        platform_profile(1, json!({"url": "http://hooks.example/plain"})),
        platform_profile(2, json!({"headers": "{\"X-Api-Key\": null}"})),
        platform_profile(3, json!({})),
    ]);
    let pulled = remote(&place, &platform, &["pull"]);
    assert_eq!(pulled.code, Some(1), "{pulled:?}");
    assert!(pulled.out.contains("Profile 1: url: "), "{pulled:?}");
    assert!(
        pulled.out.contains("Profile 2: headers.X-Api-Key: the account does not return it"),
        "{pulled:?}"
    );
    assert!(pulled.err.contains("1 created, 2 failed"), "{pulled:?}");
}

/// Its ID is that of a profile here which is the counterpart of another one.
#[test]
fn a_profile_that_is_linked_to_another_one_is_not_overwritten() {
    let place = empty_place();
    let platform = Platform::start(vec![]);
    let id = place
        .apply(&json!({"title": "Mine", "channel": "sms", "url": "https://hooks.example/mine"}))
        .remove(0);
    assert_eq!(remote(&place, &platform, &["push", "--yes"]).code, Some(0));
    platform.state().profiles.push(platform_profile(1, json!({"title": "Other", "profile_id": id})));
    for args in [&["pull", "--dry-run"][..], &["pull"], &["pull", "--force"]] {
        let pulled = remote(&place, &platform, args);
        assert_eq!(pulled.code, Some(1), "{pulled:?}");
        let why = format!("Other: the profile here with the ID {id} is linked to {}", platform_id(7000));
        assert!(pulled.out.contains(&why), "{pulled:?}");
    }
    assert_eq!(stored(&place, &id)["title"], "Mine");
}
