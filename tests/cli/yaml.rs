//! Profiles as YAML: read from files, standard input and folders, and written.

use crate::support::cli::{Place, Ran};
use serde_json::{Value, json};
use std::fmt::Write as _;

fn titles(place: &Place) -> Vec<Value> {
    let listed = place.run(&["profiles", "list", "--json"]).json();
    listed.as_array().unwrap().iter().map(|row| row["title"].clone()).collect()
}

fn show(place: &Place, profile: &str) -> Value {
    place.run(&["profiles", "show", profile, "--json"]).json()
}

#[test]
fn yaml_is_read_with_the_words_of_yaml_1_2() {
    let place = Place::new();
    let file = place.file(
        "shop.yml",
        r#"# A list, and a document of its own.
- title: Order SMS
  channel: sms
  url: https://hooks.example/sms?on=<id>
  http_method: PUT
  body: |
    {
      "id": "<id>",
      "state": "<status>"
    }
  headers: {X-Shop: no, X-Code: "0755"}   # not a boolean, and not a number
  retry: &retry
    count: 2
    interval_s: 10
    timeout_ms: 5000
---
title: Nightly
url: https://hooks.example/n
retry: *shared
"#
        .replace("*shared", "{count: 1, interval_s: 0x3C, timeout_ms: 5000}")
        .as_str(),
    );
    let applied = place.run(&["profiles", "apply", &file]);
    assert_eq!((applied.code, applied.out.lines().count()), (Some(0), 2), "{applied:?}");
    let order = show(&place, "Order SMS");
    assert_eq!(order["body"], "{\n  \"id\": \"<id>\",\n  \"state\": \"<status>\"\n}\n");
    assert_eq!(order["headers"], json!({"X-Shop": "no", "X-Code": "0755"}));
    assert_eq!(
        (&order["url"], &order["retry"]["count"]),
        (&json!("https://hooks.example/sms?on=<id>"), &json!(2))
    );
    assert_eq!(show(&place, "Nightly")["retry"]["interval_s"], 60);
}

#[test]
fn standard_input_is_what_it_looks_like_or_what_is_said() {
    let place = Place::new();
    let apply = |text: &str, more: &[&str]| -> Ran {
        place.run_with_input(&[&["profiles", "apply", "-"], more].concat(), text)
    };
    let applied = |ran: &Ran| assert_eq!(ran.code, Some(0), "{ran:?}");
    applied(&apply("title: First\nurl: https://hooks.example/1\n", &[]));
    applied(&apply("{\"title\": \"Second\", \"url\": \"https://hooks.example/2\"}", &[]));
    let flow = "{title: Third, url: 'https://hooks.example/3'}";
    apply(flow, &[]).refused(
        2,
        &["invalid JSON at line 1 column 2: names require double quotes (\"); it is valid YAML: --format yaml"],
    );
    applied(&apply(flow, &["--format", "yaml"]));
    // A name without an ending, and one that is wrong.
    let plain = place.file("profile", "title: Fourth\nurl: https://hooks.example/4\n");
    applied(&place.run(&["profiles", "apply", &plain]));
    let named = place.file("fifth.json", "title: Fifth\nurl: https://hooks.example/5\n");
    place.run(&["profiles", "apply", &named]).refused(2, &["fifth.json: nothing was saved: invalid JSON"]);
    applied(&place.run(&["profiles", "apply", &named, "--format", "yaml"]));
    assert_eq!(titles(&place), ["First", "Second", "Third", "Fourth", "Fifth"]);
    // A page of the platform.
    let page =
        "code: 200\nmessage: ok\ndata:\n  - {title: Sixth, url: 'https://hooks.example/6', body_type: raw}\n";
    applied(&apply(page, &[]));
    assert_eq!(titles(&place).len(), 6);
}

#[test]
fn an_error_says_where_it_is_and_how_to_fix_it() {
    let place = Place::new();
    let refused = |text: &str, message: &[&str]| {
        let file = place.file("shop.yaml", text);
        let ran = place.run(&["profiles", "apply", &file]);
        ran.refused(2, &[message, &["shop.yaml: nothing was saved"]].concat());
    };
    refused("", &["invalid YAML: it is empty"]);
    refused(
        "title: a\ntitle: b\n",
        &["line 2 column 1: repeated name \"title\", first at line 1 column 1: remove one"],
    );
    refused(
        "title: Order: SMS\n",
        &["line 1 column 13: a colon is not allowed here: put text that contains"],
    );
    refused("title: a\nurl: *here\n", &["line 2 column 6: there is no &anchor of this name above"]);
    refused("title: +919800000083\n", &["line 1 column 8: programs read a number with a leading + or 0"]);
    refused("7\n", &["must be an object or an array of objects: in YAML, a mapping"]);
    refused("- title: Order SMS\n- 7\n", &["\nprofiles[0].url: ", "\nprofiles[1]: must be an object"]);
    refused("title: 2025\nurl: x\n", &["title: must be a string: in YAML, put it in quotes"]);
    refused(
        "url: x\nbody: {\"id\": \"<id>\"}\n",
        &["body: must be a string: in YAML, put it in quotes, or in lines below a |"],
    );
    refused("ordered: yes\n", &["ordered: must be true or false: YAML 1.2 has no other words"]);
    refused("colour: red\n", &["unknown field `colour`"]);
    refused("title: a\n---\ntitle: b: c\n", &["line 3 column 9"]);
    let too_many = format!("{}- 1\n", "- 1\n".repeat(100_000));
    refused(&too_many, &["nothing was saved: more than 100000 profiles"]);
    refused(&format!("title: {}\n", "x".repeat(4 << 20)), &["more than 4194304 characters"]);
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(laughs, "a{level}: &a{level} [{aliases}]").unwrap();
    }
    refused(&laughs, &["aliases (*) repeat too much"]);
    assert_eq!(titles(&place), [""; 0]);
}

#[test]
fn json_and_yaml_are_mixed_in_a_folder() {
    let place = Place::new();
    std::fs::create_dir(place.path("profiles")).unwrap();
    let folder = place.path("profiles").to_str().unwrap().to_owned();
    place.file("profiles/a.json", r#"{"title": "From JSON", "url": "https://hooks.example/a"}"#);
    place.file("profiles/b.yaml", "title: From YAML\nurl: https://hooks.example/b\n");
    place.file(
        "profiles/c.yml",
        "title: Also\nurl: https://hooks.example/c\n---\ntitle: Another\nurl: https://hooks.example/d\n",
    );
    let apply = |more: &[&str]| place.run(&[&["profiles", "apply", "-f", &folder], more].concat());
    assert_eq!(apply(&[]).code, Some(0));
    assert_eq!(titles(&place), ["From JSON", "From YAML", "Also", "Another"]);
    place.file("profiles/b.yaml", "title: From YAML\nurl: https://hooks.example/other\n");
    let preview = apply(&["--dry-run"]);
    let wanted = "  url: \"https://hooks.example/b\" -> \"https://hooks.example/other\"\n";
    assert!(preview.out.ends_with(wanted), "{preview:?}");
    // The files of a folder are what their names say.
    apply(&["--format", "json"]);
    assert_eq!(show(&place, "From YAML")["url"], "https://hooks.example/other");
    place.file("profiles/c.yml", "title: From JSON\nurl: https://hooks.example/a\n");
    apply(&[]).refused(2, &["c.yml: title: is also at", "a.json"]);
}

#[test]
fn templates_and_exports_are_applied_as_they_are() {
    let place = Place::new();
    for channel in ["default", "voice", "sms", "email", "whatsapp"] {
        let template = place.run(&["profiles", "template", "--channel", channel, "--yaml"]);
        assert!(
            template.out.contains("\nbody: |\n  {\n    \"") && template.out.contains("\"id\": \"<id>\""),
            "{template:?}"
        );
        let applied = place.run_with_input(&["profiles", "apply", "-"], &template.out);
        let id = applied.out.trim();
        assert_eq!(applied.err, format!("ringback: created 'My callback profile' ({id})\n"), "{applied:?}");
    }
    let export = place.run(&["profiles", "export", "--yaml", "--secrets"]);
    assert_eq!(export.out.matches("- profile_id: IN_").count(), 5, "{export:?}");
    let again = place.run_with_input(&["profiles", "apply", "-", "--json"], &export.out).json();
    let rows = again["profiles"].as_array().unwrap().clone();
    assert!(rows.len() == 5 && rows.iter().all(|row| row["result"] == "unchanged"), "{again}");
    assert_eq!(Place::new().run_unnamed(&["profiles", "export", "--yaml"]).out, "[]\n");
}
