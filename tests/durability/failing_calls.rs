//! The real program with some of its system calls failing, by `strace`, if installed.

use std::process::{Command, Stdio};

use crate::support::cli::Place;
use crate::support::needs::skip;

/// The program with these system calls failing in this way, as in strace(1). None if that is impossible.
pub fn failing(place: &Place, calls: &str, how: &str, args: &[&str]) -> Option<Command> {
    let probe =
        Command::new("strace").args(["-f", "-e", "trace=fsync", "true"]).stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        skip("there is no strace here that may trace a program");
        return None;
    }
    let inner = place.command(args);
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null"]);
    command.args([format!("--trace={calls}"), format!("--inject={calls}:{how}")]);
    command.arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Some(command)
}
