//! Encrypted values: the result for each is reported, and the key is never printed.

use std::io::Write as _;

use serde_json::json;

use super::*;
use crate::support::cli::Place;

/// The key and IV of these tests, and `DELIVRD` encrypted with them.
const CFB: (&str, &str) = ("AES-128-CFB:K1abcdefghijkl2P:POabcdefghijklLY", "6+sHPg0LMg==");
const GCM: (&str, &str) =
    ("AES-256-GCM:K1abcdefghijkl2Pmnopqrstuvwxyz01:POabcdefghijklLY", "nu/Sw5YNZbs5Z9MTJ7XvxVJAq/j6Xk4=");

/// The same with another key.
fn other_key(with: &str) -> String {
    with.replace("K1abc", "K2abc")
}

/// Sends an encrypted and a plain value, and returns the lines with the values.
fn shown(running: &mut Running, sent: &str) -> [String; 2] {
    running.curl(&["--data-urlencode", &format!("status={sent}"), "-d", "text=not+base64"]);
    let mut line = running.line();
    while !line.starts_with("    status = ") {
        line = running.line();
    }
    [line, running.line()].map(|line| line.trim().to_owned())
}

#[test]
fn each_value_says_whether_it_was_decrypted() {
    let unlike = "(not decrypted: wrong key or IV, or not encrypted)";
    for ((with, sent), right) in [(CFB, "(decrypted, unverified)"), (GCM, "(decrypted)")] {
        let mut running = Running::start(&["--decrypt", with]);
        let announced = running.line();
        assert_eq!(announced.contains("cannot verify the key"), with.contains("CFB"), "{announced}");
        let plain = "text = not base64";
        assert_eq!(shown(&mut running, sent), [&format!("status = DELIVRD  {right}"), plain]);
        let mut running = Running::start(&["--decrypt", &other_key(with)]);
        assert_eq!(shown(&mut running, sent), [&format!("status = {sent}  {unlike}"), plain]);
    }
}

#[test]
fn json_lists_the_decrypted_values() {
    for ((with, sent), reason) in [(CFB, "unreadable"), (GCM, "tag_mismatch")] {
        let body = json!({"status": sent, "plain": "not base64", "list": [{"a/b": sent}]}).to_string();
        let document = |with: &str| -> Value {
            let mut running = Running::start(&["--json", "--decrypt", with]);
            running.curl(&["-H", "Content-Type: application/json", "-d", &body]);
            serde_json::from_str(&running.line()).unwrap()
        };
        let right = document(with);
        assert_eq!(
            right["fields"],
            json!({"status": "DELIVRD", "plain": "not base64", "list": [{"a/b": "DELIVRD"}]})
        );
        assert_eq!(right["decrypted"], json!(["/status", "/list/0/a~1b"]));
        assert_eq!(right["not_decrypted"], json!([]));
        assert_eq!(right["body"], body, "the body is as it was sent");
        let wrong = document(&other_key(with));
        assert_eq!(wrong["fields"].to_string(), body);
        assert_eq!(wrong["decrypted"], json!([]));
        let failed = wrong["not_decrypted"].as_array().unwrap();
        assert_eq!(failed.iter().map(|one| &one["field"]).collect::<Vec<_>>(), ["/status", "/list/0/a~1b"]);
        assert!(failed.iter().all(|one| one["reason"] == reason && one["message"].is_string()), "{wrong}");
    }
}

#[test]
fn the_key_comes_from_a_file_or_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    for end in ["", "\n", "\r\n"] {
        std::fs::write(&file, format!("{}{end}", GCM.0)).unwrap();
        let mut running = Running::start(&["--decrypt-file", file.to_str().unwrap()]);
        assert_eq!(running.line(), "decrypting values with AES-256-GCM\n");
        assert_eq!(shown(&mut running, GCM.1)[0], "status = DELIVRD  (decrypted)");
        let cmdline = std::fs::read(format!("/proc/{}/cmdline", running.child.id())).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&cmdline).contains("K1abc"));
    }
    let mut command = receive(&["--listen", "0", "--decrypt-file", "-"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", GCM.0).unwrap();
    let mut running = Running::of(child, false);
    assert_eq!(running.line(), "decrypting values with AES-256-GCM\n");
    assert_eq!(shown(&mut running, GCM.1)[0], "status = DELIVRD  (decrypted)");
}

#[test]
fn the_key_comes_from_a_profile() {
    let place = Place::new();
    let profile = |title: &str| {
        json!({"title": title, "channel": "sms", "url": "http://127.0.0.1:9/cb",
            "body": "{\"status\": \"<status>\"}"})
    };
    let mut fixed = profile("Fixed vector");
    fixed["enc"] = json!({"algo": "AES-128-CFB", "key": "K1abcdefghijkl2P", "IV": "POabcdefghijklLY"});
    let mut random = profile("Random vectors");
    random["enc"] =
        json!({"algo": "AES-256-GCM", "key": "K1abcdefghijkl2Pmnopqrstuvwxyz01", "random_iv": true});
    place.apply(&json!([fixed, random, profile("Plain")]));
    for (title, unverified) in [("Fixed vector", ", unverified"), ("Random vectors", "")] {
        let mut command = place.command(&["receive", "--listen", "0", "--decrypt-profile", title]);
        let mut running = Running::of(command.spawn().unwrap(), false);
        assert!(running.line().starts_with("decrypting values with AES-"));
        // As sent by the profile itself.
        let preview = place.run(&["preview", title, "--json", "--set", "status=DELIVRD"]).json();
        let sent: Value = serde_json::from_str(preview["request"]["body"].as_str().unwrap()).unwrap();
        let line = &shown(&mut running, sent["status"].as_str().unwrap())[0];
        assert_eq!(line, &format!("status = DELIVRD  (decrypted{unverified})"));
    }
    for (title, why) in [("Plain", "profile 'Plain' has no encryption"), ("Nothing", "no profile 'Nothing'")]
    {
        place.run(&["receive", "--listen", "0", "--decrypt-profile", title]).refused(2, &[why]);
    }
}

#[test]
fn key_options_exclude_each_other() {
    let place = Place::new();
    let key = place.file("key", CFB.0);
    let both = place.run(&["receive", "--decrypt-file", &key, "--decrypt-profile", "x"]);
    both.refused(2, &["cannot be used with"]);
    place
        .run(&["receive", "--decrypt-file", "/nowhere"])
        .refused(2, &["--decrypt-file: /nowhere: there is no such file"]);
    place.run(&["receive", "--decrypt-file", "/dev/zero"]).refused(2, &["has more than 4096 bytes"]);
    let help = place.run(&["receive", "--help"]).out;
    let words: Vec<&str> = help.split_whitespace().collect();
    assert!(
        words.join(" ").contains("list of processes: prefer --decrypt-profile or --decrypt-file"),
        "{help}"
    );
}

#[test]
fn an_invalid_key_is_not_printed() {
    let place = Place::new();
    for with in ["AES-192-CFB:mykeymykeymykey1:myivmyivmyivmyiv", "AES:mykeymykeymykey1:myiv", "mykeymykey"] {
        let file = place.file("key", with);
        for arguments in [
            vec!["--decrypt", with],
            vec!["--decrypt", with, "--decrypt", with],
            vec!["--decrypt-file", &file],
            vec!["--decrypt", with, "--decrypt-file", &file],
        ] {
            let ran = place.run(&[&["receive"], &arguments[..]].concat());
            ran.refused(2, &["--decrypt"]);
            assert!(!ran.err.contains("mykey") && !ran.err.contains("myiv"), "{ran:?}");
        }
    }
}
