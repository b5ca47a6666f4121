//! Where the key comes from, and that it goes nowhere else.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use super::{command, empty_place, remote};
use crate::support::cli::{Place, Ran, ran};
use crate::support::platform::{KEY, Platform, platform_profile};

/// The command without a key in the environment.
fn diff(place: &Place, platform: &Platform) -> Ran {
    let mut command = command(place, platform, &["diff"]);
    command.env_remove("RINGBACK_REMOTE_KEY");
    ran(command)
}

#[test]
fn the_key_is_read_from_a_command_or_a_private_file() {
    let place = empty_place();
    let platform = Platform::start(vec![]);
    diff(&place, &platform).refused(2, &["no key for the account", "RINGBACK_REMOTE_KEY", "key_command"]);
    let file = place.file("key", &format!("{KEY}\n"));
    place.settings(&format!("[remote]\nkey_command = \"cat {file}\"\n"));
    assert_eq!(diff(&place, &platform).code, Some(0));
    place.settings("[remote]\nkey_command = \"echo no entry >&2; exit 7\"\n");
    diff(&place, &platform).refused(2, &["key_command: the command ended with exit status: 7: no entry"]);
    place.settings(&format!("[remote]\nkey_file = \"{file}\"\n"));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    diff(&place, &platform).refused(2, &["can be read by other users: `chmod 600` it"]);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(diff(&place, &platform).code, Some(0));
    place.settings("[remote]\nkey = \"hush\"\n");
    let refused = diff(&place, &platform);
    assert!(refused.err.contains("a key must not be in the settings"), "{refused:?}");
    assert!(!refused.err.contains("hush"), "{refused:?}");
}

#[test]
fn the_account_can_be_in_the_settings() {
    let place = empty_place();
    let platform = Platform::start(vec![]);
    place.settings(&format!("[remote]\nurl = \"{}\"\naccount = \"HX1\"\ntimeout_s = 10\n", platform.url()));
    let mut command = place.command(&["remote", "diff", "--json"]);
    command.env("RINGBACK_REMOTE_KEY", KEY);
    let same = ran(command);
    assert_eq!(same.code, Some(0), "{same:?}");
    assert_eq!(same.json()["account"], format!("{}/v1/HX1/callback/profiles", platform.url()));
    place.run(&["remote", "diff", "--url", "http://hooks.example"]).refused(2, &["must begin with https://"]);
    // An empty variable is not set, also one of a command with commands of its own.
    let mut command = place.command(&["remote", "diff"]);
    command.env("RINGBACK_REMOTE_KEY", KEY).env("RINGBACK_REMOTE_URL", "").env("RINGBACK_REMOTE_ACCOUNT", "");
    assert_eq!(ran(command).code, Some(0));
    place.run(&["remote", "diff", "--account", "a/b"]).refused(2, &["the account ID must be"]);
    for end in ["/v1/", "/v1/HX1", "/v1/HX1/callback/profiles"] {
        let url = format!("{}{end}", platform.url());
        place.run(&["remote", "diff", "--url", &url]).refused(2, &["must end before /v1/"]);
    }
}

/// The key goes to no account that was not meant, and no password in a URL is shown.
#[test]
fn an_invalid_account_in_the_settings_is_reported_and_not_replaced() {
    let place = empty_place();
    let platform = Platform::start(vec![]);
    place.settings("[remote]\nurl = \"https://me:hush@api.example\"\naccount = \"HX1\"\n");
    let checked = place.run(&["config", "check"]);
    assert!(checked.code == Some(1) && checked.out.contains("no user and no password"), "{checked:?}");
    for args in
        [&["config", "show"][..], &["config", "show", "--json"], &["config", "check"], &["remote", "diff"]]
    {
        let mut command = place.command(args);
        command.env("RINGBACK_REMOTE_KEY", KEY);
        let done = ran(command);
        assert!(!done.out.contains("hush") && !done.err.contains("hush"), "{done:?}");
    }
    for faulty in
        ["[remote]\nurl = 1\n", "[remote]\nulr = \"https://a.example\"\n", "region = \"EUU\"\n", "]"]
    {
        place.settings(faulty);
        let mut command = place.command(&["remote", "diff", "--account", "HX1"]);
        command.env("RINGBACK_REMOTE_KEY", KEY);
        ran(command).refused(2, &["the URL of the account is not certain", "--url URL"]);
    }
    place.settings(
        "[remote]\nurl = \"http://api.example\"\naccount = \"a/b\"\nkey_command = \"a\"\nkey_file = \"b\"\n",
    );
    let checked = place.run(&["config", "check"]);
    assert_eq!(checked.out.matches("config.toml:").count(), 3, "{checked:?}");
    let _ = platform;
}

/// Neither the URL of a database, which may have a password, nor the key of another account.
#[test]
fn a_key_command_gets_no_variable_of_ours_and_may_not_last() {
    let place = empty_place();
    let platform = Platform::start(vec![]);
    let file = place.path("env");
    let text = format!("env > {}; echo {KEY}", file.display());
    place.settings(&format!("[remote]\nkey_command = \"{text}\"\n"));
    let mut command = command(&place, &platform, &["diff"]);
    command.env_remove("RINGBACK_REMOTE_KEY").env("PASSWORD_STORE_DIR", "/store");
    let done = ran(command);
    assert_eq!(done.code, Some(0), "{done:?}");
    let names = std::fs::read_to_string(file).unwrap();
    assert!(names.contains("PASSWORD_STORE_DIR=/store") && !names.contains("RINGBACK_"), "{names}");
    // As a program does that asks on the terminal.
    place.settings("[remote]\nkey_command = \"echo Password: >&2; kill -TTIN $$; sleep 1000\"\n");
    diff(&place, &platform).refused(2, &["key_command", "asked for something on the terminal", "Password:"]);
    place.settings("[remote]\nkey_command = \"if\"\n");
    let doctor = place.run(&["doctor"]);
    assert!(doctor.out.contains("key_command: "), "{doctor:?}");
}

#[test]
fn a_wrong_key_is_an_error_that_does_not_contain_it() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({}))]);
    let wrong = "wrong-key-0815";
    // A server that repeats what it got.
    platform.meddle(move |asked, _, _| {
        let key = asked.headers["api-key"].to_str().unwrap();
        let body = json!({"code": "RBC401", "message": format!("{key} is unknown"), "data": {}});
        Some(crate::support::platform::Wrong::new(401, body.to_string()))
    });
    let mut command = command(&place, &platform, &["pull"]);
    command.env("RINGBACK_REMOTE_KEY", wrong);
    let refused = ran(command);
    refused.refused(
        1,
        &["/v1/HX1/callback/profiles: the account refused the key (401: RBC401 (hidden) is unknown)"],
    );
    assert!(!refused.err.contains(wrong), "{refused:?}");
    assert_eq!(platform.requests(), ["GET"], "it is not tried again");
    // It is no argument.
    let given = remote(&place, &platform, &["pull", "--key", KEY]);
    assert_eq!(given.code, Some(2), "{given:?}");
}

#[test]
fn a_redirect_is_not_followed() {
    let place = empty_place();
    let other = Platform::start(vec![]);
    let platform = Platform::start(vec![]);
    let to = format!("{}{}", other.url(), crate::support::platform::PROFILES);
    platform.meddle(move |_, _, _| {
        let mut wrong = crate::support::platform::Wrong::new(302, "");
        wrong.headers = vec![("location", to.clone())];
        Some(wrong)
    });
    remote(&place, &platform, &["pull"])
        .refused(1, &["302, to http://127.0.0.1:", "redirects are not followed"]);
    assert!(other.requests().is_empty());
}

#[test]
fn the_key_is_in_no_file_and_no_output() {
    let place = empty_place();
    let platform = Platform::start(vec![platform_profile(1, json!({}))]);
    for args in [&["pull"][..], &["push", "--yes"], &["diff", "--json"], &["pull", "Nobody"]] {
        let done = remote(&place, &platform, args);
        assert!(!done.out.contains(KEY) && !done.err.contains(KEY), "{done:?}");
    }
    let mut folders = vec![place.path("")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
                continue;
            }
            files += 1;
            let bytes = std::fs::read(entry.path()).unwrap();
            let found = bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes());
            assert!(!found, "{}", entry.path().display());
        }
    }
    assert!(files > 0, "there is a database");
}
