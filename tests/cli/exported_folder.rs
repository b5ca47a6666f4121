//! `ringback profiles export -o DIR`: one file per profile, which `apply -f DIR` reads.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::cli::{Place, Ran};
use serde_json::{Value, json};

fn profiles() -> Value {
    json!([
        {"profile_id": "IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa", "title": "Order SMS", "channel": "sms",
         "url": "https://hooks.example/a", "body": "{\n  \"id\": \"<id>\"\n}", "headers": {"X-Api-Key": "hush-1", "X-On": "on"},
         "auth": {"type": "basic", "user": "me", "password": "hush-2"}, "status": 3},
        {"profile_id": "EU_19b3dfa7-e05d-4d84-ab2d-6ed654272aaa", "title": "order sms", "url": "https://hooks.example/b"},
        {"title": "Calls_2 -x", "channel": "voice", "url": "https://hooks.example/{id}?<id>", "literal_braces": true},
    ])
}

/// The names of all files, in order.
fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut all: Vec<String> = std::fs::read_dir(folder).unwrap().map(name).collect();
    all.sort();
    all
}

fn results(ran: &Ran) -> Vec<Value> {
    let rows = ran.json()["profiles"].as_array().unwrap().clone();
    rows.iter().map(|row| row["result"].clone()).collect()
}

#[test]
fn what_is_exported_to_a_folder_is_applied_unchanged() {
    let place = Place::new();
    let ids = place.apply(&profiles());
    let unique = ids[2].split(['_', '-']).nth(1).unwrap();
    for (option, ending) in [(&[][..], "json"), (&["--yaml"], "yaml")] {
        for secrets in [&[][..], &["--secrets"]] {
            let folder = place.path(&format!("{ending}{}", secrets.len()));
            let named = folder.to_str().unwrap();
            let export = |more: &[&str]| {
                place.run(&[&["profiles", "export", "-o", named], option, secrets, more].concat())
            };
            let written = export(&[]);
            let wanted =
                [format!("calls_2--x.{unique}"), "order-sms.09b3dfa7".into(), "order-sms.19b3dfa7".into()];
            assert_eq!(names(&folder), wanted.map(|name| format!("{name}.{ending}")));
            assert_eq!(written.out.lines().count(), 3, "{written:?}");
            let first = format!("ringback: 3 profiles in {named}: 3 written, 0 unchanged\n");
            let note = "ringback: note: 1 file has null in place of secrets: this database keeps its own";
            assert!(written.err.starts_with(&first), "{written:?}");
            assert_eq!(written.err.contains(note), secrets.is_empty(), "{written:?}");
            for line in written.out.lines() {
                let mode = std::fs::metadata(line).unwrap().permissions().mode() & 0o777;
                assert!(secrets.is_empty() || mode == 0o600, "{line} has mode {mode:o}");
                let text = std::fs::read_to_string(line).unwrap();
                assert_eq!(text.contains("hush"), !secrets.is_empty() && line.contains(".09b3"), "{text}");
            }
            let files = export(&["--json"]).json();
            assert_eq!(files["files"][0]["result"], "unchanged", "{files}");
            assert_eq!(files["files"][0]["file"], format!("{named}/order-sms.09b3dfa7.{ending}"));
            let applied = place.run(&["profiles", "apply", "-f", named, "--prune", "--json"]);
            assert_eq!(results(&applied), ["unchanged"; 3], "{applied:?}");
            assert!(!applied.err.contains("removed"), "{applied:?}");
        }
    }
    // With secrets it is a copy; without, another database has none to keep.
    let other = Place::new();
    let copied = other.run(&["profiles", "apply", "-f", place.path("yaml1").to_str().unwrap()]);
    assert_eq!(copied.code, Some(0), "{copied:?}");
    let [ours, theirs] = [&place, &other].map(|at| {
        let mut all = at.run(&["profiles", "export", "--secrets"]).json();
        all.as_array_mut().unwrap().sort_by_key(|profile| profile["profile_id"].to_string());
        all
    });
    assert_eq!(ours, theirs);
    let none = Place::new().run(&["profiles", "apply", "-f", place.path("json0").to_str().unwrap()]);
    none.refused(2, &["order-sms.09b3dfa7.json: auth.password: "]);
}

#[test]
fn the_file_of_a_profile_is_replaced_and_others_are_left_alone() {
    let place = Place::new();
    let ids = place.apply(&profiles());
    let folder = place.path("dir");
    std::fs::create_dir_all(folder.join("sub")).unwrap();
    let named = folder.to_str().unwrap();
    // Under a name of the person's own; without an ID; what is none; and another's.
    place.file(
        "dir/sub/mine.json",
        &json!({"profile_id": ids[0], "title": "Old title", "url": "https://x.example"}).to_string(),
    );
    place.file("dir/by-title.yaml", "title: Calls_2 -x\nurl: https://x.example\nchannel: voice\n");
    let broken = place.file("dir/broken.json", "{");
    let others = place.file("dir/other.yaml", "title: Somebody else\nurl: https://x.example\n");
    let ran = place.run(&["profiles", "export", "-o", named]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        names(&folder),
        ["broken.json", "by-title.json", "order-sms.19b3dfa7.json", "other.yaml", "sub"]
    );
    assert_eq!(names(&folder.join("sub")), ["mine.json"]);
    assert_eq!(std::fs::read_to_string(&broken).unwrap(), "{");
    assert!(std::fs::read_to_string(&others).unwrap().starts_with("title: Somebody else"));
    let mine = std::fs::read_to_string(folder.join("sub/mine.json")).unwrap();
    assert!(mine.contains("\"title\": \"Order SMS\""), "{mine}");
    std::fs::remove_file(broken).unwrap();
    std::fs::remove_file(others).unwrap();
    assert_eq!(results(&place.run(&["profiles", "apply", "-f", named, "--json"])), ["unchanged"; 3]);
    // A new title does not change the name.
    place.apply(&json!({"profile_id": ids[1], "title": "Renamed", "url": "https://hooks.example/b"}));
    place.run(&["profiles", "export", "-o", named, "Renamed", "--yaml"]);
    assert_eq!(names(&folder), ["by-title.json", "order-sms.19b3dfa7.yaml", "sub"]);

    let both = format!("- profile_id: {}\n  title: A\n- title: B\n", ids[1]);
    place.file("dir/order-sms.19b3dfa7.yaml", &both);
    place.run(&["profiles", "export", "-o", named]).refused(
        2,
        &["order-sms.19b3dfa7.yaml: nothing was exported: it has 'Renamed' beside other profiles"],
    );
    assert_eq!(std::fs::read_to_string(folder.join("order-sms.19b3dfa7.yaml")).unwrap(), both);
    place.apply(&json!({"title": "Renamed", "url": "https://hooks.example/second"}));
    place.file("dir/order-sms.19b3dfa7.yaml", "title: Renamed\nurl: https://x.example\n");
    assert_eq!(place.run(&["profiles", "export", "-o", named, "--json"]).code, Some(0));
    let applied = place.run(&["profiles", "apply", "-f", named, "--json"]);
    assert_eq!(results(&applied), ["unchanged"; 4], "one file for both would have lost one: {applied:?}");
    place.file("file", "");
    let into_a_file = place.run(&["profiles", "export", "-o", place.path("file").to_str().unwrap()]);
    into_a_file.refused(2, &["file"]);
}
