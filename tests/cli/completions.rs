//! `ringback completions`, interpreted by the shells themselves.

use std::process::{Command, Stdio};

use crate::support::cli::{Place, ran};

#[test]
fn bash_loads_and_uses_completions() {
    let place = Place::new();
    let script = place.run(&["completions", "bash"]);
    assert_eq!((script.code, script.err.as_str()), (Some(0), ""));
    let file = place.file("ringback.bash", &script.out);
    // As the shell does for `ringback pro<Tab>`, and for `ringback profiles <Tab>`.
    let complete = r#"
        set -eu
        source "$1"
        complete -p ringback >&2
        COMP_WORDS=(ringback pro) COMP_CWORD=1
        _ringback ringback pro ringback
        echo "${COMPREPLY[@]}"
        COMP_WORDS=(ringback profiles '') COMP_CWORD=2
        _ringback ringback '' profiles
        echo "${COMPREPLY[@]}"
    "#;
    let mut bash = Command::new("bash");
    bash.args(["--norc", "--noprofile", "-c", complete, "bash", &file]);
    bash.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let completed = ran(bash);
    assert_eq!(completed.code, Some(0), "{completed:?}");
    assert_eq!(completed.err.lines().count(), 1, "only the registration: {completed:?}");
    let lines: Vec<&str> = completed.out.lines().collect();
    assert_eq!(lines[0], "profiles");
    for action in ["list", "show", "apply", "delete", "export"] {
        assert!(lines[1].split(' ').any(|word| word == action), "{action} in {}", lines[1]);
    }
    assert!(!place.db().exists());
}

#[test]
fn every_shell_has_completions() {
    let place = Place::new();
    for shell in ["bash", "elvish", "fish", "powershell", "Zsh"] {
        let script = place.run(&["completions", shell]);
        assert_eq!((script.code, script.err.as_str()), (Some(0), ""));
        assert!(script.out.contains("ringback") && script.out.contains("variables"), "{shell}");
    }
    place.run(&["completions", "sushi"]).refused(2, &["sushi", "bash", "fish"]);
    place.run(&["completions"]).refused(2, &["<SHELL>"]);
}
