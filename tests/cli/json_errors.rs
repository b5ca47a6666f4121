//! With `--json`, every command reports its error as one JSON document: the last line of standard error. The exit code is
//! that of the document, and standard output has nothing.

use crate::support::cli::{Place, Ran};
use serde_json::{Value, json};

/// The commands below one, by the help of the program.
fn commands(place: &Place, path: &[String]) -> Vec<(Vec<String>, String)> {
    let arguments: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
    let help = place.run(&arguments).out;
    let listed =
        help.split("\nCommands:\n").nth(1).unwrap_or("").split("\n\n").next().unwrap_or("").to_owned();
    let names =
        listed.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next().map(str::to_owned));
    let names: Vec<String> = names.filter(|name| !name.is_empty() && name != "help").collect();
    let mut all = vec![(path.to_vec(), help)];
    for name in names {
        all.extend(commands(place, &[path, &[name]].concat()));
    }
    all
}

/// The error, which is the last line of standard error.
#[track_caller]
fn error(ran: &Ran) -> Value {
    assert_eq!(ran.out, "", "{ran:?}");
    let last = ran.err.lines().last().unwrap_or("");
    let document: Value = serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    let error = document["error"].clone();
    assert_eq!(error["exit"].as_i64(), ran.code.map(i64::from), "{ran:?}");
    for name in ["kind", "message", "what"] {
        assert!(error[name].as_str().is_some_and(|text| !text.is_empty()), "{name}: {ran:?}");
    }
    error
}

#[test]
fn every_command_reports_errors_as_json() {
    let place = Place::new();
    // A text where the database should be.
    std::fs::write(place.db(), "this is a text, and long enough to be no database").unwrap();
    let profile = place.file("profile.json", "[]");
    let mut of_database = 0;
    let all = commands(&place, &[]);
    let with_json = all.iter().filter(|(_, help)| help.contains("--json"));
    let with_json: Vec<Vec<&str>> =
        with_json.map(|(path, _)| path.iter().map(String::as_str).collect()).collect();
    assert!(with_json.len() > 25, "{with_json:?}");
    for path in with_json {
        let unknown = place.run(&[&path[..], &["--json", "--no-such-option"]].concat());
        let found = error(&unknown);
        assert_eq!((&found["kind"], unknown.code), (&json!("usage"), Some(2)), "{path:?}");
        assert!(found["message"].as_str().unwrap().contains("--no-such-option"), "{found}");

        let more: &[&str] = match path[..] {
            ["profiles", "list" | "export"]
            | ["variables" | "stats" | "senders" | "work"]
            | ["deliveries", "list" | "pause" | "resume"]
            | ["alerts" | "keys", "list"]
            | ["db", "check"] => &[],
            ["profiles", "apply"] => &[&profile],
            ["profiles", "delete"] => &["IN_1", "--yes"],
            ["profiles", "show" | "enable" | "disable" | "restore"] | ["preview" | "test"] => &["IN_1"],
            ["variables", "add" | "remove"] => &["sms-send", "order"],
            ["variables", "set"] => &["sms-send", "order", "--sample", "7"],
            ["send"] => &["IN_1", "--no-wait"],
            ["deliveries", "show"] => &["01234567"],
            ["deliveries", "retry" | "resend" | "cancel"] => &["--all", "--yes"],
            ["deliveries", "prune"] => &["--yes"],
            ["keys", "create"] => &["shop", "--scope", "send"],
            ["keys", "revoke"] => &["shop"],
            ["db", "backup"] => &["new.db"],
            // Groups, and commands that need no database or report what is wrong with it.
            _ => continue,
        };
        let refused = place.run(&[&path[..], more, &["--json"]].concat());
        let found = error(&refused);
        let file = place.db();
        assert_eq!(
            (&found["kind"], found["where"].as_str(), refused.code),
            (&json!("storage"), file.to_str(), Some(2)),
            "{path:?}: {found}"
        );
        assert_eq!(found["fix"], "name another file with --db", "{found}");
        assert_eq!(refused.err.lines().count(), 1, "{refused:?}");
        of_database += 1;
    }
    assert!(of_database > 20, "{of_database}");
}

#[test]
fn errors_of_each_kind_say_what_where_and_how_to_fix_it() {
    let place = Place::new();
    place.apply(
        &json!([{"title": "Order SMS", "channel": "sms", "url": "http://127.0.0.1:9/", "body": "{}"}]),
    );
    let profiles = place.run(&["profiles", "list", "--jsno", "--json"]);
    let found = error(&profiles);
    assert_eq!(found["fix"], "a similar argument exists: '--json'", "{found}");
    let missing = error(&place.run(&["deliveries", "--json"]));
    assert!(
        missing["kind"] == "usage" && missing["what"].as_str().unwrap().contains("subcommand"),
        "{missing}"
    );
    let input = error(&place.run(&["profiles", "show", "Nothing", "--json"]));
    assert_eq!(input["kind"], "input", "{input}");
    assert!(input["message"].as_str().unwrap().contains("`ringback profiles list` lists all"), "{input}");
    // Without a terminal nobody can confirm.
    let asked = error(&place.run(&["profiles", "delete", "Order SMS", "--json"]));
    assert!(asked["message"].as_str().unwrap().contains("--yes"), "{asked}");
    let text = place.run(&["profiles", "show", "Nothing"]);
    assert!(text.err.starts_with("ringback: no profile"), "without --json it is text: {text:?}");
    let named = place.run(&["profiles", "show", "--", "--json"]);
    assert!(named.err.starts_with("ringback: no profile '--json'"), "it is no option: {named:?}");
}
