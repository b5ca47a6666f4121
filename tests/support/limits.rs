//! Programs with limited resources.

use std::process::{Command, Stdio};

/// The stack size of a thread, by which threads are counted.
const STACK: u64 = 1 << 30;
/// Memory for everything else.
const REST: u64 = STACK / 4 * 3;

/// The command, run by a shell after this one, such as `ulimit -n 256`.
pub fn limited(command: &Command, limit: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{limit} && exec \"$0\" \"$@\"")]);
    shell.arg(command.get_program()).args(command.get_args());
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

/// The variables that make each thread of a program reserve a gigabyte of addresses, and the limit that leaves room
/// for this many besides the first. It needs no privileges and no other user, as a limit on processes would, and the
/// system refuses a thread in the same way (`EAGAIN`).
pub fn threads(most: u64) -> ([(&'static str, String); 2], String) {
    let variables = [("RUST_MIN_STACK", STACK.to_string()), ("MALLOC_ARENA_MAX", "1".to_owned())];
    (variables, format!("ulimit -v {}", (REST + most * STACK) / 1024))
}
