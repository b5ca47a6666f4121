//! `ringback completions`, used by the shells themselves: they offer what the database has, quoted as each shell needs it,
//! make no database, and never print an error.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::cli::{Place, Ran, ran};
use crate::support::needs;
use rusqlite::Connection;
use serde_json::json;

/// A place with profiles whose titles must be quoted, and the id of a delivery.
fn filled() -> (Place, String) {
    let place = Place::new();
    let titles = ["Order SMS", "Order 5 now", "Shop-orders", "Bookings"];
    let profile =
        |title: &&str| json!({"title": title, "channel": "sms", "url": "http://127.0.0.1:9/", "body": "{}"});
    place.apply(&titles.iter().map(profile).collect());
    // No title has these characters today; a shell would take them for its own.
    let db = Connection::open(place.db()).unwrap();
    for (was, title) in [("Order 5 now", "Order $5 \"now\""), ("Shop-orders", "Shop:orders")] {
        assert_eq!(db.execute("UPDATE profile SET title = ?2 WHERE title = ?1", (was, title)).unwrap(), 1);
    }
    drop(db);
    let sent = place.run(&["send", "Bookings", "--no-wait"]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let listed = place.run(&["deliveries", "list", "--json"]).json();
    let id = listed[0]["delivery_id"].as_str().unwrap().to_owned();
    (place, id)
}

/// A shell in which `ringback` is the program.
fn shell(place: &Place, program: &str, args: &[&str]) -> Command {
    let command = place.command(&[]);
    let folder = Path::new(command.get_program()).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new(program);
    shell.args(args).env_clear().env("PATH", path).env("TERM", "dumb").env("LANG", "C.UTF-8");
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    shell
}

/// What bash offers for a line, as it calls the function for it.
fn bash(place: &Place, line: &str) -> Vec<String> {
    let script = place.file("ringback.bash", &place.run(&["completions", "bash"]).out);
    // bash ends words at colons and equals signs as well.
    let quote = line.find(['"', '\'']);
    let current = quote.map_or_else(|| line.rsplit([' ', ':', '=']).next().unwrap(), |at| &line[at..]);
    let complete = r#"
        set -u
        source "$1"
        complete -p ringback >/dev/null || exit 9
        COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDS=("$3") COMP_CWORD=0
        _ringback ringback "$3" ringback
        [ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let args = ["--norc", "--noprofile", "-c", complete, "bash", &script, line, current];
    let done = ran(shell(place, "bash", &args));
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{line}: {done:?}");
    done.out.lines().map(str::to_owned).collect()
}

#[test]
fn bash_offers_what_fits() {
    let (place, id) = filled();
    assert_eq!(bash(&place, "ringback prof"), ["profiles"]);
    let actions = bash(&place, "ringback profiles ");
    for action in ["list", "show", "apply", "delete", "export"] {
        assert!(actions.iter().any(|one| one == action), "{action}: {actions:?}");
    }
    assert_eq!(bash(&place, "ringback deliveries list --state fa"), ["failed"]);
    assert_eq!(bash(&place, "ringback deliveries list --state=fa"), ["failed"]);
    assert_eq!(bash(&place, "ringback deliveries list --fol"), ["--follow"]);
    assert_eq!(bash(&place, "ringback config show keep_de"), ["keep_deliveries"]);
    assert_eq!(bash(&place, "ringback test Bookings --event sms-se"), ["sms-send"]);
    place.run(&["variables", "samples", "add", "sms-send", "my refund", "--set", "status=FAILED"]);
    assert_eq!(bash(&place, "ringback test Bookings --sample my"), [r"my\ refund"]);
    let samples = bash(&place, "ringback preview Bookings --sample de");
    assert!(samples.iter().any(|sample| sample == "delivered"), "{samples:?}");
    // As a person would have to type them.
    assert_eq!(bash(&place, "ringback profiles show or"), [r#"Order\ \$5\ \"now\""#, r"Order\ SMS"]);
    assert_eq!(bash(&place, "ringback profiles show \"Order "), [r#"Order \$5 \"now\""#, "Order SMS"]);
    assert_eq!(bash(&place, "ringback profiles show 'Order S"), ["Order SMS"]);
    assert_eq!(bash(&place, "ringback profiles show Shop:o"), ["orders"]);
    assert_eq!(bash(&place, &format!("ringback deliveries show {}", &id[..6])), [id]);
    assert_eq!(bash(&place, "ringback keys revoke "), [""; 0]);
    assert_eq!(bash(&place, "ringback profiles apply "), [""; 0], "files, by bash itself");
}

/// Whatever is wrong, there is nothing to see.
#[test]
fn there_is_never_an_error_or_a_new_database() {
    let place = Place::new();
    let show = ["complete", "zsh", "--", "profiles", "show", ""];
    let silent = |ran: &Ran| {
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""), "{ran:?}");
    };
    silent(&place.run(&show));
    silent(&place.run_unnamed(&show));
    assert!(!place.db().exists() && !place.usual_db().exists() && !place.path(".local").exists());
    std::fs::write(place.db(), "this is a text, and long enough to be no database").unwrap();
    silent(&place.run(&show));
    place.settings("no toml");
    silent(&place.run(&show));
    silent(&place.run(&["complete", "bash", "--", "ringback", "x"]));
    // A server that accepts connections and never responds: other commands wait for it.
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://ringback@{}/none", server.local_addr().unwrap());
    let on_server = |args: &[&str]| {
        let mut command = place.command(args);
        command.env("RINGBACK_DB", &url).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let mut waiting = on_server(&["profiles", "list"]).spawn().unwrap();
    let mut asked = on_server(&show);
    asked.stdout(Stdio::piped()).stderr(Stdio::piped());
    silent(&ran(asked));
    assert_eq!(waiting.try_wait().unwrap(), None, "completions gave up first");
    waiting.kill().unwrap();
    waiting.wait().unwrap();
    // An earlier file stays as it is.
    let from = format!("{}/tests/durability/earlier/schema-12.db", env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(&from, place.db()).unwrap();
    silent(&place.run(&show));
    assert_eq!(std::fs::read(place.db()).unwrap(), std::fs::read(from).unwrap());
}

/// What is in the line of an interactive zsh after Tab was pressed at its end. zsh completes only while somebody types, so
/// another zsh does.
fn zsh(place: &Place, line: &str) -> String {
    let script = place.file("_ringback", &place.run(&["completions", "zsh"]).out);
    let (ready, typed) = (place.path("ready"), place.path("typed"));
    for file in [&ready, &typed] {
        let _ = std::fs::remove_file(file);
    }
    let start = place.file(
        "start.zsh",
        &format!(
            "autoload -Uz compinit; compinit -u -D; source {script}; bindkey '^I' complete-word\n\
             dump() {{ print -r -- \"$BUFFER\" > {typed}.new && mv {typed}.new {typed} }}\n\
             zle -N dump; bindkey '^X' dump; : > {ready}\n",
            typed = typed.display(),
            ready = ready.display(),
        ),
    );
    let typing = r#"
        zmodload zsh/zpty
        await() { local n; for n in {1..600}; do [[ -e $1 ]] && return; sleep 0.05; done; exit 9 }
        zpty -b typed zsh -f -i
        zpty -w typed "source $1"
        await $2
        zpty -w -n typed "$4"$'\t'
        zpty -w -n typed $'\x18'
        await $3
        zpty -d typed
    "#;
    let [ready, file] = [&ready, &typed].map(|file| file.to_str().unwrap());
    let done = ran(shell(place, "zsh", &["-f", "-c", typing, "zsh", &start, ready, file, line]));
    assert_eq!(done.code, Some(0), "{line}: {done:?}");
    std::fs::read_to_string(typed).unwrap().trim_end().to_owned()
}

#[test]
fn zsh_completes_what_is_typed() {
    if needs::program("zsh").is_none() {
        return;
    }
    let (place, id) = filled();
    for (typed, completed) in [
        ("ringback prof", "ringback profiles"),
        ("ringback deliveries list --state fa", "ringback deliveries list --state failed"),
        ("ringback profiles show 'Order S", "ringback profiles show 'Order SMS'"),
        (r"ringback profiles show Order\ S", r"ringback profiles show Order\ SMS"),
        ("ringback profiles show Shop:o", "ringback profiles show Shop:orders"),
        (r"ringback profiles show Order\ \$", r#"ringback profiles show Order\ \$5\ \"now\""#),
    ] {
        assert_eq!(zsh(&place, typed), completed);
    }
    let show = "ringback deliveries show";
    assert_eq!(zsh(&place, &format!("{show} {}", &id[..6])), format!("{show} {id}"));
}

#[test]
fn fish_offers_what_fits() {
    if needs::program("fish").is_none() {
        return;
    }
    let (place, id) = filled();
    let script = place.file("ringback.fish", &place.run(&["completions", "fish"]).out);
    let offered = |line: &str| {
        let complete = "source $argv[1]; complete -C $argv[2]";
        let done = ran(shell(&place, "fish", &["--no-config", "-c", complete, &script, line]));
        assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{line}: {done:?}");
        done.out.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(offered("ringback prof"), ["profiles"]);
    assert_eq!(offered("ringback deliveries list --state fa"), ["failed"]);
    // fish quotes what it inserts.
    assert_eq!(offered("ringback profiles show Ord"), ["Order $5 \"now\"", "Order SMS"]);
    assert_eq!(offered("ringback profiles show 'Order S"), ["Order SMS"]);
    assert_eq!(offered("ringback profiles show Shop:o"), ["Shop:orders"]);
    assert_eq!(offered(&format!("ringback deliveries show {}", &id[..6])), [id]);
}

#[test]
fn every_shell_has_completions() {
    let place = Place::new();
    for shell in ["bash", "elvish", "fish", "powershell", "Zsh"] {
        let script = place.run(&["completions", shell]);
        assert_eq!((script.code, script.err.as_str()), (Some(0), ""));
        assert!(script.out.contains("ringback"), "{shell}");
    }
    place.run(&["completions", "sushi"]).refused(2, &["sushi", "bash", "fish"]);
    place.run(&["completions"]).refused(2, &["<SHELL>"]);
}
