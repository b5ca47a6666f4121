//! `ringback profiles apply` of several files and of a folder: results, previews, deletions.

use crate::support::cli::{Place, Ran};
use serde_json::{Value, json};

/// A folder with these profiles, one per file.
fn folder(place: &Place, profiles: &[(&str, Value)]) -> String {
    let folder = place.path("profiles");
    std::fs::create_dir_all(folder.join("shop")).unwrap();
    for (name, profile) in profiles {
        std::fs::write(folder.join(name), profile.to_string()).unwrap();
    }
    folder.to_str().unwrap().to_owned()
}

fn order(url: &str) -> Value {
    json!({"title": "Order SMS", "channel": "sms", "url": url, "body": "{\n  \"id\": \"<id>\"\n}"})
}

fn nightly() -> Value {
    json!({"title": "Nightly", "url": "https://hooks.example/n", "http_method": "GET"})
}

/// Titles and results.
fn results(ran: &Ran) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = ran.json()["profiles"].as_array().unwrap().clone();
    rows.iter().map(|row| (text(&row["title"]), text(&row["result"]))).collect()
}

fn all_of(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(title, result)| ((*title).to_owned(), (*result).to_owned())).collect()
}

#[test]
fn a_folder_and_the_database_are_kept_in_step() {
    let place = Place::new();
    let folder = folder(
        &place,
        &[
            ("order.json", order("https://hooks.example/a")),
            ("shop/nightly.json", nightly()),
            ("README.md", json!(1)),
        ],
    );
    let apply = |more: &[&str]| place.run(&[&["profiles", "apply", "-f", &folder, "--json"], more].concat());
    let first = apply(&[]);
    assert_eq!(results(&first), all_of(&[("Order SMS", "created"), ("Nightly", "created")]));
    // Without IDs, profiles are found by their titles.
    let again = apply(&[]);
    assert_eq!(results(&again), all_of(&[("Order SMS", "unchanged"), ("Nightly", "unchanged")]));
    assert_eq!(again.json()["profile_ids"], first.json()["profile_ids"]);

    place.apply(&json!({"title": "From the console", "url": "https://hooks.example/c"}));
    std::fs::write(place.path("profiles/order.json"), order("https://hooks.example/b").to_string()).unwrap();
    std::fs::remove_file(place.path("profiles/shop/nightly.json")).unwrap();
    let kept = apply(&[]);
    assert_eq!(results(&kept), all_of(&[("Order SMS", "updated")]), "nothing is deleted unless asked");
    let refused = apply(&["--prune"]);
    refused.refused(2, &["nothing was changed: 2 profiles ('Nightly', 'From the console')", "add --yes"]);
    let preview = apply(&["--prune", "--dry-run"]);
    let wanted = [("Order SMS", "unchanged"), ("Nightly", "deleted"), ("From the console", "deleted")];
    assert_eq!(results(&preview), all_of(&wanted));
    assert_eq!(place.run(&["profiles", "list", "--json"]).json().as_array().unwrap().len(), 3);
    assert_eq!(results(&apply(&["--prune", "--yes"])), all_of(&wanted));
    let left = place.run(&["profiles", "list", "--json"]).json();
    assert_eq!((left.as_array().unwrap().len(), &left[0]["title"]), (1, &json!("Order SMS")));
    assert_eq!(place.run(&["profiles", "restore", "Nightly"]).code, Some(0));

    std::fs::remove_file(place.path("profiles/order.json")).unwrap();
    apply(&["--prune", "--yes"]).refused(2, &["contains no profile, and --prune would delete all"]);
    place.run(&["profiles", "apply", "-", "--prune"]).refused(2, &["--folder"]);
    assert_eq!(place.run(&["profiles", "list", "--json"]).json().as_array().unwrap().len(), 2);
}

#[test]
fn a_dry_run_shows_each_field_and_changes_nothing() {
    let place = Place::new();
    let first = json!({"title": "Order SMS", "channel": "sms", "url": "https://hooks.example/a",
        "http_method": "PUT", "body": "{\n  \"id\": \"<id>\"\n}", "headers": {"X-Token": "hush-1", "X-Shop": "north"},
        "auth": {"type": "basic", "user": "me", "password": "hush-2"}});
    let id = place.apply(&first).remove(0);
    let mut next = first.clone();
    next["profile_id"] = json!(id);
    next.as_object_mut().unwrap().remove("http_method");
    next["body"] = json!("{\n  \"id\": \"<id>\",\n  \"to\": \"<recipient>\"\n}");
    next["headers"] = json!({"X-Token": "hush-3", "X-Shop": "south"});
    next["auth"]["password"] = json!("hush-4");
    next["retry"] = json!({"count": 1, "interval_s": 10, "timeout_ms": 5000});
    let all = json!([next, {"title": "New", "url": "https://hooks.example/new"}]);
    let file = place.file("all.json", &all.to_string());
    let before = place.run(&["profiles", "export", "--secrets"]).out;
    let ran = place.run(&["profiles", "apply", "--dry-run", &file]);
    // All fields of the new one follow.
    let shown = ran.out.split_inclusive("title: \"New\"\n").next();
    assert_eq!(
        shown.unwrap_or_default(),
        format!(
            "update 'Order SMS' ({id})\n\
             \x20 http_method: \"PUT\" -> \"POST\"\n\
             \x20 body:\n\
             \x20   -   \"id\": \"<id>\"\n\
             \x20   +   \"id\": \"<id>\",\n\
             \x20   +   \"to\": \"<recipient>\"\n\
             \x20 headers.X-Token: changed (secret)\n\
             \x20 headers.X-Shop: \"north\" -> \"south\"\n\
             \x20 auth.password: changed (secret)\n\
             \x20 retry.count: 0 -> 1\n\
             \x20 retry.interval_s: none -> 10\n\
             \x20 retry.timeout_ms: none -> 5000\n\
             \x20 retry.backoff: none -> \"fixed\"\n\
             create 'New'\n\
             \x20 title: \"New\"\n"
        )
    );
    for line in [
        "http_method set to \"POST\": the document has no value for it",
        "dry run, nothing was changed: 1 to create, 1 to update, 0 to delete, 0 unchanged",
    ] {
        assert!(ran.err.contains(line), "{line} is not in\n{}", ran.err);
    }
    let json = place.run(&["profiles", "apply", "--dry-run", "--json", &file]);
    assert!(!json.out.contains("hush") && !ran.out.contains("hush"), "{json:?}");
    let json = json.json();
    assert_eq!((&json["dry_run"], &json["profile_ids"]), (&json!(true), &json!([id, null])));
    let changes = json["profiles"][0]["changes"].as_array().unwrap();
    assert_eq!(changes[0], json!({"field": "http_method", "before": "PUT", "after": "POST"}));
    let secret = json!({"field": "auth.password", "before": null, "after": null, "secret": true});
    assert!(changes.contains(&secret), "{changes:?}");
    assert_eq!(place.run(&["profiles", "export", "--secrets"]).out, before);

    // Nothing is created either, not even the database.
    let elsewhere = Place::new();
    let ran = elsewhere.run_unnamed(&[
        "profiles",
        "apply",
        "--dry-run",
        &place.file("n.json", &nightly().to_string()),
    ]);
    let is_shown = ran.out.starts_with("create 'Nightly'\n  title: \"Nightly\"\n");
    assert_eq!((ran.code, is_shown), (Some(0), true), "{ran:?}");
    assert!(!elsewhere.usual_db().exists());
}

#[test]
fn several_files_are_applied_all_or_nothing_and_each_error_names_its_file() {
    let place = Place::new();
    let good = place.file("good.json", &nightly().to_string());
    let bad = place.file("bad.json", &json!([order("ftp://hooks.example"), {"title": "x"}]).to_string());
    let refused = place.run(&["profiles", "apply", &good, &bad]);
    refused.refused(
        2,
        &[
            "nothing was saved: 3 errors:\n",
            "bad.json: profiles[0].url: ",
            "bad.json: profiles[1].title: ",
            "bad.json: profiles[1].url: ",
        ],
    );
    assert!(!refused.err.contains("good.json"), "{}", refused.err);
    assert_eq!(place.run(&["profiles", "list", "--json"]).out, "[]\n");
    let ran = place.run(&[
        "profiles",
        "apply",
        &good,
        &place.file("more.json", &order("https://x.example").to_string()),
    ]);
    assert_eq!((ran.code, ran.out.lines().count()), (Some(0), 2), "{ran:?}");
    let ids: Vec<&str> = ran.out.lines().collect();
    let lines = [
        format!("ringback: created 'Nightly' ({})\n", ids[0]),
        format!("ringback: created 'Order SMS' ({})\n", ids[1]),
    ];
    assert_eq!(ran.err, lines.concat());
}

#[test]
fn a_title_that_names_several_profiles_is_ambiguous_in_a_folder() {
    let place = Place::new();
    place.apply(&json!([nightly(), nightly()]));
    let path = folder(&place, &[("a.json", nightly())]);
    place
        .run(&["profiles", "apply", "-f", &path])
        .refused(2, &["title: is that of 2 stored profiles: add its profile_id"]);
    let new = |url: &str| order(url);
    let path = folder(&place, &[("a.json", new("https://a.example")), ("b.json", new("https://b.example"))]);
    let refused = place.run(&["profiles", "apply", "-f", &path]);
    refused
        .refused(2, &["b.json: title: is also at ", "a.json: give each a title of its own, or a profile_id"]);
    assert_eq!(place.run(&["profiles", "list", "--json"]).json().as_array().unwrap().len(), 2);
}

#[test]
fn a_preview_without_a_database_shows_everything_as_created() {
    let place = Place::new();
    let folder = folder(&place, &[("order.json", order("https://hooks.example/a"))]);
    let preview = place.run(&["profiles", "apply", "-f", &folder, "--prune", "--dry-run"]);
    let is_shown = preview.out.starts_with("create 'Order SMS'\n  title: \"Order SMS\"\n");
    assert_eq!((preview.code, is_shown), (Some(0), true), "{preview:?}");
    assert!(preview.err.contains("note: no database ") && preview.err.contains("1 to create"), "{preview:?}");
    assert!(preview.err.contains("without --dry-run, this command creates it"), "{preview:?}");
    let again = place.run(&["profiles", "apply", "-f", &folder, "--prune", "--dry-run"]);
    assert_eq!(again.out, preview.out, "the preview has created nothing");
}

#[test]
fn an_error_of_a_title_or_an_id_says_what_it_belongs_to() {
    let place = Place::new();
    let mut stored = order("https://hooks.example/a");
    stored["channel"] = json!("sms");
    let id = place.apply(&stored).remove(0);
    let of = |more: serde_json::Value| {
        let mut document = order("https://hooks.example/b");
        more.as_object().unwrap().iter().for_each(|(name, value)| document[name] = value.clone());
        document
    };
    let voice = folder(&place, &[("voice.json", of(json!({"channel": "voice"})))]);
    place.run(&["profiles", "apply", "-f", &voice]).refused(
        2,
        &[
            &format!("title: is that of a stored profile ({id}) of another channel, sms"),
            "enter another title",
        ],
    );
    let with_id = of(json!({"channel": "sms", "profile_id": id, "title": "Renamed"}));
    let untitled = of(json!({"channel": "sms"}));
    let first = folder(&place, &[("a.json", untitled.clone()), ("b.json", with_id.clone())]);
    place
        .run(&["profiles", "apply", "-f", &first])
        .refused(2, &["b.json: profile_id: is that of the profile which ", "a.json means by its title"]);
    let second = folder(&place, &[("a.json", with_id), ("b.json", untitled)]);
    place.run(&["profiles", "apply", "-f", &second]).refused(
        2,
        &["b.json: title: is that of the stored profile ", "a.json describes: remove one of them"],
    );
    let misspelt = place.file("one.json", r#"{"title": "A", "url": "https://a.example", "bodyy": "{}"}"#);
    let refused = place.run(&["profiles", "apply", "--json", &misspelt]);
    let error: serde_json::Value = serde_json::from_str(refused.err.lines().last().unwrap()).unwrap();
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.contains("unknown field `bodyy` (did you mean `body`?)"), "{error}");
    assert!(error["error"]["where"].as_str().unwrap().contains("one.json"), "{error}");
    assert!(error["error"]["fix"].is_string(), "{error}");
}
