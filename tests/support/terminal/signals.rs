//! Signals to a process, and what they make of its exit code.

use std::process::{Command, Stdio};

use portable_pty::ExitStatus;

/// Sends a signal to a process, or to a whole group when the target begins with `-`. That the target
/// is gone already is no failure. The shell's own `kill` is used: it is everywhere, and the program's
/// ban on unsafe code holds in its tests too.
pub fn send(name: &str, target: &str) {
    Command::new("/bin/sh")
        .args(["-c", "kill -s \"$1\" -- \"$2\"", "kill", name, target])
        .stderr(Stdio::null())
        .status()
        .expect("a shell to send a signal with");
}

/// The exit code as a shell gives it: the program's own, or 128 and the number of the signal.
pub fn exit_code(status: &ExitStatus) -> i32 {
    let Some(signal) = status.signal() else {
        return i32::try_from(status.exit_code()).unwrap_or(-1);
    };
    // The pseudo-terminal's library keeps only the words the system has for a signal.
    let words = [
        ("Hangup", 1),
        ("Interrupt", 2),
        ("Quit", 3),
        ("Abort", 6),
        ("Killed", 9),
        ("Segmentation", 11),
        ("Broken pipe", 13),
        ("Terminated", 15),
    ];
    128 + words.iter().find(|(word, _)| signal.starts_with(word)).map_or(0, |(_, number)| *number)
}
