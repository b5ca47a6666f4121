//! Errors in profile documents: each is reported with its path and without secrets.

use crate::support::cli::Place;
use serde_json::json;

#[test]
fn a_misplaced_secret_is_not_printed() {
    let place = Place::new();
    let secret = "dXNlcjpwYXNz";
    for (name, value, wanted) in [
        ("auth", json!(format!("Basic {secret}")), "\nauth: must be an object\n"),
        ("auth", json!({"type": secret}), "\nauth.type: must be one of none, basic, "),
        ("enc", json!(format!("AES:{secret}")), "\nenc: must be an object\n"),
        ("enc", json!({"algo": secret, "key": secret}), "\nenc.algo: must be one of AES-128-CFB, "),
    ] {
        let mut document = json!({"title": "Order SMS", "url": "https://x.example"});
        document[name] = value;
        let refused = place.run_with_input(&["profiles", "apply", "-"], &document.to_string());
        refused.refused(2, &[wanted]);
        assert!(!refused.err.contains(secret), "{}", refused.err);
    }
}

#[test]
fn a_password_that_never_existed_is_not_kept() {
    let place = Place::new();
    let mut document = json!({"title": "Order SMS", "url": "https://hooks.example/a"});
    document["profile_id"] = json!(place.apply(&document)[0]);
    document["auth"] = json!({"type": "basic", "user": "u", "password": null});
    let file = place.file("p.json", &document.to_string());
    place.run(&["profiles", "apply", &file]).refused(2, &["auth.password: is missing"]);
}

#[test]
fn every_error_of_every_profile_is_reported_and_nothing_is_saved() {
    let place = Place::new();
    let wrong = json!([
        {"title": "Order SMS", "url": "https://hooks.example/a"},
        {"title": "x", "url": "ftp://hooks.example", "retry": {"count": 1, "interval_s": 0}},
        {"title": "Third", "url": "https://hooks.example/c", "colour": "red"},
        {"title": "Fourth", "url": "https://hooks.example/c", "retry": {"count": "1"}},
        {"profile_id": "XX_1", "title": "Fifth", "url": "https://hooks.example/c"},
        "Sixth"
    ]);
    let file = place.file("wrong.json", &wrong.to_string());
    let refused = place.run(&["profiles", "apply", &file]);
    refused.refused(
        2,
        &[
            "wrong.json: nothing was saved: 8 errors:",
            "\nprofiles[1].title: at least 3 characters (1 so far)\n",
            "\nprofiles[1].url: ",
            "\nprofiles[1].retry.interval_s: ",
            "\nprofiles[1].retry.timeout_ms: ",
            "\nprofiles[2].colour: unknown field `colour`",
            "\nprofiles[3].retry.count: must be a number",
            "\nprofiles[4].profile_id: 'XX_1' is not a callback profile id",
            "\nprofiles[5]: must be an object",
        ],
    );
    assert!(!refused.err.contains("profiles[0]"), "{}", refused.err);
    assert_eq!(place.run(&["profiles", "list", "--json"]).out, "[]\n");
}

#[test]
fn invalid_json_is_reported_with_its_position() {
    let place = Place::new();
    let refused = |text: &str, message: &[&str]| {
        let ran = place.run_with_input(&["profiles", "apply", "-"], text);
        ran.refused(2, &[message, &["standard input: nothing was saved"]].concat());
    };
    refused(
        "{\"title\": \"Order SMS\",\n  \"url\": }",
        &["invalid JSON at line 2 column 10: a value is missing before '}'"],
    );
    refused("", &["invalid JSON: it is empty"]);
    refused(r#"{"title": "a\ud800"}"#, &["line 1 column 13", "surrogate"]);
    refused(r#"{"title": "a\ude00b"}"#, &["line 1 column", "surrogate"]);
    refused("{\"title\": \"\u{1}\"}", &["line 1 column", "control character"]);
    refused("7", &["an object or an array"]);
    refused(
        "[{\"url\": 1},\n {\"url\": 1,\n \"url\": 2}]",
        &["profiles[1]: ", "line 3 column 2: repeated name \"url\", first at line 2 column 3"],
    );
    refused("{\"url\": 1, \"url\": 2}", &["repeated name \"url\""]);
    place.run(&["profiles", "apply", "/dev/zero"]).refused(2, &["/dev/zero", "more than 33554432 bytes"]);
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    place
        .run_with_input(&["profiles", "apply", "-"], &format!("{{\"title\": {deep}}}"))
        .refused(2, &["line 1 column 137: more than 127 levels of nesting"]);
    place
        .run_with_input(&["profiles", "apply", "-"], &format!("[{{\"title\": {deep}}}]"))
        .refused(2, &["profiles[0]: invalid JSON at line 1 column 138: more than 127 levels of nesting"]);
    let too_many = format!("[{}[]]", "[],".repeat(100_000));
    place
        .run_with_input(&["profiles", "apply", "-"], &too_many)
        .refused(2, &["nothing was saved: more than 100000 profiles at line 1"]);
    let many = format!("[{}[]]", "[],".repeat(1000));
    place
        .run_with_input(&["profiles", "apply", "-"], &many)
        .refused(2, &["1001 errors:", "profiles[99]: must be an object", "and 901 more"]);
    let long = format!("[{{\"title\": \"{}\"}}]", "x".repeat(4 << 20));
    place
        .run_with_input(&["profiles", "apply", "-"], &long)
        .refused(2, &["profiles[0] has more than 4194304 bytes"]);
    place.run(&["profiles", "apply", "none.json"]).refused(2, &["none.json", "cannot be read"]);
    assert_eq!(place.run_with_input(&["profiles", "apply", "-"], "\u{feff}[]").code, Some(0));
}

#[test]
fn an_ambiguous_profile_name_changes_nothing() {
    let place = Place::new();
    let ids = place.apply(&json!([
        {"title": "Order SMS", "url": "https://hooks.example/a"},
        {"title": "order sms", "channel": "voice", "url": "https://hooks.example/b"},
        {"profile_id": "US_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa", "title": "Third", "url": "https://x.example"}
    ]));
    let commands: [&[&str]; 4] =
        [&["profiles", "show"], &["profiles", "export"], &["profiles", "delete", "--yes"], &["test"]];
    for command in commands {
        let output = [ids[0].as_str(), &ids[1], "https://hooks.example/b", "2 profiles"];
        place.run(&[command, &["Order SMS"]].concat()).refused(2, &output);
        place.run(&[command, &["Nobody"]].concat()).refused(2, &["no profile 'Nobody'"]);
    }
    assert_eq!(place.run(&["profiles", "show", "us_09B3", "--json"]).json()["title"], "Third");
    assert_eq!(place.run(&["profiles", "list", "--json"]).json().as_array().unwrap().len(), 3);
}
