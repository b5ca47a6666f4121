//! A settings file that cannot be read completely restricts everything that it may restrict: whatever the error is,
//! nothing is sent, every command reports it, and sending resumes once it is fixed.

use crate::support::cli::Place;
use crate::support::recorder::Recorder;
use serde_json::json;

/// Replaces the settings file, and returns the start of the report about it.
type Broken = fn(&Place) -> String;

fn text(place: &Place, bytes: &[u8], line: usize) -> String {
    place.settings("");
    std::fs::write(place.path(FILE), bytes).unwrap();
    format!("{FILE}:{line}: ")
}

const FILE: &str = ".config/ringback/config.toml";

const ALL: [(&str, Broken); 14] = [
    ("a syntax error", |place| text(place, b"network = \"public\"\ntheme =\n", 2)),
    ("a duplicate key", |place| text(place, b"network = \"public\"\nnetwork = \"operator\"\n", 2)),
    ("a conflict marker", |place| text(place, b"<<<<<<< HEAD\nnetwork = \"public\"\n", 1)),
    ("Latin-1", |place| {
        text(place, b"network = \"public\"\n# caf\xe9\n", 2);
        format!("{FILE}: line 2 is not UTF-8")
    }),
    ("NUL", |place| text(place, b"network = \"public\"\n\0\n", 2)),
    ("an unclosed list", |place| text(place, b"network_deny = [\"127.0.0.0/8\",\n", 1)),
    ("another table", |place| text(place, b"[keys]\nnetwork = \"public\"\n", 2)),
    ("another case", |place| text(place, b"Network = \"public\"\n", 1)),
    ("another spelling", |place| text(place, b"mouse = true\nnetwrok = \"public\"\n", 2)),
    ("no setting", |place| text(place, b"block = [\"127.0.0.0/8\"]\n", 1)),
    ("a slip with the value of another", |place| text(place, b"mouze = \"public\"\n", 1)),
    ("a bad entry", |place| text(place, b"network_deny = [\"127.0.0/8\"]\n", 1)),
    ("a folder", |place| {
        std::fs::create_dir_all(place.path(FILE)).unwrap();
        format!("{FILE}: is a folder")
    }),
    ("a pipe", |place| {
        place.settings("");
        std::fs::remove_file(place.path(FILE)).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(place.path(FILE)).status().unwrap().success());
        format!("{FILE}: is not a regular file")
    }),
];

#[test]
fn nothing_is_sent_until_the_file_is_fixed() {
    let endpoint = Recorder::taking();
    for (what, broken) in ALL {
        let place = Place::new();
        let id = place.apply(&endpoint.profile(0)).remove(0);
        let report = broken(&place);
        let refused = [report.as_str(), "`network` counts as \"public\"", "nothing is sent until"];
        for command in [&["test", &id][..], &["send", &id], &["work", "--until-idle"]] {
            place.run(command).refused(2, &refused);
        }
        let queued = place.run(&["send", &id, "--no-wait"]);
        assert_eq!(queued.code, Some(0), "{what}: {queued:?}");
        let saved = place.run_with_input(&["profiles", "apply", "-"], &endpoint.profile(0).to_string());
        saved.refused(2, &[&report, "is loopback, which network = \"public\" refuses"]);
        for command in [&["profiles", "list"][..], &["deliveries", "list"], &["variables"]] {
            let ran = place.run(command);
            assert_eq!(ran.code, Some(0), "{what}: {ran:?}");
            assert!(ran.err.contains(&report), "{what}: {ran:?}");
        }
        let doctor = place.run(&["doctor", "--json"]);
        let found = doctor.json()["findings"].clone();
        let problem = |finding: &serde_json::Value| {
            finding["state"] == json!("problem") && finding["found"].as_str().unwrap().contains(&report)
        };
        assert!(found.as_array().unwrap().iter().any(problem), "{what}: {found}");
        assert_eq!((doctor.code, doctor.err.as_str()), (Some(1), ""), "{what}");
        assert_eq!(endpoint.book().len(), 0, "{what}");

        let path = place.path(FILE);
        if path.is_dir() {
            std::fs::remove_dir(&path).unwrap();
        } else {
            std::fs::remove_file(&path).unwrap();
        }
        place.settings("network = \"operator\"\n");
        let worked = place.run(&["work", "--until-idle"]);
        assert_eq!(worked.code, Some(0), "{what}: {worked:?}");
        assert_eq!(endpoint.book().len(), 1, "{what}: what was queued meanwhile is sent");
        endpoint.book().clear();
    }
}

#[test]
fn a_named_file_must_exist() {
    let endpoint = Recorder::taking();
    let place = Place::new();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    place.run(&["--config", "none.toml", "test", &id]).refused(2, &["none.toml: there is no such file"]);
    assert_eq!(place.run(&["test", &id]).code, Some(0), "nobody has written one");
}
