//! `ringback profiles import-curl`: from a file, from standard input, as an argument.

use crate::support::cli::Place;
use serde_json::{Value, json};

const COMMAND: &str = "curl 'https://hooks.example/orders?x=1' \\\n  -u me:s3cret -k \\\n  \
                       -H 'content-type: application/json' --data-raw '{\"id\":\"<id>\"}'\n";

#[test]
fn a_command_becomes_a_profile_wherever_it_comes_from() {
    let place = Place::new();
    let file = place.file("command.txt", COMMAND);
    for ran in [
        place.run(&["profiles", "import-curl", &file]),
        place.run(&["profiles", "import-curl", COMMAND]),
        place.run_with_input(&["profiles", "import-curl", "-", "--json"], COMMAND),
    ] {
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.err.contains("ringback: note: -k: not carried: TLS 1.2"), "{}", ran.err);
        assert!(ran.err.contains("ringback: note: placeholders: <id>"), "{}", ran.err);
        assert!(ran.out.starts_with('{') || ran.err.contains("ringback: created '"), "{}", ran.err);
        let id = if ran.out.starts_with('{') {
            let printed = ran.json();
            assert_eq!(printed["profiles"][0]["result"], "created");
            printed["profile_ids"][0].as_str().unwrap().to_owned()
        } else {
            ran.out.trim().to_owned()
        };
        let shown = place.run(&["profiles", "export", &id, "--secrets"]).json();
        let profile = &shown[0];
        assert_eq!(profile["title"], "hooks example orders");
        assert_eq!(profile["http_method"], "POST");
        assert_eq!(profile["url"], "https://hooks.example/orders?x=1");
        assert_eq!(profile["body"], "{\"id\":\"<id>\"}");
        assert_eq!(profile["auth"], json!({"type": "basic", "user": "me", "password": "s3cret"}));
        assert_eq!(profile["headers"], json!({}));
    }
}

#[test]
fn a_dry_run_saves_nothing_and_prints_what_apply_reads() {
    let place = Place::new();
    let args =
        ["profiles", "import-curl", "-", "--dry-run", "--literal", "--title", "As text", "--channel", "sms"];
    let ran = place.run_with_input(&args, COMMAND);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.json()["body"], "{\"id\":\"<<id>\"}");
    assert_eq!(ran.json()["channel"], "sms");
    assert_eq!(ran.json()["profile_id"], Value::Null, "it has no ID yet");
    assert!(!place.db().exists(), "not even a database");
    let applied = place.run_with_input(&["profiles", "apply", "-"], &ran.out);
    assert_eq!(applied.code, Some(0), "{applied:?}");
}

#[test]
fn files_and_variables_are_those_of_the_command() {
    let place = Place::new();
    let body = place.file("body.json", "{\"a\": 1}\n");
    let command =
        format!("curl https://hooks.example --json @{body} -H \"X-Token: ${{RINGBACK_TEST_TOKEN:?}}\"");
    let missing = place.run_with_input(&["profiles", "import-curl", "-"], &command);
    missing.refused(2, &["standard input: line 1: the variable RINGBACK_TEST_TOKEN is not set"]);
    let file = place.file("c.txt", &command);
    let mut set = place.command(&["profiles", "import-curl", &file, "--dry-run"]);
    let output = set.env("RINGBACK_TEST_TOKEN", "t0k").output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["headers"], json!({"Accept": "application/json", "X-Token": "t0k"}));
    assert_eq!(document["body"], "{\"a\": 1}\n");
    let gone = place.run_with_input(&["profiles", "import-curl", "-"], "curl https://x.example -d @/gone");
    gone.refused(2, &["standard input: -d: /gone: it cannot be read"]);
}

#[test]
fn what_cannot_be_imported_is_refused_with_its_reason() {
    let place = Place::new();
    for (command, wanted) in [
        ("wget https://x.example", "expected a command that starts with `curl`, not with `wget`"),
        ("curl -X PATCH https://x.example", "nothing was saved:\nhttp_method: 'PATCH' is unknown"),
        ("curl http://x.example", "url: plain http is allowed to this machine only"),
        ("curl --nonsense https://x.example", "curl has no option --nonsense that is known here"),
        ("curl https://x.example?a=1&b=2", "line 1: `&` outside quotes"),
    ] {
        place.run_with_input(&["profiles", "import-curl", "-"], command).refused(2, &[wanted]);
    }
    place.run(&["profiles", "import-curl", "gone.txt"]).refused(2, &["gone.txt: it cannot be read"]);
}

#[test]
fn a_second_import_names_the_first_one() {
    let place = Place::new();
    let import = || place.run(&["profiles", "import-curl", "curl https://hooks.example/a"]);
    let first = import();
    assert!(first.code == Some(0) && !first.err.contains("also that of"), "{first:?}");
    let second = import();
    let wanted = format!("note: the title is also that of {}: --title sets", first.out.trim());
    assert!(second.code == Some(0) && second.err.contains(&wanted), "{second:?}");
}
