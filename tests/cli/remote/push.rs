//! Profiles here are created and changed on the account; what was changed there is not overwritten.

use serde_json::json;

use super::{command, edit, empty_place, remote, results, stored};
use crate::support::cli::{On, Running};
use crate::support::platform::{Platform, Wrong, platform_id, platform_profile};

fn own() -> serde_json::Value {
    json!({"title": "Own", "channel": "sms", "url": "https://hooks.example/own", "body": "{\"id\": \"<id>\"}",
           "headers": {"X-Api-Key": "hush"}, "retry": {"count": 1, "interval_s": 10, "timeout_ms": 5000},
           "enc": {"algo": "AES-128-CFB", "key": "K1abcdefghijkl2P", "IV": "POabcdefghijklLY", "parameters": ["id"]}})
}

#[test]
fn a_new_profile_is_created_once_and_then_changed() {
    let place = empty_place();
    let platform = Platform::start(vec![]);
    let id = place.apply(&own()).remove(0);
    remote(&place, &platform, &["push"])
        .refused(2, &["nothing was pushed", "--yes", "create     IN_", "Own"]);
    let dry = remote(&place, &platform, &["push", "--dry-run"]);
    assert!(dry.out.contains("    not carried by the API: retry\n"), "{dry:?}");
    assert!(platform.state().profiles.is_empty(), "nothing was written");

    let pushed = remote(&place, &platform, &["push", "--yes", "--json"]);
    assert_eq!(results(&pushed), ["Own created"], "{pushed:?}");
    let one = pushed.json()["profiles"][0].clone();
    assert_eq!((&one["profile_id"], &one["remote_id"]), (&json!(id), &json!(platform_id(7000))));
    assert_eq!(one["not_carried"], json!(["retry"]));
    let there = platform.profile(&platform_id(7000));
    assert_eq!(there["headers"], "{\"X-Api-Key\":\"hush\"}", "headers are text there");
    assert_eq!((&there["body_type"], &there["events"]), (&json!("json"), &json!(["sms-send"])));
    assert_eq!(
        there["enc"],
        json!({"algo": "AES-128-CFB", "key": "K1abcdefghijkl2P", "IV": "POabcdefghijklLY", "parameters": ["id"]})
    );
    assert_eq!(remote(&place, &platform, &["diff"]).code, Some(0));

    edit(&place, &id, json!({"title": "Renamed", "enc": null, "status": 3}));
    platform.meddle(|_, _, _| None);
    let pushed = remote(&place, &platform, &["push", "--yes"]);
    assert!(pushed.out.contains("updated    IN_") && pushed.out.contains("Renamed: enc."), "{pushed:?}");
    let changed: Vec<_> = platform
        .state()
        .asked
        .iter()
        .filter(|asked| asked.method == "PATCH")
        .map(|asked| asked.body.clone())
        .collect();
    assert_eq!(changed, [json!({"enc": null, "status": 3, "title": "Renamed"})], "what differs only");
    assert_eq!(platform.profile(&platform_id(7000))["enc"], json!(null));
    platform.meddle(|_, _, _| None);
    assert_eq!(
        results(&remote(&place, &platform, &["push", "--json"])),
        ["Renamed unchanged"],
        "no question"
    );
    assert!(platform.requests().iter().all(|request| request == "GET"), "{:?}", platform.requests());
    for ran in [&dry, &pushed] {
        assert!(
            !ran.out.contains("hush") && !ran.out.contains("K1abc") && !ran.err.contains("hush"),
            "{ran:?}"
        );
    }
}

#[test]
fn what_was_changed_there_is_not_overwritten_unless_forced() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({}))]);
    let id = platform_id(1);
    assert_eq!(remote(&place, &platform, &["pull"]).code, Some(0));
    platform.change(&id, "title", json!("Theirs"));
    let behind = remote(&place, &platform, &["push", "--yes"]);
    assert!(behind.code == Some(0) && behind.out.contains("changed on the account: title"), "{behind:?}");
    edit(&place, &id, json!({"url": "https://hooks.example/mine"}));
    let refused = remote(&place, &platform, &["push", "--yes"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused
            .out
            .contains("title: changed on the account since the last pull: `ringback remote pull` first")
    );
    assert!(
        refused
            .out
            .contains("    title: here \"Profile 1\", on the account \"Theirs\" (changed on the account)\n"),
        "{refused:?}"
    );
    assert_eq!(remote(&place, &platform, &["pull"]).code, Some(0), "it keeps the URL");
    assert_eq!(results(&remote(&place, &platform, &["push", "--yes", "--json"])), ["Theirs updated"]);
    assert_eq!(platform.profile(&id)["url"], "https://hooks.example/mine");
    assert_eq!(remote(&place, &platform, &["diff"]).code, Some(0));

    platform.change(&id, "title", json!("Theirs again"));
    edit(&place, &id, json!({"title": "Mine"}));
    let conflict = remote(&place, &platform, &["push", "--yes"]);
    let fix = "title: changed on both sides: --force pushes yours, `ringback remote pull --force` takes the account's";
    assert!(conflict.code == Some(1) && conflict.out.contains(fix), "{conflict:?}");
    assert_eq!(
        results(&remote(&place, &platform, &["push", "--yes", "--force", "--json"])),
        ["Mine updated"]
    );
    assert_eq!(platform.profile(&id)["title"], "Mine");
}

/// While a person looks at the preview, somebody changes the profile.
#[test]
fn a_change_after_the_preview_is_noticed() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({}))]);
    let id = platform_id(1);
    assert_eq!(remote(&place, &platform, &["pull"]).code, Some(0));
    edit(&place, &id, json!({"title": "Mine"}));
    platform.meddle(|asked, _, profiles| {
        if asked.path.ends_with("0001") && asked.method == "GET" {
            profiles[0]["body"] = json!("meanwhile");
        }
        None
    });
    let pushed = remote(&place, &platform, &["push", "--yes"]);
    assert!(
        pushed.out.contains("Mine: changed on the account meanwhile: `ringback remote diff` shows how; "),
        "{pushed:?}"
    );
    assert_eq!(platform.profile(&id)["title"], "Profile 1");
}

#[test]
fn deletions_need_to_be_asked_for() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({})), platform_profile(2, json!({}))]);
    assert_eq!(remote(&place, &platform, &["pull", &platform_id(1)]).code, Some(0));
    assert_eq!(place.run(&["profiles", "delete", "Profile 1", "--yes"]).code, Some(0));
    let pushed = remote(&place, &platform, &["push", "--yes"]);
    assert!(pushed.out.contains("was deleted here: --prune deletes it on the account"), "{pushed:?}");
    remote(&place, &platform, &["push", "--prune"]).refused(2, &["delete     IN_", "--yes"]);
    let pruned = remote(&place, &platform, &["push", "--prune", "--yes", "--json"]);
    assert_eq!(results(&pruned), ["Profile 1 deleted", "Profile 2 unchanged"], "{pruned:?}");
    let left: Vec<_> = platform.state().profiles.iter().map(|one| one["title"].clone()).collect();
    assert_eq!(left, ["Profile 2"], "what never was here stays");
}

#[test]
fn what_was_deleted_here_and_changed_there_is_a_conflict_of_prune() {
    let place = empty_place();
    let platform = Platform::start(vec![
        platform_profile(1, json!({"headers": "{\"X-Api-Key\": \"hush\"}"})),
        platform_profile(2, json!({})),
        platform_profile(3, json!({})),
    ]);
    assert_eq!(remote(&place, &platform, &["pull"]).code, Some(0));
    for n in 1..=3 {
        assert_eq!(place.run(&["profiles", "delete", &platform_id(n), "--yes"]).code, Some(0));
    }
    platform.change(&platform_id(2), "title", json!("Theirs"));
    // While a person looks at the preview.
    platform.meddle(|asked, _, profiles| {
        if asked.method == "DELETE" {
            profiles[2]["title"] = json!("Late");
        }
        None
    });
    let pruned = remote(&place, &platform, &["push", "--prune", "--yes"]);
    assert_eq!(pruned.code, Some(1), "{pruned:?}");
    assert!(
        pruned.out.contains("Theirs: was deleted here, and changed on the account since: --force"),
        "{pruned:?}"
    );
    assert!(
        pruned.out.contains("Profile 3: changed on the account meanwhile: `ringback remote diff` shows it, "),
        "{pruned:?}"
    );
    assert!(pruned.err.contains("1 deleted, 2 conflict"), "{pruned:?}");
    platform.meddle(|_, _, _| None);
    let forced = remote(&place, &platform, &["push", "--prune", "--force", "--yes", "--json"]);
    assert_eq!(forced.code, Some(0), "{forced:?}");
    assert!(platform.state().profiles.is_empty());
}

#[test]
fn what_was_deleted_there_is_created_again_only_if_forced() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({}))]);
    assert_eq!(remote(&place, &platform, &["pull"]).code, Some(0));
    platform.state().profiles.clear();
    let refused = remote(&place, &platform, &["push", "--yes"]);
    assert!(refused.code == Some(1) && refused.out.contains("--force creates it there again"), "{refused:?}");
    assert_eq!(
        results(&remote(&place, &platform, &["push", "--yes", "--force", "--json"])),
        ["Profile 1 created"]
    );
    assert_eq!(results(&remote(&place, &platform, &["push", "--json"])), ["Profile 1 unchanged"]);
}

/// The response is lost, by a failure in between, or because this process dies.
#[test]
fn a_profile_whose_creation_was_not_learned_of_is_not_created_twice() {
    let place = empty_place();
    let platform = Platform::start(vec![]);
    let id = place.apply(&own()).remove(0);
    platform.meddle(|asked, _, _| {
        let mut wrong = Wrong::new(502, "<html>bad gateway</html>");
        wrong.carried_out = true;
        (asked.method == "POST").then_some(wrong)
    });
    let failed = remote(&place, &platform, &["push", "--yes"]);
    assert!(
        failed.code == Some(1) && failed.out.contains("the next push looks for it on the account"),
        "{failed:?}"
    );
    assert_eq!(platform.requests().iter().filter(|request| *request == "POST").count(), 1, "not sent again");
    platform.meddle(|_, _, _| None);
    assert_eq!(
        results(&remote(&place, &platform, &["pull", "--json"])),
        ["Own unchanged"],
        "nor pulled as another"
    );
    let pushed = remote(&place, &platform, &["push", "--yes", "--json"]);
    assert_eq!(results(&pushed), ["Own unchanged"], "{pushed:?}");
    assert_eq!(pushed.json()["profiles"][0]["remote_id"], platform_id(7000));
    assert_eq!(platform.state().profiles.len(), 1);
    edit(&place, &id, json!({"title": "Renamed"}));
    assert_eq!(results(&remote(&place, &platform, &["push", "--yes", "--json"])), ["Renamed updated"]);
    assert_eq!(platform.state().profiles.len(), 1);
}

#[test]
fn a_process_that_is_killed_between_request_and_record_creates_nothing_twice() {
    let place = empty_place();
    let platform = Platform::start(vec![]);
    let id = place.apply(&own()).remove(0);
    platform.meddle(|asked, _, _| {
        let mut late = Wrong::new(0, "");
        late.carried_out = true;
        late.after = std::time::Duration::MAX;
        (asked.method == "POST").then_some(late)
    });
    let mut running = Running::start(command(&place, &platform, &["push", "--yes"]));
    while platform.state().profiles.is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(running.kill9());
    platform.meddle(|_, _, _| None);
    // It is changed before anybody looks: nobody knows whether it is the same one.
    edit(&place, &id, json!({"url": "https://hooks.example/changed"}));
    let refused = remote(&place, &platform, &["push", "--yes"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.out.contains(&format!("the account has {} with this title", platform_id(7000))),
        "{refused:?}"
    );
    edit(&place, &id, json!({"url": "https://hooks.example/own"}));
    assert_eq!(results(&remote(&place, &platform, &["push", "--yes", "--json"])), ["Own unchanged"]);
    assert_eq!(platform.state().profiles.len(), 1);
}

#[test]
fn a_request_that_the_account_refuses_leaves_nothing_behind() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({"title": "Own"}))]);
    place.apply(&own());
    platform.meddle(|asked, _, _| {
        let error = json!({"code": "RBC300", "message": "Invalid request", "data": {}, "error": [{"params": "too many profiles"}]});
        (asked.method == "POST").then(|| Wrong::new(400, error.to_string()))
    });
    let failed = remote(&place, &platform, &["push", "--yes"]);
    assert!(
        failed.code == Some(1) && failed.out.contains("Own: 400: RBC300 Invalid request; too many profiles"),
        "{failed:?}"
    );
    platform.meddle(|_, _, _| None);
    let pushed = remote(&place, &platform, &["push", "--yes"]);
    assert!(pushed.err.contains("1 created"), "{pushed:?}");
}

#[test]
fn what_the_api_cannot_carry_is_refused_or_named() {
    let place = empty_place();
    let platform = Platform::start(vec![]);
    let mut random = own();
    random["enc"] = json!({"algo": "AES-128-CFB", "key": "K1abcdefghijkl2P", "random_iv": true});
    place.apply(&random);
    let failed = remote(&place, &platform, &["push", "--yes"]);
    assert!(failed.out.contains("the platform's API carries no random vectors"), "{failed:?}");
    assert!(platform.state().profiles.is_empty());
}

#[test]
fn an_interrupt_ends_a_push_after_the_profile_in_progress() {
    let place = empty_place();
    let platform = Platform::start(vec![]);
    let mut second = own();
    second["title"] = json!("Second");
    place.apply(&json!([own(), second]));
    platform.meddle(|asked, _, _| {
        let mut slow = Wrong::new(0, "");
        slow.carried_out = true;
        slow.after = std::time::Duration::from_secs(2);
        (asked.method == "POST").then_some(slow)
    });
    let mut running = Running::start(command(&place, &platform, &["push", "--yes"]));
    while platform.state().profiles.is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    running.interrupt();
    running.line(On::Err, "stopping after the profile in progress");
    assert_eq!(running.code(), Some(130));
    let out = running.rest();
    assert!(
        out[0].starts_with("created    IN_") && out.iter().any(|line| line.starts_with("not done")),
        "{out:?}"
    );
    assert_eq!(platform.state().profiles.len(), 1);
    platform.meddle(|_, _, _| None);
    let pushed = remote(&place, &platform, &["push", "--yes", "--json"]);
    assert_eq!(results(&pushed), ["Own unchanged", "Second created"], "{pushed:?}");
}

/// The round trip: pull, edit, check, push, and no difference.
#[test]
fn a_round_trip_ends_without_a_difference() {
    let place = empty_place();
    let platform = Platform::start(vec![
        platform_profile(1, json!({"title": "Order SMS", "headers": "{\"X-Api-Key\": \"hush\"}"})),
        platform_profile(
            2,
            json!({"title": "Calls", "channel": "voice", "events": ["Voice"], "body": "{\"who\": \"{caller}\"}"}),
        ),
    ]);
    assert_eq!(remote(&place, &platform, &["pull"]).code, Some(0));
    assert_eq!(remote(&place, &platform, &["diff"]).code, Some(0));
    for n in [1, 2] {
        let mut body = stored(&place, &platform_id(n))["body"].as_str().unwrap().to_owned();
        body = body.replace('}', ", \"new\": \"<status>\"}");
        edit(&place, &platform_id(n), json!({"body": body}));
        let preview = place.run(&["preview", &platform_id(n)]);
        assert!(preview.code == Some(0) && preview.out.contains("\"new\""), "{preview:?}");
    }
    assert_eq!(remote(&place, &platform, &["diff"]).code, Some(1));
    let pushed = remote(&place, &platform, &["push", "--yes", "--json"]);
    assert_eq!(results(&pushed), ["Order SMS updated", "Calls updated"], "{pushed:?}");
    let same = remote(&place, &platform, &["diff"]);
    assert_eq!((same.code, same.out.as_str()), (Some(0), ""), "{same:?}");
    assert_eq!(platform.profile(&platform_id(2))["body"], "{\"who\": \"<caller>\", \"new\": \"<status>\"}");
    assert_eq!(
        platform.profile(&platform_id(1))["headers"],
        "{\"X-Api-Key\": \"hush\"}",
        "not sent, since the same"
    );
}

/// A request that certainly was not carried out leaves the link as it was.
#[test]
fn a_refused_creation_keeps_what_was_known() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({}))]);
    assert_eq!(remote(&place, &platform, &["pull"]).code, Some(0));
    platform.state().profiles.clear();
    platform.meddle(|asked, _, _| (asked.method == "POST").then(|| Wrong::new(401, "{}")));
    assert_eq!(remote(&place, &platform, &["push", "--yes", "--force"]).code, Some(1));
    platform.meddle(|_, _, _| None);
    let deleted = remote(&place, &platform, &["diff"]);
    assert!(deleted.out.contains("was deleted on the account"), "{deleted:?}");
    let pruned = remote(&place, &platform, &["pull", "--prune", "--yes", "--json"]);
    assert_eq!(results(&pruned), ["Profile 1 deleted"], "{pruned:?}");
}

#[test]
fn the_key_of_an_interrupted_creation_survives_a_refusal() {
    let place = empty_place();
    let platform = Platform::start(vec![]);
    place.apply(&own());
    let keys = || -> Vec<String> {
        let state = platform.state();
        let posts = state.asked.iter().filter(|asked| asked.method == "POST");
        posts.map(|asked| asked.headers["idempotency-key"].to_str().unwrap().to_owned()).collect()
    };
    let mut seen = Vec::new();
    for status in [502, 409, 201] {
        platform.meddle(move |asked, _, _| {
            (asked.method == "POST" && status != 201).then(|| Wrong::new(status, "{}"))
        });
        remote(&place, &platform, &["push", "--yes"]);
        seen.extend(keys());
    }
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|key| *key == seen[0]), "{seen:?}");
}

/// Only what was sent can have been stored otherwise.
#[test]
fn a_change_during_a_push_is_no_other_value_than_was_sent() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({}))]);
    let id = platform_id(1);
    assert_eq!(remote(&place, &platform, &["pull"]).code, Some(0));
    edit(&place, &id, json!({"url": "https://hooks.example/mine"}));
    platform.meddle(|asked, _, profiles| {
        if asked.method == "PATCH" {
            profiles[0]["title"] = json!("Meanwhile");
        }
        None
    });
    let pushed = remote(&place, &platform, &["push", "--yes"]);
    assert!(pushed.code == Some(0) && !pushed.out.contains("another value"), "{pushed:?}");
    platform.meddle(|_, _, _| None);
    assert_eq!(results(&remote(&place, &platform, &["pull", "--json"])), ["Profile 1 updated"]);
    assert_eq!(stored(&place, &id)["title"], "Meanwhile");
}
