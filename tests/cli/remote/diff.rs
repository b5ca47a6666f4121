//! The differences, field by field, without secrets.

use serde_json::json;

use super::{command, edit, empty_place, remote};
use crate::support::cli::{Place, ran};
use crate::support::platform::{Platform, platform_id, platform_profile};

#[test]
fn each_difference_is_named_and_the_exit_code_says_whether_there_are_any() {
    let place = empty_place();
    let headers = json!({"headers": "{\"X-Api-Key\": \"hush\", \"X-Tenant\": \"north\"}"});
    let platform = Platform::start(vec![platform_profile(1, headers), platform_profile(2, json!({}))]);
    let id = platform_id(1);
    assert_eq!(remote(&place, &platform, &["pull", &id]).code, Some(0));
    let only = remote(&place, &platform, &["diff"]);
    assert_eq!(only.code, Some(1), "{only:?}");
    let head = format!("only on the account  {}  Profile 2\n", platform_id(2));
    assert!(only.out.starts_with(&head) && only.out.contains("    title: \"Profile 2\"\n"), "{only:?}");
    let same = remote(&place, &platform, &["diff", &id]);
    assert_eq!((same.code, same.out.as_str()), (Some(0), ""), "{same:?}");

    edit(
        &place,
        &id,
        json!({"headers": {"X-Api-Key": "new-hush", "X-Tenant": "south"}, "status": 3,
               "retry": {"count": 1, "interval_s": 10, "timeout_ms": 5000}}),
    );
    platform.change(&id, "title", json!("There"));
    let differs = remote(&place, &platform, &["diff", &id]);
    assert_eq!(differs.code, Some(1), "{differs:?}");
    for line in [
        "    headers.X-Api-Key: differs (secret) (changed here)\n",
        "    headers.X-Tenant: here \"south\", on the account \"north\" (changed here)\n",
        "    status: here 3, on the account 1 (changed here)\n",
        "    title: here \"Profile 1\", on the account \"There\" (changed on the account)\n",
        "    not carried by the API: retry\n",
    ] {
        assert!(differs.out.contains(line), "{line}: {}", differs.out);
    }
    let json = remote(&place, &platform, &["diff", &id, "--json"]);
    assert_eq!(json.code, Some(1));
    let document = json.json();
    assert_eq!(document["same"], false);
    let one = &document["profiles"][0];
    assert_eq!(one["state"], "differs");
    assert_eq!(
        (&one["changed_here"], &one["changed_on_account"]),
        (&json!(["headers", "status"]), &json!(["title"]))
    );
    assert_eq!(
        one["changes"][0],
        json!({"field": "headers.X-Api-Key", "here": null, "account": null, "secret": true})
    );
    for ran in [&differs, &json] {
        assert!(!ran.out.contains("hush") && !ran.err.contains("hush"), "{ran:?}");
    }
}

#[test]
fn trouble_is_no_difference() {
    let nowhere = Place::new();
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({}))]);
    remote(&nowhere, &platform, &["diff"]).refused(2, &["no database"]);
    remote(&place, &platform, &["diff", "Nobody"]).refused(2, &["no profile 'Nobody'"]);
    platform.meddle(|_, _, _| Some(crate::support::platform::Wrong::new(403, "{}")));
    remote(&place, &platform, &["diff"]).refused(2, &["does not allow this (403)", "rights of the key"]);
    let json = remote(&place, &platform, &["diff", "--json"]);
    let error: serde_json::Value = serde_json::from_str(json.err.lines().last().unwrap()).unwrap();
    assert_eq!((json.code, &error["error"]["kind"]), (Some(2), &json!("account")));
}

/// A mistyped name creates no database, and what writes nothing creates none.
#[test]
fn a_missing_database_stays_missing() {
    let place = Place::new();
    let platform = Platform::start(vec![platform_profile(1, json!({}))]);
    for args in [&["diff"][..], &["pull"], &["pull", "--dry-run"], &["push", "--yes"]] {
        remote(&place, &platform, args).refused(2, &["no database", "--db or RINGBACK_DB"]);
    }
    let usual = |args: &[&str]| {
        let mut command = command(&place, &platform, args);
        command.env_remove("RINGBACK_DB").env_remove("XDG_DATA_HOME");
        ran(command)
    };
    let is_there = || place.path(".local/share/ringback/ringback.db").exists();
    for (args, code) in [(&["diff"][..], 1), (&["pull", "--dry-run"], 0), (&["push", "--yes"], 0)] {
        let done = usual(args);
        assert_eq!((done.code, is_there()), (Some(code), false), "{done:?}");
    }
    assert_eq!(usual(&["pull"]).code, Some(0));
    assert!(is_there());
}

/// The summary counts each state, and a conflict says which side has changed which member.
#[test]
fn a_conflict_says_which_side_has_changed_what() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({})), platform_profile(2, json!({}))]);
    let none = remote(&place, &Platform::start(vec![]), &["diff"]);
    assert!(none.err.contains("no profiles, neither here nor on the account"), "{none:?}");
    assert_eq!(remote(&place, &platform, &["pull"]).code, Some(0));
    let id = platform_id(1);
    edit(&place, &id, json!({"url": "https://hooks.example/mine"}));
    platform.change(&id, "url", json!("https://hooks.example/theirs"));
    platform.change(&id, "title", json!("Theirs"));
    let differs = remote(&place, &platform, &["diff"]);
    assert!(differs.err.contains("callback/profiles: 1 differs, 1 same"), "{differs:?}");
    let pushed = remote(&place, &platform, &["push", "--yes"]);
    assert!(pushed.out.contains("Profile 1: url: changed on both sides: --force"), "{pushed:?}");
    for line in ["\"Theirs\" (changed on the account)\n", "/theirs\" (changed on both sides)\n"] {
        assert!(pushed.out.contains(line), "{pushed:?}");
    }
    let json = remote(&place, &platform, &["pull", "--json"]).json();
    assert_eq!(json["profiles"][0]["changed_on_account"], json!(["title", "url"]));
    assert_eq!(json["profiles"][0]["changed_here"], json!(["url"]));
}
