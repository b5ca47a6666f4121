//! `ringback doctor`, run for real: what it finds, what to fix, and that it changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::support::cli::{Place, Ran};
use serde_json::{Value, json};

/// The program in a minimal environment: no tmux, no SSH, a UTF-8 locale.
fn doctor(place: &Place, args: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = place.command(&[&["doctor"], args].concat());
    for name in
        ["TMUX", "STY", "SSH_CONNECTION", "SSH_TTY", "DISPLAY", "WAYLAND_DISPLAY", "LC_ALL", "LC_CTYPE"]
    {
        command.env_remove(name);
    }
    command.env("LANG", "C.UTF-8").envs(variables.iter().copied());
    let done = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: done.status.code(), out: text(done.stdout), err: text(done.stderr) }
}

fn findings(ran: &Ran) -> Vec<Value> {
    let document: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran:?}"));
    assert_eq!(document["ok"], json!(ran.code == Some(0)), "{ran:?}");
    document["findings"].as_array().unwrap().clone()
}

fn of<'a>(findings: &'a [Value], topic: &str, state: &str) -> &'a Value {
    let fits = |f: &&Value| f["topic"] == topic && f["state"] == state;
    findings.iter().find(fits).unwrap_or_else(|| panic!("no {topic} that is {state}: {findings:#?}"))
}

/// All files in a folder, with their bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), if path.is_dir() { Vec::new() } else { fs::read(path).unwrap() }))
        .collect()
}

fn profile() -> Value {
    json!({"title": "Order SMS", "channel": "sms", "url": "http://127.0.0.1:9/cb", "body": "id=<id>"})
}

#[test]
fn a_new_machine_has_no_problems_and_no_files_are_created() {
    let place = Place::new();
    let ran = doctor(&place, &[], &[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.out.contains("is not there yet\n") && ran.out.contains("check --db or RINGBACK_DB"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("defaults apply") && ran.out.ends_with("\nNo problems found.\n"), "{}", ran.out);
    assert!(files(&place.path("")).is_empty());
    let ran = place.run_unnamed(&["doctor"]);
    assert!(ran.out.contains("is not there yet: the first session creates it"), "{}", ran.out);
}

#[test]
fn a_healthy_database_is_reported_and_not_changed() {
    let place = Place::new();
    place.apply(&profile());
    let before = files(&place.path(""));
    let ran = doctor(&place, &["--json"], &[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let found = findings(&ran);
    let database = of(&found, "database", "ok")["found"].as_str().unwrap();
    assert!(database.contains("ringback.db: ") && database.contains("mode 0600, sound"), "{database}");
    assert_eq!(of(&found, "sender", "ok")["found"], "no active sender; 0 deliveries are pending");
    assert!(of(&found, "certificates", "ok")["found"].as_str().unwrap().ends_with("are trusted"));
    assert_eq!(files(&place.path("")), before, "looking changes nothing");
}

#[test]
fn problems_are_reported_with_their_fix() {
    let place = Place::new();
    place.file("ringback.db", "this is no database at all, whatever its name says");
    let config = place.file("config.toml", "theme = \"blue\"\n\nbordes = 1\n");
    let ran = doctor(&place, &["--json", "--config", &config], &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let found = findings(&ran);
    let database = of(&found, "database", "problem");
    assert!(database["found"].as_str().unwrap().ends_with("is not a database"), "{database}");
    assert_eq!(database["mend"], "name another file with --db");
    let settings: Vec<_> = found.iter().filter(|f| f["topic"] == "settings").collect();
    assert_eq!(settings.len(), 2, "{settings:#?}");
    assert!(settings.iter().all(|f| f["found"].as_str().unwrap().contains("config.toml:")));
    let text = doctor(&place, &["--config", &config], &[]);
    assert_eq!(text.code, Some(1));
    assert!(text.out.ends_with("\n3 problems found.\n"), "{}", text.out);
}

#[test]
fn a_database_readable_by_others_is_noted() {
    let place = Place::new();
    place.apply(&profile());
    fs::set_permissions(place.db(), fs::Permissions::from_mode(0o644)).unwrap();
    let ran = doctor(&place, &["--json"], &[]);
    assert_eq!(ran.code, Some(0));
    let found = findings(&ran);
    assert!(
        of(&found, "database", "note")["found"]
            .as_str()
            .unwrap()
            .contains("other users may read it (mode 0644)")
    );
    let mode = fs::metadata(place.db()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o644, "it is told, not mended");
}

#[test]
fn terminal_and_clipboard_are_reported() {
    let place = Place::new();
    let over_ssh =
        doctor(&place, &["--json"], &[("SSH_CONNECTION", "1 2 3 4"), ("LANG", "C"), ("NO_COLOR", "1")]);
    let found = findings(&over_ssh);
    assert!(of(&found, "clipboard", "note")["found"].as_str().unwrap().contains("OSC 52"));
    assert_eq!(of(&found, "locale", "note")["found"], "LANG=C: the console uses ASCII");
    assert_eq!(of(&found, "colours", "note")["found"], "NO_COLOR=1: the console uses no colours");
    assert_eq!(of(&found, "terminal", "note")["found"], "none here");
    let no_tmux = doctor(&place, &["--json"], &[("TMUX", "/nowhere,1,0"), ("PATH", "/nowhere")]);
    assert_eq!(no_tmux.code, Some(1));
    of(&findings(&no_tmux), "clipboard", "problem");
}

#[test]
fn missing_certificates_are_a_problem() {
    let place = Place::new();
    let none = place.file("none.pem", "");
    let folder = place.path("certs");
    fs::create_dir(&folder).unwrap();
    let variables = [("SSL_CERT_FILE", none.as_str()), ("SSL_CERT_DIR", folder.to_str().unwrap())];
    let ran = doctor(&place, &["--json"], &variables);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let found = findings(&ran);
    let reported = of(&found, "certificates", "problem");
    assert!(reported["mend"].as_str().unwrap().contains("ca-certificates"), "{reported}");
}

#[test]
fn the_profile_of_alerts_is_looked_up() {
    let place = Place::new();
    place.settings("alert_profile = \"Pager\"\n");
    let judged = || {
        let found = findings(&doctor(&place, &["--json"], &[]));
        let found = found.iter().find(|finding| finding["topic"] == "alert_profile").cloned();
        found.map(|found| (found["state"].clone(), found["found"].as_str().unwrap().to_owned()))
    };
    assert_eq!(judged(), None, "there is no database");
    let pager = json!({"title": "Pager", "channel": "default", "url": "https://pager.example/x"});
    let id = place.apply(&pager).remove(0);
    let is = |state: &str, what: &str| {
        let (found_state, found) = judged().unwrap();
        assert!(found_state == state && found.contains(what), "{found_state} {found}");
    };
    is("ok", "'Pager' accepts alerts");
    place.run(&["deliveries", "pause", &id]);
    is("note", "alerts wait: 'Pager' has been paused since");
    place.run(&["deliveries", "resume", &id]);
    place.run(&["profiles", "disable", &id]);
    is("problem", "'Pager' is disabled: it accepts no alerts");
    place.run(&["profiles", "enable", &id]);
    let another = place.apply(&pager).remove(0);
    is("problem", "'Pager' names 2 profiles");
    for id in [&id, &another] {
        assert_eq!(place.run(&["profiles", "delete", id, "--yes"]).code, Some(0));
    }
    is("problem", "'Pager' is not a profile of this database");
    let events = json!(["message_status", "incoming_message"]);
    place.apply(
        &json!({"title": "Pager", "channel": "whatsapp", "events": events, "url": "https://pager.example/x"}),
    );
    is("problem", "'Pager' has 2 events");
}

#[test]
fn where_alerts_are_given_is_shown_and_a_command_that_cannot_be_parsed_is_a_problem() {
    let place = Place::new();
    let found = findings(&doctor(&place, &["--json"], &[]));
    assert!(of(&found, "alerts", "ok")["found"].as_str().unwrap().starts_with("none are given"));
    let ran = place.path("ran");
    place.settings(&format!("on_alert = \"touch {}\"\nalert_profile = \"Pager\"\n", ran.display()));
    let found = findings(&doctor(&place, &["--json"], &[]));
    let note = of(&found, "alerts", "note");
    assert_eq!(note["found"], "given to a command (on_alert) and the profile 'Pager' (alert_profile)");
    assert!(!ran.exists(), "it is not run");
    place.settings("on_alert = \"if true; then\"\n");
    let found = findings(&doctor(&place, &["--json"], &[]));
    assert!(of(&found, "alerts", "problem")["found"].as_str().unwrap().starts_with("on_alert: "));
}
