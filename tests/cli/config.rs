//! `ringback config`: where the settings file is, what is wrong with it, and what applies.

use crate::support::cli::{Place, ran};
use serde_json::{Value, json};

fn setting(document: &Value, name: &str) -> Value {
    let all = document["settings"].as_array().unwrap();
    all.iter()
        .find(|setting| setting["name"] == name)
        .cloned()
        .unwrap_or_else(|| panic!("{name}: {document}"))
}

#[test]
fn the_file_is_found_and_why_it_is_this_one() {
    let place = Place::new();
    let usual = place.path(".config/ringback/config.toml");
    let found = place.run(&["config", "path"]);
    assert_eq!((found.code, found.out.trim()), (Some(0), usual.to_str().unwrap()));
    assert!(found.err.contains("the default; it does not exist, and defaults apply"), "{found:?}");
    let json = place.run(&["config", "path", "--json"]).json();
    assert_eq!((&json["source"], &json["exists"]), (&json!("default"), &json!(false)));

    let mut command = place.command(&["config", "path", "--json"]);
    command.env("XDG_CONFIG_HOME", place.path("xdg"));
    assert_eq!(ran(command).json()["path"], json!(place.path("xdg/ringback/config.toml")));
    let other = place.file("other.toml", "mouse = true\n");
    let mut command = place.command(&["config", "path", "--json"]);
    command.env("RINGBACK_CONFIG", &other);
    let json = ran(command).json();
    assert_eq!(
        (&json["path"], &json["source"], &json["exists"]),
        (&json!(other), &json!("environment"), &json!(true))
    );
    let json = place.run(&["config", "path", "--config", &other, "--json"]).json();
    assert_eq!((&json["path"], &json["source"]), (&json!(other), &json!("option")));
    let mut homeless = place.command(&["config", "path"]);
    homeless.env_remove("HOME");
    // Then the home of the user's entry is taken, if there is one.
    assert!(matches!(ran(homeless).code, Some(0 | 2)));
}

#[test]
fn each_fault_has_its_line_and_fix() {
    let place = Place::new();
    let none = place.run(&["config", "check"]);
    assert!(none.code == Some(0) && none.out.ends_with("does not exist: defaults apply\n"), "{none:?}");
    place.settings("theme = \"dark\"\n");
    let sound = place.run(&["config", "check"]);
    assert!(sound.code == Some(0) && sound.out.ends_with("config.toml: no faults\n"), "{sound:?}");

    place.settings("theme = \"drak\"\nkeep_dais = 7\n[api]\nstreams = 0\n[keys]\nlist-tops = \"x\"\n");
    let ran = place.run(&["config", "check", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let document = ran.json();
    assert_eq!((&document["ok"], ran.err.as_str()), (&json!(false), ""));
    let faults = document["faults"].as_array().unwrap();
    let lines: Vec<&Value> = faults.iter().map(|fault| &fault["line"]).collect();
    assert_eq!(lines, [1, 2, 4, 6], "{document}");
    for (fault, part) in
        faults.iter().zip(["must be one of", "did you mean `keep_days`?", "1 or more", "list-top"])
    {
        assert!(fault["message"].as_str().unwrap().contains(part), "{fault}");
    }
    let text = place.run(&["config", "check"]);
    assert!(
        text.code == Some(1)
            && text.out.contains("config.toml:1: ")
            && text.out.ends_with("\n4 faults found.\n")
    );
    // The list of names ends before the consequence begins.
    place.settings("colour = 1\n");
    let unknown = place.run(&["config", "check"]);
    assert!(
        unknown.out.contains("remote, keys · `network` counts as \"public\", nothing is sent"),
        "{unknown:?}"
    );
    place.settings("theme = ");
    let broken = place.run(&["config", "check", "--json"]).json();
    assert_eq!(broken["faults"][0]["line"], 1, "{broken}");
    let missing = place.run(&["config", "check", "--config", "/nowhere/c.toml", "--json"]);
    assert_eq!((missing.code, &missing.json()["faults"][0]["line"]), (Some(1), &Value::Null), "{missing:?}");
}

#[test]
fn settings_are_shown_with_where_they_come_from() {
    let place = Place::new();
    place.settings(
        "theme = \"dark\"\nkeep_days = 7\non_alert = \"curl -H 'key: s3cret' https://hooks.example\"\n\
         network_deny = [\"10.0.0.0/8\"]\n[api]\nstreams = 3\n[keys]\nlist-top = \"gt\"\n",
    );
    let shown = place.run(&["config", "show", "--json"]);
    assert_eq!((shown.code, shown.err.as_str()), (Some(0), ""));
    let document = shown.json();
    for (name, value, source, line) in [
        ("theme", json!("dark"), "file", json!(1)),
        ("keep_days", json!(7), "file", json!(2)),
        ("network_deny", json!(["10.0.0.0/8"]), "file", json!(4)),
        ("api.streams", json!(3), "file", json!(6)),
        ("keys.list-top", json!(["gt"]), "file", json!(8)),
        ("keep_deliveries", json!(1_000_000), "default", Value::Null),
        ("api.listen", json!("127.0.0.1:9979"), "default", Value::Null),
    ] {
        let found = setting(&document, name);
        assert_eq!(
            (&found["value"], &found["source"], &found["line"]),
            (&value, &json!(source), &line),
            "{found}"
        );
    }
    let alert = setting(&document, "on_alert");
    assert_eq!((&alert["value"], &alert["hidden"]), (&Value::Null, &json!(true)));
    let text = place.run(&["config", "show"]);
    assert!(!text.out.contains("s3cret") && text.out.contains("(hidden)"), "{text:?}");
    assert!(place.run(&["config", "show", "on_alert", "--secrets"]).out.contains("s3cret"));

    let mut command = place.command(&["config", "show", "theme", "api", "--json"]);
    command.env("NO_COLOR", "1");
    let some = ran(command).json();
    assert_eq!(some["settings"].as_array().unwrap().len(), 10, "{some}");
    let theme = setting(&some, "theme");
    assert_eq!((&theme["value"], &theme["source"]), (&json!("mono"), &json!("environment")));
    place.run(&["config", "show", "thme"]).refused(2, &["unknown setting `thme`"]);

    place.settings("keep_days = \"x\"\nnetwork = \"x\"\n");
    let faulty = place.run(&["config", "show", "--json"]);
    assert_eq!(faulty.err.lines().count(), 2, "each fault is reported: {faulty:?}");
    let document = faulty.json();
    for (name, value) in [("keep_days", json!(0)), ("network", json!("public"))] {
        let found = setting(&document, name);
        assert_eq!((&found["value"], &found["source"]), (&value, &json!("fault")), "{found}");
    }
}

#[test]
fn a_key_that_others_can_read_is_a_fault() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.settings("[remote]\nkey_file = \"key\"\n");
    let shown = place.run(&["config", "show", "--json"]).json();
    let key = setting(&shown, "remote.key_file")["value"].as_str().unwrap().to_owned();
    assert!(std::path::Path::new(&key).is_absolute(), "it is beside the settings file: {key}");
    std::fs::write(&key, "k3y\n").unwrap();
    let mode = |mode| std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
    mode(0o644);
    let checked = place.run(&["config", "check"]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    assert!(checked.out.contains(":2: key_file ") && checked.out.contains("`chmod 600` it"), "{checked:?}");
    mode(0o600);
    assert_eq!(place.run(&["config", "check"]).code, Some(0));
}
