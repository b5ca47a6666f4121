//! The start of the program: usage, settings, database, terminal, and a closed pipe.

use std::path::Path;

use crate::support::cli::{Place, finish, ran};
use rusqlite::Connection;

#[test]
fn without_a_terminal_the_console_names_alternatives() {
    let place = Place::new();
    let commands = ["needs a terminal", "profiles", "variables", "test", "receive", "demo"];
    place.run(&[]).refused(2, &commands);
    assert!(!place.db().exists());
}

#[test]
fn invalid_usage_has_a_reason() {
    let place = Place::new();
    place.run(&["profile"]).refused(2, &["profile", "profiles"]);
    place.run(&["profiles"]).refused(2, &["subcommand"]);
    place.run(&["profiles", "list", "--channel", "pigeon"]).refused(2, &["pigeon", "whatsapp"]);
    place.run(&["test"]).refused(2, &["<PROFILE>"]);
    place.run(&["test", "x", "--set", "status"]).refused(2, &["NAME=TEXT"]);
    place.run(&["test", "x", "--set", "payment:={"]).refused(2, &["invalid JSON"]);
    let help = place.run(&["--help"]);
    assert_eq!((help.code, help.err.as_str()), (Some(0), ""));
    assert!(help.out.contains("RINGBACK_DB") && help.out.contains("demo"), "{}", help.out);
    assert!(place.run(&["--version"]).out.starts_with("ringback "));
}

#[test]
fn an_invalid_database_is_reported() {
    let place = Place::new();
    let text = place.file("notes.txt", &"This is no database. ".repeat(100));
    place.run(&["profiles", "list", "--db", &text]).refused(2, &["notes.txt", "is not a database", "--db"]);

    let folder = place.path("");
    let ran = place.run(&["profiles", "apply", "-", "--db", folder.to_str().unwrap()]);
    ran.refused(2, &["invalid JSON"]);
    let ran = place.run(&["profiles", "list", "--db", folder.to_str().unwrap()]);
    ran.refused(2, &["is a folder"]);

    assert_eq!(place.apply(&serde_json::json!([])), [""; 0]);
    Connection::open(place.db()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    for args in [&["profiles", "list"][..], &["profiles", "export"], &["variables"], &["test", "x"]] {
        place.run(args).refused(2, &["newer Ringback", "99"]);
    }

    let other = place.path("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    place.run(&["profiles", "list", "--db", other.to_str().unwrap()]).refused(2, &["another program's"]);
}

#[test]
fn a_pipe_or_device_as_database_is_rejected_at_once() {
    let place = Place::new();
    let pipe = place.path("pipe.db");
    let make_pipe = |path: &Path| {
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    };
    make_pipe(&pipe);
    let link = place.path("link.db");
    std::os::unix::fs::symlink(&pipe, &link).unwrap();
    for name in [pipe.to_str().unwrap(), link.to_str().unwrap(), "/dev/zero", "/dev/null"] {
        for args in [&["profiles", "list"][..], &["work", "--until-idle"], &["variables"], &["test", "x"]] {
            place.run(&[args, &["--db", name]].concat()).refused(2, &["is not a regular file", "--db"]);
        }
        let doctor = place.run(&["doctor", "--db", name]);
        assert_eq!(doctor.code, Some(1), "{doctor:?}");
        assert!(doctor.out.contains("is not a regular file"), "{doctor:?}");
    }
    assert_eq!(place.apply(&serde_json::json!([])), [""; 0]);
    for ending in ["-wal", "-journal"] {
        let beside = place.path(&format!("{}{ending}", place.db().file_name().unwrap().display()));
        assert!(!beside.exists());
        make_pipe(&beside);
        place.run(&["profiles", "list"]).refused(2, &[ending, "beside it is not a regular file"]);
        let doctor = place.run(&["doctor"]);
        assert!(doctor.code == Some(1) && doctor.out.contains("is not a regular file"), "{doctor:?}");
        std::fs::remove_file(&beside).unwrap();
    }
    assert_eq!(place.run(&["profiles", "list"]).code, Some(0));
}

#[test]
fn an_empty_environment_variable_counts_as_unset() {
    let place = Place::new();
    let usual = place.usual_db();
    let list = |name: &str, value: &str| {
        let mut command = place.command(&["profiles", "list"]);
        command.env_remove("RINGBACK_DB").env(name, value);
        ran(command)
    };
    for name in ["RINGBACK_DB", "RINGBACK_CONFIG"] {
        let ran = list(name, "");
        assert_eq!(ran.code, Some(0), "{name}: {ran:?}");
        assert!(ran.err.contains(&usual.display().to_string()), "{name}: {ran:?}");
    }
    list("RINGBACK_DB", "none.db").refused(2, &["no database", "none.db"]);
    assert!(list("RINGBACK_CONFIG", "none.toml").err.contains("none.toml: there is no such file"));
    place.run(&["profiles", "list", "--config", ""]).refused(2, &["--config"]);
}

#[test]
fn read_only_commands_create_no_database() {
    let place = Place::new();
    assert_eq!(place.run_unnamed(&["profiles", "list", "--json"]).out, "[]\n");
    assert_eq!(place.run_unnamed(&["profiles", "export"]).out, "[]\n");
    let list = place.run_unnamed(&["profiles", "list"]);
    assert_eq!((list.code, list.out.as_str()), (Some(0), ""));
    assert!(list.err.contains("profiles apply"), "{list:?}");
    place.run_unnamed(&["profiles", "show", "Order SMS"]).refused(2, &["no profile 'Order SMS'"]);
    assert!(!place.usual_db().exists());
}

#[test]
fn a_named_database_that_does_not_exist_is_an_error() {
    let place = Place::new();
    let commands: [&[&str]; 21] = [
        &["profiles", "list", "--json"],
        &["profiles", "list", "--deleted"],
        &["profiles", "show", "Order SMS"],
        &["profiles", "export"],
        &["profiles", "enable", "Order SMS"],
        &["profiles", "delete", "Order SMS", "--yes"],
        &["profiles", "restore", "Order SMS"],
        &["deliveries", "list", "--json"],
        &["deliveries", "show", "0196ab70"],
        &["deliveries", "retry", "--all", "--yes"],
        &["deliveries", "cancel", "--all", "--yes"],
        &["deliveries", "pause"],
        &["deliveries", "resume"],
        &["deliveries", "prune", "--dry-run"],
        &["deliveries", "prune", "--older-than", "1d", "--yes"],
        &["preview", "Order SMS"],
        &["test", "Order SMS"],
        &["send", "Order SMS"],
        &["send", "--from", "-"],
        &["variables", "set", "sms-send", "order", "--sample", "7"],
        &["variables", "remove", "sms-send", "order"],
    ];
    let file = place.path("typo.db");
    for args in commands {
        let name = file.to_str().unwrap();
        let message = ["no database", name, "--db"];
        place.run(&[args, &["--db", name]].concat()).refused(2, &message);
        // The database of these tests is usually named by RINGBACK_DB.
        place.run(args).refused(2, &["no database", "ringback.db", "RINGBACK_DB"]);
    }
    assert!(!file.exists() && !place.db().exists());
    let variables = place.run(&["variables"]);
    assert_eq!(variables.code, Some(0), "the catalogue is in no database");
    assert!(variables.err.contains("own variables are not listed: no database"), "{variables:?}");
}

#[test]
fn default_files_are_in_the_xdg_folders() {
    let place = Place::new();
    std::fs::create_dir_all(place.path("config/ringback")).unwrap();
    place.file("config/ringback/config.toml", "region = \"SG\"\n");
    let mut command = place.command(&["profiles", "apply", &place.file("p.json", PROFILE)]);
    command.env_remove("RINGBACK_DB");
    command.env("XDG_CONFIG_HOME", place.path("config")).env("XDG_DATA_HOME", place.path("data"));
    let made = ran(command);
    assert!(made.out.starts_with("SG_"), "{made:?}");
    assert!(place.path("data/ringback/ringback.db").exists());
}

const PROFILE: &str = r#"{"title": "Order SMS", "channel": "sms", "url": "https://hooks.example/cb"}"#;

#[test]
fn invalid_settings_are_reported_and_stop_nothing() {
    let place = Place::new();
    let config = place.file("my.toml", "region = \"EU\"\n\nnetwrok = \"public\"\nextended_retries = 3\n");
    let profile = place.file("p.json", PROFILE);
    let made = place.run(&["--config", &config, "profiles", "apply", &profile]);
    assert_eq!(made.code, Some(0));
    assert!(made.out.starts_with("EU_"), "{made:?}");
    assert!(made.err.contains("my.toml:3: unknown setting `netwrok` (did you mean `network`?)"), "{made:?}");
    assert!(made.err.contains("my.toml:4: extended_retries must be true or false"), "{made:?}");

    let broken = place.file("broken.toml", "region = \"EU\"\nregion\n");
    let made = place.run(&["profiles", "apply", &profile, "--config", &broken]);
    assert!(made.out.starts_with("IN_") && made.err.contains("broken.toml:2: "), "{made:?}");
}

/// The example in the manual is accepted unchanged.
#[test]
fn the_settings_of_the_manual_are_valid() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/settings.md")).unwrap();
    let blocks: Vec<&str> =
        page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        let place = Place::new();
        place.settings(block);
        let listed = place.run(&["profiles", "list"]);
        assert!(!listed.err.contains("config.toml"), "{listed:?}");
        let doctor = place.run(&["doctor", "--json"]).json();
        let finding = &doctor["findings"][0];
        assert_eq!((&finding["topic"], &finding["state"]), (&"settings".into(), &"ok".into()), "{finding}");
    }
}

#[test]
fn invalid_key_bindings_are_reported_with_their_line() {
    let place = Place::new();
    let keys =
        "theme = \"mono\"\n[keys]\nprofiles-new = \"e\"\nfly = \"x\"\neditor-save = 5\nquit = \"alt+q\"\n";
    let config = place.file("keys.toml", keys);
    let ran = place.run(&["profiles", "apply", &place.file("p.json", PROFILE), "--config", &config]);
    assert_eq!(ran.code, Some(0));
    for output in [
        "keys.toml:3: profiles-new: e is Edit already (profiles-edit) · it stays on n",
        "keys.toml:4: unknown action fly",
        "keys.toml:5: editor-save: must be a string",
        "keys.toml:6: quit: Alt+q cannot be bound: desktops and terminals keep Alt · it stays on q Ctrl+C",
    ] {
        assert!(ran.err.contains(output), "{output}: {}", ran.err);
    }
}

#[test]
fn settings_change_what_is_allowed() {
    let place = Place::new();
    let profile = r#"{"title": "Old host", "url": "http://hooks.example/cb",
                      "retry": {"count": 4, "interval_s": 1, "timeout_ms": 500}}"#;
    let profile = place.file("p.json", profile);
    let message = ["url: plain http", "retry.count: 0, 1 or 2; more needs the setting extended_retries"];
    place.run(&["profiles", "apply", &profile]).refused(2, &message);
    let config = place.file("c.toml", "allow_insecure_http = true\nextended_retries = true\n");
    let mut command = place.command(&["profiles", "apply", &profile]);
    command.env("RINGBACK_CONFIG", config);
    assert_eq!(ran(command).code, Some(0));
}

#[test]
fn a_closed_pipe_ends_a_command_quietly() {
    let place = Place::new();
    for args in [&["variables"][..], &["variables", "--json"], &["--help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = place.command(args);
        command.env_remove("RINGBACK_DB").stdout(writer);
        let child = command.spawn().unwrap();
        drop(command);
        let ran = finish(child);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{args:?}");
    }
}
